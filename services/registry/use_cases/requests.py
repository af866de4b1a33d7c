"""What every use case takes from a request: ids that may be uids, request ids, and pages."""

from collections.abc import Sequence
from typing import TypeVar

from services.core.access.principal import Principal
from services.core.errors import NotFound
from services.core.ids import split_uid
from services.core.labels import check, text_violations
from services.registry.store.requests import Request
from services.wire.paging import Page, encode_page_token

Row = TypeVar("Row")

MAXIMUM_REQUEST_ID_LENGTH = 255
"""Characters: a UUID and whatever a pipeline likes to put before it."""


def object_id(principal: Principal, kind: str, id_or_uid: str) -> str:
    """Return the id in an id or uid. Raises NotFound for one with U+0000, which no stored id can have."""
    if "\0" in id_or_uid:
        raise NotFound(kind, id_or_uid)
    return split_uid(principal.account_id, id_or_uid)


def request_of(principal: Principal, request_id: str) -> Request:
    """Return what makes a retry of this create safe. Raises InvalidInput for an id that cannot be kept."""
    check(text_violations("request_id", request_id, longest=MAXIMUM_REQUEST_ID_LENGTH))
    return Request(account_id=principal.account_id, id=request_id)


def page_of(rows: Sequence[tuple[Row, str | int]], size: int, *, scope: str) -> Page[Row]:
    """Return a page of `size` rows; `rows` has each with its sort key, and one more where another page follows."""
    shown = rows[:size]
    token = encode_page_token([shown[-1][1]], scope=scope) if len(rows) > size else ""
    return Page(tuple(row for row, _ in shown), token)
