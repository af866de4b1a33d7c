"""Migrations: pre and post phases on one chain, each whole or not at all, one at a time, and in nobody's way."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.runtime.database import postgres_engine
from services.runtime.migrations import (
    LOCK_MILLISECONDS,
    MigrationLine,
    Phase,
    migrate,
    newest_version,
    schema_check,
    version_of,
)
from tests.migrations.schemas import own_role

FIRST_RELEASE = ("0001_pre_birds", "0002_post_fish")
SECOND_RELEASE = ("0003_pre_cats", "0004_post_dogs")

ADD_AGE = 'op.execute("ALTER TABLE zoo.birds ADD COLUMN age integer NOT NULL DEFAULT 0")'

INDEX_BIRDS = (
    "from services.runtime.online_ddl import create_index\n    "
    'create_index("by_name", schema="zoo", on="zoo.birds (name)")'
)


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """Return an engine for it."""
    opened = postgres_engine(url)
    yield opened
    await opened.dispose()


def a_line(folder: Path, *names: str, **bodies: str) -> MigrationLine:
    """Write a chain of migrations, each of which makes the table it is named for unless `bodies` says otherwise."""
    for before, name in zip((None, *names), names, strict=False):
        table = name.rpartition("_")[2]
        body = bodies.get(name.replace(name[:5], "", 1), f'op.execute("CREATE TABLE zoo.{table} (name text)")')
        (folder / f"{name}.py").write_text(
            f"from alembic import op\nrevision = {name!r}\ndown_revision = {before!r}\n\n\ndef upgrade():\n    {body}\n"
        )
    return MigrationLine(schema="zoo", folder=folder)


async def tables_of(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'zoo'")
    await connection.close()
    return {row[0] for row in rows} - {"schema_version"}


async def test_all_runs_everything_in_order_and_a_second_time_nothing(
    engine: AsyncEngine, url: str, tmp_path: Path
) -> None:
    line = a_line(tmp_path, *FIRST_RELEASE)

    assert await version_of(engine, line) is None
    assert await migrate(engine, line) == FIRST_RELEASE
    assert await version_of(engine, line) == "0002_post_fish"
    assert await migrate(engine, line) == ()
    assert await tables_of(url) == {"birds", "fish"}


async def test_pre_leaves_this_releases_post_for_later(engine: AsyncEngine, url: str, tmp_path: Path) -> None:
    line = a_line(tmp_path, *FIRST_RELEASE)

    assert await migrate(engine, line, phase="pre") == ("0001_pre_birds",)
    assert await tables_of(url) == {"birds"}
    assert await migrate(engine, line, phase="post") == ("0002_post_fish",)
    assert await tables_of(url) == {"birds", "fish"}


async def test_a_later_releases_pre_runs_the_earlier_releases_post_on_its_way(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await migrate(engine, a_line(tmp_path, *FIRST_RELEASE), phase="pre")

    later = a_line(tmp_path, *FIRST_RELEASE, *SECOND_RELEASE)

    assert await migrate(engine, later, phase="pre") == ("0002_post_fish", "0003_pre_cats")
    assert await migrate(engine, later, phase="post") == ("0004_post_dogs",)


async def test_pre_after_everything_ran_changes_nothing(engine: AsyncEngine, tmp_path: Path) -> None:
    line = a_line(tmp_path, *FIRST_RELEASE)
    await migrate(engine, line)

    assert await migrate(engine, line, phase="pre") == ()
    assert await version_of(engine, line) == "0002_post_fish"


@pytest.mark.parametrize(("phase", "newest"), [("pre", "0003_pre_cats"), ("post", "0004_post_dogs")])
def test_each_phase_leads_to_its_newest_migration(tmp_path: Path, phase: Phase, newest: str) -> None:
    assert newest == newest_version(a_line(tmp_path, *FIRST_RELEASE, *SECOND_RELEASE), phase=phase)


def test_a_folder_without_migrations_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        newest_version(MigrationLine(schema="zoo", folder=tmp_path))


async def test_a_migration_that_fails_leaves_nothing_of_itself_and_those_before_it_stay(
    engine: AsyncEngine, url: str, tmp_path: Path
) -> None:
    line = a_line(tmp_path, *FIRST_RELEASE, post_fish='op.execute("CREATE TABLE zoo.fish (); SELECT nonsense")')

    with pytest.raises(DBAPIError):
        await migrate(engine, line)

    assert await version_of(engine, line) == "0001_pre_birds"
    assert await tables_of(url) == {"birds"}
    assert await migrate(engine, a_line(tmp_path, *FIRST_RELEASE)) == ("0002_post_fish",)


async def test_a_migration_that_cannot_have_its_lock_lets_everybody_pass_and_runs_later(
    engine: AsyncEngine, url: str, tmp_path: Path
) -> None:
    await migrate(engine, a_line(tmp_path, "0001_pre_birds"))
    line = a_line(tmp_path, "0001_pre_birds", "0002_pre_age", pre_age=ADD_AGE)
    async with backup_of_birds(url) as backup:
        migrating = asyncio.create_task(migrate(engine, line))
        await waits_for_a_lock(url)
        seconds = await longest_read(url, tries=20)
        assert not migrating.done()
        await backup.execute("COMMIT")

        assert await asyncio.wait_for(migrating, 20) == ("0002_pre_age",)
    assert seconds < 2 * LOCK_MILLISECONDS / 1000


async def test_an_index_is_made_while_others_write(engine: AsyncEngine, url: str, tmp_path: Path) -> None:
    await migrate(engine, a_line(tmp_path, "0001_pre_birds"))
    line = a_line(tmp_path, "0001_pre_birds", "0002_pre_index", pre_index=INDEX_BIRDS)
    async with connected(url) as writer:
        await writer.execute("BEGIN")
        await writer.execute("INSERT INTO zoo.birds VALUES ('wren')")
        migrating = asyncio.create_task(migrate(engine, line))
        await waits_for_a_lock(url)
        async with connected(url) as other:
            await other.execute("INSERT INTO zoo.birds VALUES ('robin')", timeout=5)
        assert not migrating.done()
        await writer.execute("COMMIT")

        assert await asyncio.wait_for(migrating, 20) == ("0002_pre_index",)
        assert await writer.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = 'zoo.by_name'::regclass")


async def test_an_index_that_an_earlier_try_left_unfinished_is_made_anew(
    engine: AsyncEngine, url: str, tmp_path: Path
) -> None:
    await migrate(engine, a_line(tmp_path, "0001_pre_birds"))
    line = a_line(tmp_path, "0001_pre_birds", "0002_pre_index", pre_index=INDEX_BIRDS)
    async with connected(url) as connection:
        await connection.execute("INSERT INTO zoo.birds VALUES ('wren'), ('wren')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("CREATE UNIQUE INDEX CONCURRENTLY by_name ON zoo.birds (name)")

        assert await migrate(engine, line) == ("0002_pre_index",)
        assert await connection.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = 'zoo.by_name'::regclass")


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def backup_of_birds(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection that has read the table, and will read it again, as a backup does: until it commits."""
    async with connected(url) as connection:
        await connection.execute("BEGIN")
        await connection.execute("SELECT * FROM zoo.birds")
        yield connection


