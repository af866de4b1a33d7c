"""What the database's failures mean to callers: whatever keeps us from it is Unavailable, a mistake of ours is not."""

import asyncio
import socket
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.core.errors import Unavailable
from services.runtime import database as database_module
from services.runtime.database import database, transaction
from tests.migrations.schemas import own_role


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """Return an engine with two connections."""
    async with database(url, pool_size=2, service="test") as opened:
        yield opened


async def keep(engine: AsyncEngine, number: int, error: Exception | None = None) -> None:
    async with transaction(engine) as connection:
        await connection.execute(text(f"INSERT INTO kept VALUES ({number})"))  # noqa: S608 -- a number of the test
        if error is not None:
            raise error


async def query(engine: AsyncEngine, statement: str) -> object:
    async with transaction(engine) as connection:
        return (await connection.execute(text(statement))).scalar()


async def is_reachable(engine: AsyncEngine) -> bool:
    """Tell whether the database answers the simplest question."""
    try:
        await query(engine, "SELECT 1")
    except Unavailable:
        return False
    return True


async def terminate_others(url: str) -> None:
    administrator = await asyncpg.connect(url)
    await administrator.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await administrator.close()


async def is_asleep(url: str) -> None:
    """Wait until a backend of this database sleeps."""
    administrator = await asyncpg.connect(url)
    asleep = "SELECT true FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    async with asyncio.timeout(20):
        while not await administrator.fetchval(asleep):
            pass
    await administrator.close()


async def test_connections_speak_utc_tell_their_service_and_limit_their_statements(engine: AsyncEngine) -> None:
    assert await query(engine, "SHOW timezone") == "UTC"
    assert await query(engine, "SHOW application_name") == "understudy-test"
    assert await query(engine, "SHOW statement_timeout") == "30s"


async def test_a_transaction_commits_when_it_is_left_and_rolls_back_when_it_fails(
    engine: AsyncEngine, url: str
) -> None:
    administrator = await asyncpg.connect(url)
    await administrator.execute("CREATE TABLE kept (number integer)")
    await keep(engine, 1)
    with pytest.raises(ZeroDivisionError):
        await keep(engine, 2, ZeroDivisionError())

    assert await administrator.fetchval("SELECT array_agg(number) FROM kept") == [1]

    await administrator.close()


async def test_a_port_where_nobody_listens_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with database(f"postgresql://nobody@127.0.0.1:{port}/none", pool_size=1, service="test") as engine:
        with pytest.raises(Unavailable, match="database cannot be reached"):
            await query(engine, "SELECT 1")
        assert not await is_reachable(engine)


async def test_a_server_that_never_greets_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        async with database(url, pool_size=1, service="test") as engine:
            with pytest.raises(Unavailable):
                await query(engine, "SELECT 1")


async def test_a_database_that_does_not_exist_is_unavailable(postgres_url: str) -> None:
    missing = make_url(postgres_url).set(database="missing").render_as_string(hide_password=False)
    async with database(missing, pool_size=1, service="test") as engine:
        with pytest.raises(Unavailable):
            await query(engine, "SELECT 1")
        assert not await is_reachable(engine)


async def test_a_role_that_may_not_log_in_is_unavailable(url: str) -> None:
    role_url = await own_role(url, "may_not_log_in")
    administrator = await asyncpg.connect(url)
    await administrator.execute("ALTER ROLE may_not_log_in NOLOGIN")
    await administrator.close()
    async with database(role_url, pool_size=1, service="test") as engine:
        with pytest.raises(Unavailable):
            await query(engine, "SELECT 1")


async def test_a_pool_that_stays_empty_is_unavailable(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "POOL_WAIT_SECONDS", 0.1)
    async with database(url, pool_size=1, service="test") as engine, transaction(engine):
        with pytest.raises(Unavailable):
            await query(engine, "SELECT 1")


async def test_a_connection_that_is_cut_during_a_query_is_unavailable(engine: AsyncEngine, url: str) -> None:
    sleeping = asyncio.create_task(query(engine, "SELECT pg_sleep(60)"))
    await is_asleep(url)
    await terminate_others(url)

    with pytest.raises(Unavailable):
        await sleeping


async def test_connections_that_were_cut_while_idle_are_replaced(engine: AsyncEngine, url: str) -> None:
    await query(engine, "SELECT 1")
    await terminate_others(url)

    assert await query(engine, "SELECT 1") == 1
    assert await is_reachable(engine)


@pytest.mark.parametrize("table", ["not_there_yet", "nowhere.not_there_yet"])
async def test_a_schema_that_was_not_migrated_yet_is_unavailable(engine: AsyncEngine, table: str) -> None:
    with pytest.raises(Unavailable):
        await query(engine, f"SELECT 1 FROM {table}")  # noqa: S608 -- a name of the test


async def test_a_schema_whose_rights_are_not_granted_yet_is_unavailable(engine: AsyncEngine, url: str) -> None:
    async with transaction(engine) as connection:
        await connection.execute(text("CREATE SCHEMA migrated CREATE TABLE kept (number integer)"))

    async with database(await own_role(url, "not_granted_yet"), pool_size=1, service="test") as of_the_role:
        with pytest.raises(Unavailable):
            await query(of_the_role, "SELECT number FROM migrated.kept")


@pytest.mark.parametrize("mistake", ["SELECT nonsense", "SELECT 1 / 0"])
async def test_a_mistake_of_ours_is_not_called_unavailable(engine: AsyncEngine, mistake: str) -> None:
    with pytest.raises(DBAPIError):
        await query(engine, mistake)


@pytest.mark.parametrize("value", [2**40, "no number"])
async def test_a_value_that_does_not_fit_is_not_called_unavailable(engine: AsyncEngine, value: object) -> None:
    with pytest.raises(DBAPIError):
        await with_value(engine, value)


async def with_value(engine: AsyncEngine, value: object) -> None:
    async with transaction(engine) as connection:
        await connection.execute(text("SELECT CAST(:value AS integer)"), {"value": value})
