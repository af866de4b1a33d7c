"""Request ids: which creates were done already, so that a retry answers with the first one's result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, null, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalog.tables import request_ids
from services.core.errors import InvalidInput
from services.core.ids import AccountId

KEEP_REQUEST_IDS = timedelta(days=1)
"""A retry comes within seconds; a day covers a pipeline that is started again the next morning."""

Result = Mapping[str, Any]
"""What a create answered, as far as its retry needs it."""


@dataclass(frozen=True, slots=True)
class RequestId:
    """The id that makes a create safe to retry (empty: none was given), and a digest of what was asked for."""

    id: str
    fingerprint: bytes


async def claim(connection: AsyncConnection, account_id: AccountId, request: RequestId) -> Result | None:
    """Return the result of the call that was made with this request id before, or None and take the id.

    Of two at once, the second waits for the first's end. Raises InvalidInput where the id stood for another call.
    """
    if not request.id or await _take(connection, account_id, request):
        return None
    statement = select(request_ids.c.fingerprint, request_ids.c.result).where(*_is(account_id, request))
    row = (await connection.execute(statement)).one()
    if row.fingerprint != request.fingerprint:
        raise InvalidInput.of("request_id", "was used within a day for another call.", "Make a new one each time.")
    result: Result = row.result
    return result


async def record(connection: AsyncConnection, account_id: AccountId, request: RequestId, result: Result) -> None:
    """Keep the result for a retry."""
    if request.id:
        statement = update(request_ids).where(*_is(account_id, request)).values(result=dict(result))
        await connection.execute(statement)


async def forget_old_request_ids(connection: AsyncConnection) -> None:
    """Delete the request ids that nobody retries any more."""
    await connection.execute(delete(request_ids).where(_is_old()))


async def _take(connection: AsyncConnection, account_id: AccountId, request: RequestId) -> bool:
    fresh = insert(request_ids).values(account_id=account_id, request_id=request.id, fingerprint=request.fingerprint)
    statement = fresh.on_conflict_do_update(
        constraint="request_ids_pkey",
        set_={"fingerprint": fresh.excluded.fingerprint, "result": null(), "create_time": func.now()},
        where=_is_old(),
    )
    return (await connection.execute(statement.returning(request_ids.c.request_id))).first() is not None


def _is(account_id: AccountId, request: RequestId) -> tuple[ColumnElement[bool], ...]:
    return request_ids.c.account_id == account_id, request_ids.c.request_id == request.id


def _is_old() -> ColumnElement[bool]:
    return request_ids.c.create_time < func.now() - KEEP_REQUEST_IDS
