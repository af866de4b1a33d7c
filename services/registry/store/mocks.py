"""The mocks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.changes import ChangeKind
from services.core.errors import NotFound
from services.core.ids import AccountId, MockId, ServerResponseId, UserId
from services.core.mock_rules import draft_of_mock
from services.core.mocks import Mock, MockDraft, ServerResponse
from services.registry import tables
from services.registry.store.catalog_watch import check_unmoved
from services.registry.store.events import mock_event
from services.registry.store.requests import Request, remember
from services.registry.store.rows import check_etag, config_document, mock_of, server_response_of
from services.runtime.database import transaction
from services.runtime.revisions import RevisionLog

mocks = tables.mocks
server_responses = tables.server_responses

AnySelect = Select[Any]


class MockStore:
    """The mocks, by id. A read with an account finds the mocks of that account alone."""

    def __init__(self, engine: AsyncEngine, log: RevisionLog) -> None:
        """Take the service's engine, and the log for what happens to mocks."""
        self._engine = engine
        self._log = log

    async def create(  # noqa: PLR0913 -- what a mock is made of, and the two guards of its making
        self,
        mock_id: MockId,
        draft: MockDraft,
        *,
        account_id: AccountId,
        user_id: UserId,
        request: Request,
        deletions: int,
    ) -> Mock:
        """Make a mock of things that were there at `deletions`; a retry returns what the first try made.

        Raises CatalogMoved where they must be looked up again.
        """
        owner = {"id": mock_id, "account_id": account_id, "created_by": user_id, "updated_by": user_id}
        async with transaction(self._engine) as connection:
            if (earlier := await remember(connection, request, "mock", mock_id)) is not None:
                return await _get(connection, MockId(earlier), account_id)
            await check_unmoved(connection, deletions)
            await _check_server_response(connection, mock_id, draft.config.server_response_id)
            statement = mocks.insert().values(**owner, **_values(draft)).returning(mocks)
            mock = mock_of((await connection.execute(statement)).mappings().one())
            await self._log.append(connection, mock_event(ChangeKind.WRITTEN, account_id, mock_id))
            return mock

    async def get(self, mock_id: MockId, account_id: AccountId | None) -> Mock:
        """Return a mock, of any account where none is given. Raises NotFound."""
        async with transaction(self._engine) as connection:
            return await _get(connection, mock_id, account_id)

    async def get_with_active(
        self, mock_id: MockId, account_id: AccountId | None
    ) -> tuple[Mock, ServerResponse | None]:
        """Return a mock and its active server response, as they are at one moment. Raises NotFound."""
        async with transaction(self._engine) as connection:
            row = (await connection.execute(_of_account(_with_active(), mock_id, account_id))).mappings().one_or_none()
        if row is None:
            raise NotFound("mock", mock_id)
        if row["server_response_id"] is None:
            return mock_of(row), None
        active = {column.name: row[ACTIVE + column.name] for column in server_responses.c}
        return mock_of(row), server_response_of(active)

    async def page(
        self, account_id: AccountId, *, collection_id: str, after: int, limit: int
    ) -> list[tuple[Mock, int]]:
        """Return an account's mocks behind a number, each with its own, oldest first; perhaps of one collection."""
        statement = select(mocks).where(mocks.c.account_id == account_id, mocks.c.number > after)
        if collection_id:
            statement = statement.where(mocks.c.collection_id == collection_id)
        async with transaction(self._engine) as connection:
            rows = await connection.execute(statement.order_by(mocks.c.number).limit(limit))
            return [(mock_of(row), row["number"]) for row in rows.mappings()]

    async def change(  # noqa: PLR0913 -- what to change, for whom, and the two guards of a write
        self,
        mock_id: MockId,
        change: Callable[[Mock], Mock],
        *,
        account_id: AccountId,
        user_id: UserId,
        etag: str = "",
        deletions: int | None = None,
    ) -> Mock:
        """Make of a mock what `change` makes of it; of what it was, its id, owner and times stay.

        deletions: as in `create`, where the change names things of the catalog.
        Raises NotFound (mock, server response), StaleEtag, CatalogMoved, and what `change` raises.
        """
        async with transaction(self._engine) as connection:
            if deletions is not None:
                await check_unmoved(connection, deletions)
            present = await _get(connection, mock_id, account_id, for_update=True)
            check_etag(int(present.etag), etag)
            changed = change(present)
            await _check_server_response(connection, mock_id, changed.config.server_response_id)
            mock = await write_mock(connection, replace(changed, updated_by=user_id))
            await self._log.append(connection, mock_event(ChangeKind.WRITTEN, account_id, mock_id))
            return mock

    async def delete(self, mock_id: MockId, *, account_id: AccountId, etag: str) -> None:
        """Remove a mock with its server responses. Raises NotFound, StaleEtag."""
        async with transaction(self._engine) as connection:
            present = await _get(connection, mock_id, account_id, for_update=True)
            check_etag(int(present.etag), etag)
            await connection.execute(mocks.delete().where(mocks.c.id == mock_id))
            await self._log.append(connection, mock_event(ChangeKind.DELETED, account_id, mock_id))


