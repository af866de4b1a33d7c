"""Lists in pages: what a request asks for, and the token that leads from one page to the next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from services.catalog.store.rows import Slice
from services.wire.paging import Page, decode_page_token, encode_page_token, page_size_of

Row = TypeVar("Row")
Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOrder:
    """Which page a caller wants: at most `size` rows (0: the default), behind an earlier page's token."""

    size: int = 0
    token: str = ""


def name_and_id_after(order: PageOrder, scope: str) -> tuple[str, str] | None:
    """Return the sort key a page of things listed by name begins behind. Raises InvalidInput."""
    key = decode_page_token(order.token, scope=scope, kinds=[str, str])
    return (str(key[0]), str(key[1])) if key is not None else None


def number_after(order: PageOrder, scope: str) -> int | None:
    """Return the number a page of things listed by number begins behind. Raises InvalidInput."""
    key = decode_page_token(order.token, scope=scope, kinds=[int])
    return int(key[0]) if key is not None else None


def size_of(order: PageOrder) -> int:
    """Return how many rows to return at most. Raises InvalidInput."""
    return page_size_of(order.size)


def page_of(
    found: Slice[Row], scope: str, *, key: Callable[[Row], tuple[str | int, ...]], noun: Callable[[Row], Noun]
) -> Page[Noun]:
    """Return the page of some rows, with a token where there are more."""
    token = encode_page_token(key(found.rows[-1]), scope=scope) if found.has_more and found.rows else ""
    return Page(tuple(noun(row) for row in found.rows), token)
