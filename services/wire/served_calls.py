"""Call log entries as bytes, straight from the edge: built once for every call, so without anything in between.

Filling the message's own parts is about twice as fast as building each part and passing it on, and a dataclass on the
way would cost as much again.
"""

import hashlib

from understudy.calllog.v1.call_log_entry_pb2 import CallLogEntry, LoggedBody, LoggedReply, LoggedRequest, Outcome

from services.core.call_log import Outcome as CallOutcome
from services.core.rendering.reply import Reply
from services.core.serving.served_call import ServedCall
from services.wire.text import wire_text

NANOSECONDS = 1_000_000_000

CLIENT_LEFT = 499
"""The status logged for a call whose client left before the reply: no standard has one, nginx made this one known."""

KEPT_REPLIES = 1_024
LARGEST_KEPT = 4 * 1024
"""How many replies are kept in their encoded form, and up to which size: 4 MiB at the most."""

OUTCOMES = {outcome: Outcome.Value(f"OUTCOME_{outcome.name}") for outcome in CallOutcome}


class ServedCallEncoder:
    """Turns calls into the bytes of their CallLogEntry messages.

    What clients are answered with repeats, and is most of an entry. So the bytes of a reply that comes a second time
    (the very same object: most replies are prepared once) are kept; serialised messages may be joined, which merges
    them.
    """

    def __init__(self, *, body_limit: int) -> None:
        """Take how many bytes of a body are kept; of a longer one, its beginning, its size and its digest."""
        self._body_limit = body_limit
        self._replies: dict[int, tuple[Reply, bytes]] = {}

    def encode(self, served: ServedCall) -> bytes:
        """Return the serialised CallLogEntry of a call."""
        entry = CallLogEntry(
            id=served.id,
            account_id=served.account_id,
            mock_id=served.mock_id,
            outcome=OUTCOMES[served.outcome],
            response_name=wire_text(served.response_name),
            example_id=wire_text(served.example_id or ""),
            match_summary=served.match_summary,
        )
        time = entry.serve_time
        time.seconds, time.nanos = divmod(served.serve_time_ns, NANOSECONDS)
        overhead = entry.overhead
        overhead.seconds, overhead.nanos = divmod(served.overhead_ns, NANOSECONDS)
        if served.delay_ns:
            entry.delay.seconds, entry.delay.nanos = divmod(served.delay_ns, NANOSECONDS)
        _write_request(entry.request, served, self._body_limit)
        return entry.SerializeToString() + self._reply(served.reply)

    def _reply(self, reply: Reply | None) -> bytes:
        """Return the serialised CallLogEntry that has nothing but a reply."""
        known = self._replies.get(id(reply))
        if known is not None and known[0] is reply and known[1]:
            return known[1]
        entry = CallLogEntry()
        _write_reply(entry.reply, reply, self._body_limit)
        encoded = entry.SerializeToString()
        if reply is not None and len(reply.body) <= LARGEST_KEPT:
            self._keep(reply, encoded if known is not None and known[0] is reply else b"")
        return encoded

    def _keep(self, reply: Reply, encoded: bytes) -> None:
        """Take note of a reply; `encoded` is empty where it has come for the first time."""
        if len(self._replies) >= KEPT_REPLIES:
            del self._replies[next(iter(self._replies))]
        self._replies[id(reply)] = reply, encoded


def _write_request(request: LoggedRequest, served: ServedCall, body_limit: int) -> None:
    request.method = served.method
    request.path = served.path
    add = request.headers.add
    for name, value in served.headers:
        header = add()
        header.key = name
        header.value = value
    request.body.mode = served.body_mode
    if served.body_size:
        _write_body(request.body, served.body, served.body_size, body_limit)


def _write_reply(message: LoggedReply, reply: Reply | None, body_limit: int) -> None:
    if reply is None:
        message.status_code = CLIENT_LEFT
        return
    message.status_code = reply.status
    add = message.headers.add
    for name, value in reply.headers:
        header = add()
        header.key = name.decode("latin-1")
        header.value = value.decode("latin-1")
    if reply.body:
        _write_body(message.body, reply.body, len(reply.body), body_limit)


def _write_body(message: LoggedBody, body: bytes, size: int, limit: int) -> None:
    message.size_bytes = size
    if size <= limit:
        message.data = body
        return
    message.data = body[:limit]
    if len(body) == size:  # Of a refused body only the beginning was read; a digest of that would mislead.
        message.sha256 = hashlib.sha256(body).digest()
