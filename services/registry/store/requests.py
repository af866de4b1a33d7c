"""Which creates were done already: a retry with the same request id answers with what the first try made.

A request id is the caller's, unique in the account. Two tries at once wait for each other, since the second one's row
cannot be inserted before the first one's transaction has ended.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.errors import InvalidInput
from services.core.ids import AccountId
from services.registry import tables
from services.runtime.database import transaction

KEEP_REQUESTS = timedelta(days=7)
"""Longer than any program goes on retrying, a pipeline that is started again after a weekend included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A create that may be a retry: the account of its caller, and the id the caller gave it; empty means none."""

    account_id: AccountId
    id: str


class RequestStore:
    """The request ids of all creates."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the service's engine."""
        self._engine = engine

    async def made_by(self, request: Request, kind: str) -> str | None:
        """Return the id of what an earlier try made, None where there was none. Raises InvalidInput."""
        if not request.id:
            return None
        async with transaction(self._engine) as connection:
            return await _made_by(connection, request, kind)

    async def prune(self) -> None:
        """Forget the requests that nobody retries any more."""
        table = tables.request_ids
        async with transaction(self._engine) as connection:
            await connection.execute(table.delete().where(table.c.create_time < func.now() - KEEP_REQUESTS))


async def remember(connection: AsyncConnection, request: Request, kind: str, made_id: str) -> str | None:
    """Remember what this try makes, as the first statement of its transaction.

    Returns None, or the id of what an earlier try made. Raises InvalidInput where the id was another create's.
    """
    if not request.id:
        return None
    row = {"account_id": request.account_id, "request_id": request.id, "kind": kind, "made_id": made_id}
    statement = insert(tables.request_ids).values(row).on_conflict_do_nothing().returning(tables.request_ids.c.kind)
    if (await connection.execute(statement)).first() is not None:
        return None
    return await _made_by(connection, request, kind)


async def _made_by(connection: AsyncConnection, request: Request, kind: str) -> str | None:
    table = tables.request_ids
    statement = select(table.c.kind, table.c.made_id).where(
        table.c.account_id == request.account_id, table.c.request_id == request.id
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is not None and row.kind != kind:
        raise InvalidInput.of("request_id", "was given to another call.", "Make a new one for each thing you create.")
    return None if row is None else str(row.made_id)
