"""The server responses of mocks.

A write locks the mock first, so that activating, changing and deleting one server response wait for each other. A
change of the active one is told to watchers as a change of its mock: it is what the mock answers.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.changes import ChangeKind
from services.core.errors import NotFound
from services.core.ids import AccountId, MockId, ServerResponseId, UserId
from services.core.mocks import Mock, ServerResponse, ServerResponseDraft
from services.registry import tables
from services.registry.store.events import mock_event
from services.registry.store.mocks import lock_mock, write_mock
from services.registry.store.requests import Request, remember
from services.registry.store.rows import check_etag, server_response_of
from services.runtime.database import transaction
from services.runtime.revisions import RevisionLog

mocks = tables.mocks
server_responses = tables.server_responses


class ServerResponseStore:
    """The server responses, by their mock's id and their own."""

    def __init__(self, engine: AsyncEngine, log: RevisionLog) -> None:
        """Take the service's engine, and the log for what happens to mocks."""
        self._engine = engine
        self._log = log

    async def create(  # noqa: PLR0913 -- what a server response is made of, and where it belongs
        self,
        server_response_id: ServerResponseId,
        draft: ServerResponseDraft,
        *,
        mock_id: MockId,
        account_id: AccountId,
        user_id: UserId,
        request: Request,
    ) -> ServerResponse:
        """Make a server response; a retry returns what the first try made. Raises NotFound (mock)."""
        owner = {"id": server_response_id, "mock_id": mock_id, "created_by": user_id, "updated_by": user_id}
        async with transaction(self._engine) as connection:
            await lock_mock(connection, mock_id, account_id)
            if (earlier := await remember(connection, request, "server_response", server_response_id)) is not None:
                return await _get(connection, mock_id, ServerResponseId(earlier))
            statement = server_responses.insert().values(**owner, **_values(draft)).returning(server_responses)
            return server_response_of((await connection.execute(statement)).mappings().one())

    async def get(
        self, mock_id: MockId, server_response_id: ServerResponseId, account_id: AccountId | None
    ) -> ServerResponse:
        """Return a server response of a mock of the account. Raises NotFound."""
        statement = select(server_responses).join(mocks, mocks.c.id == server_responses.c.mock_id)
        found = statement.where(server_responses.c.mock_id == mock_id, server_responses.c.id == server_response_id)
        if account_id is not None:
            found = found.where(mocks.c.account_id == account_id)
        async with transaction(self._engine) as connection:
            row = (await connection.execute(found)).mappings().one_or_none()
        if row is None:
            raise NotFound("server_response", server_response_id)
        return server_response_of(row)

    async def page(self, mock_id: MockId, *, after: int, limit: int) -> list[tuple[ServerResponse, int]]:
        """Return a mock's server responses behind a number, each with its own, oldest first."""
        behind = select(server_responses).where(
            server_responses.c.mock_id == mock_id, server_responses.c.number > after
        )
        statement = behind.order_by(server_responses.c.number).limit(limit)
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(statement)).mappings()
            return [(server_response_of(row), row["number"]) for row in rows]

    async def change(  # noqa: PLR0913 -- what to change, and for whom
        self,
        server_response_id: ServerResponseId,
        change: Callable[[ServerResponse], ServerResponseDraft],
        *,
        mock_id: MockId,
        account_id: AccountId,
        user_id: UserId,
        etag: str,
    ) -> ServerResponse:
        """Make of a server response what `change` makes of it. Raises NotFound, StaleEtag, and what `change` raises."""
        async with transaction(self._engine) as connection:
            mock = await lock_mock(connection, mock_id, account_id)
            present = await _get(connection, mock_id, server_response_id)
            check_etag(int(present.etag), etag)
            response = await _write(connection, present, change(present), user_id)
            if mock.config.server_response_id == server_response_id:
                await self._log.append(connection, mock_event(ChangeKind.WRITTEN, account_id, mock_id))
            return response

    async def delete(
        self,
        server_response_id: ServerResponseId,
        *,
        mock_id: MockId,
        account_id: AccountId,
        user_id: UserId,
        etag: str,
    ) -> None:
        """Remove a server response; where it is active, its mock has none from now on. Raises NotFound, StaleEtag."""
        async with transaction(self._engine) as connection:
            mock = await lock_mock(connection, mock_id, account_id)
            present = await _get(connection, mock_id, server_response_id)
            check_etag(int(present.etag), etag)
            is_active = mock.config.server_response_id == server_response_id
            if is_active:
                await write_mock(connection, _without_active(mock, user_id))
            await connection.execute(server_responses.delete().where(*_key(mock_id, server_response_id)))
            if is_active:
                await self._log.append(connection, mock_event(ChangeKind.WRITTEN, account_id, mock_id))


async def _get(connection: AsyncConnection, mock_id: MockId, server_response_id: ServerResponseId) -> ServerResponse:
    statement = select(server_responses).where(*_key(mock_id, server_response_id))
    if (row := (await connection.execute(statement)).mappings().one_or_none()) is None:
        raise NotFound("server_response", server_response_id)
    return server_response_of(row)


async def _write(
    connection: AsyncConnection, present: ServerResponse, draft: ServerResponseDraft, user_id: UserId
) -> ServerResponse:
    statement = server_responses.update().where(*_key(present.mock_id, present.id))
    values = _values(draft) | {
        "updated_by": user_id,
        "update_time": func.now(),
        "version": server_responses.c.version + 1,
    }
    rows = await connection.execute(statement.values(values).returning(server_responses))
    return server_response_of(rows.mappings().one())


def _without_active(mock: Mock, user_id: UserId) -> Mock:
    return replace(mock, config=replace(mock.config, server_response_id=None), updated_by=user_id)


def _key(mock_id: MockId, server_response_id: ServerResponseId) -> tuple[ColumnElement[bool], ...]:
    return (server_responses.c.mock_id == mock_id, server_responses.c.id == server_response_id)


def _values(draft: ServerResponseDraft) -> dict[str, object]:
    return {
        "name": draft.name,
        "status_code": draft.status_code,
        "headers": [list(header) for header in draft.headers],
        "language": draft.language,
        "body": draft.body,
    }
