"""The nouns of the call log: what a client sent, what the edge answered, and how that came about."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.core.ids import AccountId, CallLogEntryId, ExampleId, MockId

NO_TIME = timedelta()


class Outcome(StrEnum):
    """How a call ended."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"
    UNAUTHORIZED = "unauthorized"
    LIMITED = "limited"
    SERVER_RESPONSE = "server_response"
    ERROR = "error"
    ABORTED = "aborted"

    @property
    def is_success(self) -> bool:
        """Tell whether an example or a server response answered: Postman's `type: success`, whatever the status."""
        return self in (Outcome.MATCHED, Outcome.SERVER_RESPONSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedBody:
    """A body, cut where it is long; `sha256` of the whole is there where `data` was cut."""

    data: bytes = b""
    size_bytes: int = 0
    sha256: bytes = b""
    mode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """What the client sent; `path` is the raw path inside the mock with the raw query."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: LoggedBody = field(default_factory=LoggedBody)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedReply:
    """What the edge answered."""

    status_code: int
    headers: tuple[tuple[str, str], ...] = ()
    body: LoggedBody = field(default_factory=LoggedBody)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLogEntry:
    """One call and its reply.

    response_name: the example's or server response's name, or the error's message.
    overhead: the edge's own time; delay: what the mock was told to wait.
    match_summary: the short form of how the example was chosen, or why none was.
    """

    id: CallLogEntryId
    account_id: AccountId
    mock_id: MockId
    serve_time: datetime
    outcome: Outcome
    request: LoggedRequest
    reply: LoggedReply
    response_name: str = ""
    example_id: ExampleId | None = None
    overhead: timedelta = NO_TIME
    delay: timedelta = NO_TIME
    match_summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLogFilter:
    """Keeps the entries that fit everything given ("Get a mock server's call logs"); None and "" keep them all.

    since, until: the earliest and latest `serve_time`, both inclusive.
    is_success: whether an example or a server response answered (`Outcome.is_success`).
    method, path: compared without regard to case; the path with its query.
    search: text that the line `METHOD path status response-name` contains, without regard to case.
    """

    since: datetime | None = None
    until: datetime | None = None
    status_code: int | None = None
    is_success: bool | None = None
    method: str | None = None
    path: str | None = None
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRecord:
    """An entry as the call log keeps it: what is searched, beside `payload`, the whole entry as it was shipped."""

    id: CallLogEntryId
    account_id: AccountId
    mock_id: MockId
    serve_time: datetime
    outcome: Outcome
    method: str
    path: str
    status_code: int
    response_name: str
    payload: bytes

    @property
    def line(self) -> str:
        """Return the line that a search looks at, folded."""
        return folded(f"{self.method} {self.path} {self.status_code} {self.response_name}")


def folded(text: str) -> str:
    """Return text in the form in which it is compared without regard to case, in any language."""
    return text.casefold()
