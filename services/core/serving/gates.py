"""The gates a call passes before anything is matched, as a table in the order in which they are asked.

Postman does not publish its order. Ours tells a stranger as little as possible first (is there such a mock, may you
call it), and what costs the client something last. A preflight passes by all of them: browsers send it without keys.
Rate limits and quotas have their place behind the key and before the body.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from services.core.access.api_keys import KeyDigest
from services.core.access.visibility import may_call
from services.core.mocks import Mock
from services.core.serving.errors import INVALID_CREDENTIALS, MOCK_NOT_FOUND, EdgeError, body_too_large


class Arrival(NamedTuple):
    """What the gates look at.

    has_collection: whether there is something to answer from; without it a mock is as good as deactivated.
    key: the valid key that came with the call.
    body_size, body_limit: in bytes; the size is only known to be above the limit where reading stopped there.
    """

    mock: Mock
    has_collection: bool
    key: KeyDigest | None
    body_size: int
    body_limit: int


Gate = Callable[[Arrival], EdgeError | None]


def is_active(arrival: Arrival) -> EdgeError | None:
    """Refuse calls to a mock that is deactivated, in the words for one that does not exist."""
    return MOCK_NOT_FOUND if arrival.mock.is_deactivated or not arrival.has_collection else None


def is_allowed(arrival: Arrival) -> EdgeError | None:
    """Refuse calls to a private mock without a valid key of its account ("Set up a Postman mock server")."""
    mock = arrival.mock
    return None if may_call(mock.visibility, mock.account_id, arrival.key) else INVALID_CREDENTIALS


def is_small_enough(arrival: Arrival) -> EdgeError | None:
    """Refuse calls whose body is larger than the limit."""
    return body_too_large(arrival.body_limit) if arrival.body_size > arrival.body_limit else None


GATES: Final[tuple[Gate, ...]] = (is_active, is_allowed, is_small_enough)


def refusal_of(arrival: Arrival) -> EdgeError | None:
    """Return the error of the first gate that does not let the call through."""
    for gate in GATES:
        error = gate(arrival)
        if error is not None:
            return error
    return None
