"""The migrations of the registry: from nothing to what its tables.py says, twice without harm, for a plain role."""

from collections.abc import Callable, Iterator

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from services.registry.tables import METADATA, MIGRATIONS
from services.runtime.database import asyncpg_url
from services.runtime.migrations import migrate, newest_version, version_of
from tests.migrations.schemas import create_from, described, empty_database, own_role
from tests.services.registry.running import running_registry


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """Return the URL of a database that holds nothing."""
    with empty_database(postgres_url) as url:
        yield url


@pytest.fixture
def migrated_url(new_database: Callable[[str], str]) -> str:
    """Return the URL of a migrated database."""
    return new_database("registry")


async def test_the_migrations_make_what_the_tables_say(empty_url: str, migrated_url: str) -> None:
    await create_from(METADATA, empty_url)

    assert await described(empty_url, "registry") == await described(migrated_url, "registry")


async def test_they_run_from_nothing_and_a_second_time_change_nothing(empty_url: str) -> None:
    engine = create_async_engine(asyncpg_url(empty_url))

    assert await version_of(engine, MIGRATIONS) is None
    assert await migrate(engine, MIGRATIONS) == ("0001_pre_accounts_and_mocks",)
    assert newest_version(MIGRATIONS) == await version_of(engine, MIGRATIONS)
    assert await migrate(engine, MIGRATIONS) == ()
    await engine.dispose()


async def test_the_service_works_as_its_own_role_which_may_change_no_table(empty_url: str) -> None:
    url = await own_role(empty_url, "registry")
    engine = create_async_engine(asyncpg_url(empty_url))
    await migrate(engine, MIGRATIONS)
    await engine.dispose()

    async with running_registry(url) as registry:
        assert await registry.parts.is_ready()
        account = await registry.administrator.create_account("Second")
        assert account == await registry.administrator.get_account(account.id)

    connection = await asyncpg.connect(url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DROP TABLE registry.mocks")
    await connection.close()
