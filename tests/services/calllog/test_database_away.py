"""Without its database the call log answers UNAVAILABLE, is not ready, and comes back by itself."""

import socket
from contextlib import aclosing

import asyncpg
import pytest

from services.core.errors import Unavailable
from tests.services.calllog.entries import an_entry
from tests.services.calllog.running import RunningCallLog, running_calllog


@pytest.fixture
def deserted_url() -> str:
    """Return the URL of a database at a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"postgresql://nobody@127.0.0.1:{port}/nothing"


async def test_every_call_is_unavailable_while_the_database_is_away(deserted_url: str) -> None:
    async with running_calllog(deserted_url) as log:
        for call in (
            log.edge.append([an_entry()]),
            log.viewer.list_entries_page("shop"),
            log.viewer.get_entry("shop", "some"),
        ):
            with pytest.raises(Unavailable):
                await call
        async with aclosing(log.viewer.tail("shop")) as tail:
            with pytest.raises(Unavailable):
                await anext(tail)

        assert not await log.parts.is_ready()


async def test_the_service_is_ready_with_a_migrated_database(log: RunningCallLog) -> None:
    assert await log.parts.is_ready()


async def test_the_service_is_unavailable_and_not_ready_before_its_schema_is_there(postgres_url: str) -> None:
    async with running_calllog(postgres_url) as log:
        with pytest.raises(Unavailable):
            await log.edge.append([an_entry()])

        assert not await log.parts.is_ready()


async def test_calls_succeed_again_after_the_database_dropped_every_connection(
    log: RunningCallLog, database_url: str
) -> None:
    entry = an_entry()
    await log.edge.append([entry])
    administrator = await asyncpg.connect(database_url)
    await administrator.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await administrator.close()

    assert entry == await log.viewer.get_entry("shop", entry.id)