ACTIVE = "active_"
"""Begins the names of a server response's columns where they stand beside a mock's."""


async def write_mock(connection: AsyncConnection, mock: Mock) -> Mock:
    """Write all of a mock that can change, as its next version."""
    values = _values(draft_of_mock(mock)) | {
        "is_deactivated": mock.is_deactivated,
        "updated_by": mock.updated_by,
        "update_time": func.now(),
        "version": mocks.c.version + 1,
    }
    statement = mocks.update().where(mocks.c.id == mock.id).values(values).returning(mocks)
    return mock_of((await connection.execute(statement)).mappings().one())


async def lock_mock(connection: AsyncConnection, mock_id: MockId, account_id: AccountId) -> Mock:
    """Return a mock that nobody else can write until this transaction ends. Raises NotFound."""
    return await _get(connection, mock_id, account_id, for_update=True)


async def _get(
    connection: AsyncConnection, mock_id: MockId, account_id: AccountId | None, *, for_update: bool = False
) -> Mock:
    statement = _of_account(select(mocks), mock_id, account_id)
    rows = await connection.execute(statement.with_for_update() if for_update else statement)
    if (row := rows.mappings().one_or_none()) is None:
        raise NotFound("mock", mock_id)
    return mock_of(row)


async def _check_server_response(
    connection: AsyncConnection, mock_id: MockId, server_response_id: ServerResponseId | None
) -> None:
    if server_response_id is None:
        return
    statement = select(server_responses.c.id).where(
        server_responses.c.mock_id == mock_id, server_responses.c.id == server_response_id
    )
    if (await connection.execute(statement)).first() is None:
        raise NotFound("server_response", server_response_id)


def _of_account(statement: AnySelect, mock_id: MockId, account_id: AccountId | None) -> AnySelect:
    found = statement.where(mocks.c.id == mock_id)
    return found if account_id is None else found.where(mocks.c.account_id == account_id)


def _with_active() -> AnySelect:
    active = [column.label(ACTIVE + column.name) for column in server_responses.c]
    is_active = (server_responses.c.mock_id == mocks.c.id) & (server_responses.c.id == mocks.c.server_response_id)
    return select(*mocks.c, *active).select_from(mocks.outerjoin(server_responses, is_active))


def _values(draft: MockDraft) -> dict[str, object]:
    return {
        "name": draft.name,
        "description": draft.description,
        "collection_id": draft.collection_id,
        "environment_id": draft.environment_id,
        "release_tag": draft.release_tag,
        "visibility": draft.visibility.value,
        "config": config_document(draft.config),
        "server_response_id": draft.config.server_response_id,
    }
