"""A call that was answered, as the edge hands it to the journal: the call log entry before it is written down.

It is a named tuple and not a frozen dataclass for speed alone: one is made for every call, and building a frozen
dataclass of this width takes several times as long.
"""

from typing import NamedTuple

from services.core.ids import AccountId, CallLogEntryId, MockId
from services.core.serving.answer import Answer


class ServedCall(NamedTuple):
    """One call and what became of it.

    serve_time_ns: when the call arrived, in nanoseconds since 1970.
    path: the raw path inside the mock with `?` and the raw query.
    headers: the call's, names in lower case, API keys masked.
    body_size: of the whole body, of which only the beginning may be there.
    overhead_ns, delay_ns: the edge's own time, and the time the mock waited because it was told to.
    """

    id: CallLogEntryId
    account_id: AccountId
    mock_id: MockId
    serve_time_ns: int
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    body_size: int
    body_mode: str
    answer: Answer
    overhead_ns: int
    delay_ns: int
