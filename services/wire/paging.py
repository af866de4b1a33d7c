"""Pages: a list call returns at most a page, and a token that continues behind its last row.

A token is opaque to callers: base64 of the last row's sort key and of a digest of the list it belongs to, so that a
token used with other filters is refused instead of skipping rows.
"""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.core.errors import InvalidInput

DEFAULT_PAGE_SIZE = 100
MAXIMUM_PAGE_SIZE = 1_000

Row = TypeVar("Row")

SortKey = list[str | int]
"""The values a list is ordered by, of the last row of a page."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the token for those behind them; empty on the last page."""

    rows: tuple[Row, ...]
    next_page_token: str = ""


async def rows_of(page_behind: Callable[[str], Awaitable[Page[Row]]]) -> AsyncIterator[Row]:
    """Yield the rows of all pages; `page_behind` returns the page behind a token, the first behind an empty one."""
    token = ""
    while True:
        page = await page_behind(token)
        for row in page.rows:
            yield row
        if not (token := page.next_page_token):
            return


def page_size_of(asked: int, *, default: int = DEFAULT_PAGE_SIZE, maximum: int = MAXIMUM_PAGE_SIZE) -> int:
    """Return how many rows to return. Raises InvalidInput for a negative size; a larger one than allowed is cut."""
    if asked < 0:
        raise InvalidInput.of("page_size", f"must not be negative, and is {asked}.", "Leave it out for the default.")
    return min(asked, maximum) or default


def encode_page_token(last: Sequence[str | int], *, scope: str) -> str:
    """Return the token that continues behind the row with this sort key; `scope` names the list and its filters."""
    body = json.dumps([_digest(scope), *last], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode_page_token(token: str, *, scope: str, kinds: Sequence[type[str] | type[int]]) -> SortKey | None:
    """Return the sort key in a token, None for the first page.

    Raises InvalidInput where the token is not ours, was made for another list, or does not hold values of `kinds`.
    """
    if not token:
        return None
    try:
        body: list[str | int] = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        digest, *last = body
    except (ValueError, TypeError, RecursionError) as error:
        raise _unknown_token() from error
    if digest != _digest(scope) or [type(value) for value in last] != list(kinds) or not all(map(_is_storable, last)):
        raise _unknown_token()
    return last


def _is_storable(value: str | int) -> bool:
    """Tell whether a column could hold the value: a forged token must not reach the database."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def _digest(scope: str) -> str:
    return hashlib.sha256(scope.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _unknown_token() -> InvalidInput:
    return InvalidInput.of(
        "page_token", "is no token of this list.", "Send the next_page_token of the page before, with the same filters."
    )