async def waits_for_a_lock(url: str) -> None:
    """Wait until somebody waits for a lock in this database."""
    ask = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with connected(url) as connection, asyncio.timeout(20):
        while not await connection.fetchval(ask):
            await asyncio.sleep(0.01)


async def longest_read(url: str, *, tries: int) -> float:
    """Read the table again and again, and return how long the slowest took, in seconds."""
    longest = 0.0
    async with connected(url) as connection:
        for _ in range(tries):
            began = time.monotonic()
            await connection.execute("SELECT * FROM zoo.birds", timeout=10)
            longest = max(longest, time.monotonic() - began)
            await asyncio.sleep(0.1)
    return longest


async def test_two_at_once_wait_for_each_other_and_run_each_migration_once(url: str, tmp_path: Path) -> None:
    line = a_line(tmp_path, *FIRST_RELEASE, *SECOND_RELEASE)
    engines = [postgres_engine(url) for _ in range(4)]

    ran = await asyncio.gather(*(migrate(engine, line) for engine in engines))

    assert [*FIRST_RELEASE, *SECOND_RELEASE] == [name for names in ran for name in names]
    for engine in engines:
        await engine.dispose()


async def test_a_role_named_like_the_schema_may_use_its_tables_and_change_none(
    engine: AsyncEngine, url: str, tmp_path: Path
) -> None:
    role_url = await own_role(url, "zoo")
    await migrate(engine, a_line(tmp_path, *FIRST_RELEASE))
    connection = await asyncpg.connect(role_url)

    await connection.execute("INSERT INTO zoo.birds VALUES ('wren')")

    assert await connection.fetchval("SELECT name FROM zoo.birds") == "wren"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("ALTER TABLE zoo.birds ADD COLUMN age integer")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE zoo.more ()")
    await connection.close()


async def test_an_owner_of_the_schema_alone_migrates_it(url: str, tmp_path: Path) -> None:
    owners_url = await own_role(url, "zoo_owner")
    async with connected(url) as connection:
        await connection.execute("CREATE SCHEMA zoo AUTHORIZATION zoo_owner")
    owned = postgres_engine(owners_url)

    assert await migrate(owned, a_line(tmp_path, *FIRST_RELEASE)) == FIRST_RELEASE
    await owned.dispose()


async def test_a_schema_that_cannot_be_looked_at_in_time_is_not_current(url: str, tmp_path: Path) -> None:
    line = a_line(tmp_path, *FIRST_RELEASE)
    impatient = postgres_engine(url, server_settings={"statement_timeout": "100"})
    await migrate(impatient, line)
    is_current = schema_check(impatient, line)
    assert await is_current()

    async with connected(url) as connection, connection.transaction():
        await connection.execute("LOCK TABLE zoo.schema_version IN ACCESS EXCLUSIVE MODE")

        assert not await is_current()

    assert await is_current()
    await impatient.dispose()


async def test_two_services_keep_their_versions_apart(engine: AsyncEngine, tmp_path: Path) -> None:
    zoo = a_line(tmp_path, *FIRST_RELEASE)
    await migrate(engine, zoo)
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    a_line(other_folder, "0001_pre_shops", pre_shops="pass")
    shop = MigrationLine(schema="shop", folder=other_folder)

    assert await version_of(engine, shop) is None
    assert await migrate(engine, shop) == ("0001_pre_shops",)
    assert await version_of(engine, zoo) == "0002_post_fish"
