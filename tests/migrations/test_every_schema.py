"""The migrations of each service: from nothing to what its tables.py says, and twice without harm."""

from collections.abc import Callable
from types import ModuleType

import pytest
from sqlalchemy import column, table, update

from services.calllog import tables as calllog
from services.catalog import tables as catalog
from services.registry import tables as registry
from services.runtime.database import postgres_engine
from services.runtime.migrations import VERSION_TABLE, Phase, migrate, newest_version, version_of
from tests.migrations.schemas import create_from, described

MIGRATIONS = {
    "calllog": (calllog, ("0001_pre_entries",)),
    "catalog": (catalog, ("0001_pre_collections_and_environments",)),
    "registry": (registry, ("0001_pre_accounts_and_mocks",)),
}
"""The tables of each service, and its migrations in their order."""


@pytest.fixture(params=MIGRATIONS)
def service(request: pytest.FixtureRequest) -> str:
    """Return the name of each service in turn."""
    return str(request.param)


@pytest.fixture
def migrated_url(new_database: Callable[[str], str], service: str) -> str:
    """Return the URL of the service's migrated database."""
    return new_database(service)


async def test_the_migrations_make_what_the_tables_say(empty_url: str, migrated_url: str, service: str) -> None:
    await create_from(MIGRATIONS[service][0].METADATA, empty_url)

    assert await described(empty_url, service) == await described(migrated_url, service)


@pytest.mark.parametrize(("tables", "names"), MIGRATIONS.values(), ids=MIGRATIONS)
async def test_they_run_from_nothing_and_a_second_time_change_nothing(
    empty_url: str, tables: ModuleType, names: tuple[str, ...]
) -> None:
    engine = postgres_engine(empty_url)

    assert await version_of(engine, tables.MIGRATIONS) is None
    assert await migrate(engine, tables.MIGRATIONS) == names
    assert newest_version(tables.MIGRATIONS) == await version_of(engine, tables.MIGRATIONS)
    assert await migrate(engine, tables.MIGRATIONS) == ()
    await engine.dispose()


@pytest.mark.parametrize("phase", ["pre", "post", "all"])
async def test_a_release_that_is_rolled_back_to_leaves_a_newer_schema_alone(
    migrated_url: str, service: str, phase: Phase
) -> None:
    line = MIGRATIONS[service][0].MIGRATIONS
    engine = postgres_engine(migrated_url)
    async with engine.begin() as connection:
        later = update(table(VERSION_TABLE, column("version_num"), schema=service)).values(version_num="9999_pre_later")
        await connection.execute(later)

    assert await migrate(engine, line, phase=phase) == ()
    assert await version_of(engine, line) == "9999_pre_later"
    await engine.dispose()
