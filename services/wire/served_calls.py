"""Call log entries as bytes, straight from the edge: built once for every call, so without anything in between.

Filling the message's own parts is about twice as fast as building each part and passing it on, and a dataclass on the
way would cost as much again.
"""

import hashlib
from collections.abc import Callable
from typing import Generic, TypeVar

from understudy.calllog.v1.call_log_entry_pb2 import CallLogEntry, LoggedBody, LoggedReply, Outcome

from services.core.call_log import Outcome as CallOutcome
from services.core.rendering.reply import Reply
from services.core.serving.answer import Answer
from services.core.serving.served_call import ServedCall
from services.wire.text import wire_text

NANOSECONDS = 1_000_000_000

KEPT = 1_024
LARGEST_KEPT = 8 * 1024
"""How many encoded parts of each kind are kept, and up to which size: 16 MiB at the most, a hundredth of it usually."""

OUTCOMES = {outcome: Outcome.Value(f"OUTCOME_{outcome.name}") for outcome in CallOutcome}

Part = TypeVar("Part")


class ServedCallEncoder:
    """Turns calls into the bytes of their CallLogEntry messages.

    Most of an entry repeats: what clients are answered, and the headers that they send. So the bytes of these parts are
    kept and joined to what is new; serialised messages that are joined are merged when they are read.
    """

    def __init__(self, *, body_limit: int) -> None:
        """Take how many bytes of a body are kept; of a longer one, its beginning, its size and its digest."""
        self._body_limit = body_limit
        self._answers: KeptParts[Answer] = KeptParts(lambda answer: _answer_bytes(answer, body_limit))
        self._headers = KeptParts(_header_bytes)

    def encode(self, served: ServedCall) -> bytes:
        """Return the serialised CallLogEntry of a call."""
        entry = CallLogEntry(id=served.id, account_id=served.account_id, mock_id=served.mock_id)
        time = entry.serve_time
        time.seconds, time.nanos = divmod(served.serve_time_ns, NANOSECONDS)
        overhead = entry.overhead
        overhead.seconds, overhead.nanos = divmod(served.overhead_ns, NANOSECONDS)
        if served.delay_ns:
            entry.delay.seconds, entry.delay.nanos = divmod(served.delay_ns, NANOSECONDS)
        request = entry.request
        request.method = served.method
        request.path = served.path
        request.body.mode = served.body_mode
        if served.body_size:
            _write_body(request.body, served.body, served.body_size, self._body_limit)
        return entry.SerializeToString() + self._headers.encoded(served.headers) + self._answers.encoded(served.answer)


class KeptParts(Generic[Part]):
    """The bytes of parts that came before, known by being the very same object.

    A part is kept from the second time on: many come once.
    """

    def __init__(self, encode: Callable[[Part], bytes]) -> None:
        """Take what turns a part into bytes."""
        self._encode = encode
        self._kept: dict[int, tuple[Part, bytes]] = {}

    def encoded(self, part: Part) -> bytes:
        """Return the part's bytes."""
        kept = self._kept.get(id(part))
        if kept is not None and kept[0] is part and kept[1]:
            return kept[1]
        encoded = self._encode(part)
        if len(encoded) <= LARGEST_KEPT:
            came_before = kept is not None and kept[0] is part
            self._keep(part, encoded if came_before else b"")
        return encoded

    def _keep(self, part: Part, encoded: bytes) -> None:
        """Keep a part, so that its id stays its own; `encoded` is empty where it has come for the first time."""
        self._kept.pop(id(part), None)
        if len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[id(part)] = part, encoded


def _header_bytes(headers: tuple[tuple[str, str], ...]) -> bytes:
    """Return the serialised CallLogEntry that has nothing but a request's headers."""
    entry = CallLogEntry()
    add = entry.request.headers.add
    for name, value in headers:
        header = add()
        header.key = name
        header.value = value
    return entry.SerializeToString()


def _answer_bytes(answer: Answer, body_limit: int) -> bytes:
    """Return the serialised CallLogEntry that has nothing but an answer."""
    entry = CallLogEntry(
        outcome=OUTCOMES[answer.outcome],
        response_name=wire_text(answer.response_name),
        example_id=wire_text(answer.example_id or ""),
        match_summary=answer.match_summary,
    )
    _write_reply(entry.reply, answer.reply, body_limit)
    return entry.SerializeToString()


def _write_reply(message: LoggedReply, reply: Reply, body_limit: int) -> None:
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
