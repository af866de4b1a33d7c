"""Call log entries between dataclasses and protobuf, and as bytes: the form in which they are journalled and kept."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp
from understudy.calllog.v1 import call_log_entry_pb2 as pb
from understudy.calllog.v1 import call_log_service_pb2 as service_pb

from services.core.call_log import (
    CallLogEntry,
    CallLogFilter,
    EntryRecord,
    LoggedBody,
    LoggedReply,
    LoggedRequest,
    Outcome,
)
from services.core.errors import FieldViolation, InvalidInput
from services.core.ids import AccountId, CallLogEntryId, ExampleId, MockId
from services.wire.text import wire_text
from services.wire.times import duration_of, time_of, timedelta_of, timestamp_of

WIRE_OUTCOMES = {outcome: pb.Outcome.Value(f"OUTCOME_{outcome.name}") for outcome in Outcome}
OUTCOMES = {number: outcome for outcome, number in WIRE_OUTCOMES.items()}


def encode_entry(entry: CallLogEntry) -> bytes:
    """Return the entry as the bytes of its message, for the journal."""
    return entry_message(entry).SerializeToString()


def decode_entry(encoded: bytes) -> CallLogEntry:
    """Return the entry in the bytes of a message. Raises ValueError where they hold none."""
    try:
        return entry_of(pb.CallLogEntry.FromString(encoded))
    except DecodeError as error:
        raise ValueError("These bytes hold no call log entry.") from error


def entry_message(entry: CallLogEntry) -> pb.CallLogEntry:
    """Return an entry as its message."""
    return pb.CallLogEntry(
        id=entry.id,
        account_id=entry.account_id,
        mock_id=wire_text(entry.mock_id),
        serve_time=timestamp_of(entry.serve_time),
        outcome=WIRE_OUTCOMES[entry.outcome],
        response_name=wire_text(entry.response_name),
        example_id=wire_text(entry.example_id or ""),
        request=_request_message(entry.request),
        reply=_reply_message(entry.reply),
        overhead=duration_of(entry.overhead),
        delay=duration_of(entry.delay),
        match_summary=wire_text(entry.match_summary),
    )


def entry_of(message: pb.CallLogEntry) -> CallLogEntry:
    """Return the entry in a message."""
    return CallLogEntry(
        id=CallLogEntryId(message.id),
        account_id=AccountId(message.account_id),
        mock_id=MockId(message.mock_id),
        serve_time=time_of(message.serve_time),
        outcome=outcome_of(message.outcome),
        response_name=message.response_name,
        example_id=ExampleId(message.example_id) if message.example_id else None,
        request=_request_of(message.request),
        reply=_reply_of(message.reply),
        overhead=timedelta_of(message.overhead),
        delay=timedelta_of(message.delay),
        match_summary=message.match_summary,
    )


def outcome_of(number: pb.Outcome.ValueType) -> Outcome:
    """Return an outcome by its number; one that only a newer edge knows counts as an error rather than being lost."""
    return OUTCOMES.get(number, Outcome.ERROR)


def records_of(messages: Sequence[pb.CallLogEntry]) -> tuple[EntryRecord, ...]:
    """Return a batch as it is kept. Raises InvalidInput naming each entry that cannot be, and the field."""
    violations = [violation for place, message in enumerate(messages) for violation in _violations(place, message)]
    if violations:
        raise InvalidInput(violations)
    return tuple(map(_record, messages))


def filter_message(wanted: CallLogFilter) -> service_pb.CallLogFilter:
    """Return a filter as its message."""
    return service_pb.CallLogFilter(
        since=None if wanted.since is None else timestamp_of(wanted.since),
        until=None if wanted.until is None else timestamp_of(wanted.until),
        status_code=wanted.status_code or 0,
        response_type=_RESPONSE_TYPES[wanted.is_success],
        method=wire_text(wanted.method or ""),
        path=wire_text(wanted.path or ""),
        search=wire_text(wanted.search),
    )


def filter_of(message: service_pb.CallLogFilter) -> CallLogFilter:
    """Return the filter in a message. Raises InvalidInput for a time that is none."""
    return CallLogFilter(
        since=_given_time(message.since, "filter.since") if message.HasField("since") else None,
        until=_given_time(message.until, "filter.until") if message.HasField("until") else None,
        status_code=message.status_code or None,
        is_success=_IS_SUCCESS.get(message.response_type),
        method=message.method or None,
        path=message.path or None,
        search=message.search,
    )


_RESPONSE_TYPES = {
    None: service_pb.RESPONSE_TYPE_UNSPECIFIED,
    True: service_pb.RESPONSE_TYPE_SUCCESS,
    False: service_pb.RESPONSE_TYPE_ERROR,
}
_IS_SUCCESS = {number: is_success for is_success, number in _RESPONSE_TYPES.items()}


def _request_message(request: LoggedRequest) -> pb.LoggedRequest:
    return pb.LoggedRequest(
        method=wire_text(request.method),
        path=wire_text(request.path),
        headers=_header_messages(request.headers),
        body=_body_message(request.body),
    )


def _request_of(message: pb.LoggedRequest) -> LoggedRequest:
    return LoggedRequest(
        method=message.method,
        path=message.path,
        headers=tuple((header.key, header.value) for header in message.headers),
        body=_body_of(message.body),
    )


def _reply_message(reply: LoggedReply) -> pb.LoggedReply:
    return pb.LoggedReply(
        status_code=reply.status_code,
        headers=_header_messages(reply.headers),
        body=_body_message(reply.body),
    )


def _reply_of(message: pb.LoggedReply) -> LoggedReply:
    return LoggedReply(
        status_code=message.status_code,
        headers=tuple((header.key, header.value) for header in message.headers),
        body=_body_of(message.body),
    )


def _header_messages(headers: Iterable[tuple[str, str]]) -> Iterable[pb.Header]:
    return [pb.Header(key=wire_text(key), value=wire_text(value)) for key, value in headers]


def _body_message(body: LoggedBody) -> pb.LoggedBody:
    return pb.LoggedBody(data=body.data, size_bytes=body.size_bytes, sha256=body.sha256, mode=body.mode)


def _body_of(message: pb.LoggedBody) -> LoggedBody:
    return LoggedBody(data=message.data, size_bytes=message.size_bytes, sha256=message.sha256, mode=message.mode)


def _record(message: pb.CallLogEntry) -> EntryRecord:
    return EntryRecord(
        id=CallLogEntryId(message.id),
        account_id=AccountId(message.account_id),
        mock_id=MockId(message.mock_id),
        serve_time=time_of(message.serve_time),
        outcome=outcome_of(message.outcome),
        method=message.request.method,
        path=message.request.path,
        status_code=message.reply.status_code,
        response_name=message.response_name,
        payload=message.SerializeToString(),
    )


def _violations(place: int, message: pb.CallLogEntry) -> Iterable[FieldViolation]:
    for field, is_there in _NEEDED:
        if not is_there(message):
            yield FieldViolation(field=f"entries[{place}].{field}", problem="is missing or no valid value.")


def _has_time(message: pb.CallLogEntry) -> bool:
    return message.HasField("serve_time") and _valid_time(message.serve_time) is not None


_NEEDED: tuple[tuple[str, Callable[[pb.CallLogEntry], object]], ...] = (
    ("id", lambda message: message.id and "\0" not in message.id),
    ("account_id", lambda message: message.account_id > 0),
    ("mock_id", lambda message: message.mock_id and "\0" not in message.mock_id),
    ("serve_time", _has_time),
    ("outcome", lambda message: message.outcome),
)
"""The fields without which an entry could not be stored once, found, or counted."""


def _given_time(stamp: Timestamp, field: str) -> datetime:
    time = _valid_time(stamp)
    if time is None:
        raise InvalidInput.of(field, "is no time between the years 1 and 9999.")
    return time


def _valid_time(stamp: Timestamp) -> datetime | None:
    try:
        return time_of(stamp)
    except (ValueError, OverflowError):
        return None
