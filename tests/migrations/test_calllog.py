"""The migrations of the call log: from nothing to what its tables.py says, twice without harm, for a plain role."""

from collections.abc import Callable, Iterator

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from services.calllog.tables import METADATA, MIGRATIONS
from services.runtime.database import asyncpg_url
from services.runtime.migrations import migrate, newest_version, version_of
from tests.migrations.schemas import create_from, described, empty_database, own_role
from tests.services.calllog.entries import an_entry
from tests.services.calllog.running import running_calllog


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """Return the URL of a database that holds nothing."""
    with empty_database(postgres_url) as url:
        yield url


@pytest.fixture
def migrated_url(new_database: Callable[[str], str]) -> str:
    """Return the URL of a migrated database."""
    return new_database("calllog")


async def test_the_migrations_make_what_the_tables_say(empty_url: str, migrated_url: str) -> None:
    await create_from(METADATA, empty_url)

    assert await described(empty_url, "calllog") == await described(migrated_url, "calllog")


async def test_they_run_from_nothing_and_a_second_time_change_nothing(empty_url: str) -> None:
    engine = create_async_engine(asyncpg_url(empty_url))

    assert await version_of(engine, MIGRATIONS) is None
    assert await migrate(engine, MIGRATIONS) == ("0001_pre_entries",)
    assert newest_version(MIGRATIONS) == await version_of(engine, MIGRATIONS)
    assert await migrate(engine, MIGRATIONS) == ()
    await engine.dispose()


async def test_the_service_works_as_its_own_role_which_may_change_no_table(empty_url: str) -> None:
    url = await own_role(empty_url, "calllog")
    engine = create_async_engine(asyncpg_url(empty_url))
    await migrate(engine, MIGRATIONS)
    await engine.dispose()
    entry = an_entry()

    async with running_calllog(url) as log:
        assert await log.parts.is_ready()
        assert await log.edge.append([entry]) == 1
        assert entry == await log.viewer.get_entry("shop", entry.id)

    connection = await asyncpg.connect(url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DROP TABLE calllog.entries")
    await connection.close()
