"""Migrations: pre and post phases on one chain, whole or not at all, one at a time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.runtime.database import asyncpg_url
from services.runtime.migrations import MigrationLine, Phase, migrate, newest_version, version_of
from tests.migrations.schemas import empty_database, own_role

FIRST_RELEASE = ("0001_pre_birds", "0002_post_fish")
SECOND_RELEASE = ("0003_pre_cats", "0004_post_dogs")


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """Return the URL of an empty database."""
    with empty_database(postgres_url) as empty:
        yield empty


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """Return an engine for it."""
    opened = create_async_engine(asyncpg_url(url))
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


async def test_a_migration_that_fails_leaves_nothing_of_itself_or_those_before_it(
    engine: AsyncEngine, url: str, tmp_path: Path
) -> None:
    line = a_line(tmp_path, *FIRST_RELEASE, post_fish='op.execute("SELECT nonsense")')

    with pytest.raises(ProgrammingError):
        await migrate(engine, line)

    assert await version_of(engine, line) is None
    assert await tables_of(url) == set()


async def test_two_at_once_wait_for_each_other_and_run_each_migration_once(url: str, tmp_path: Path) -> None:
    line = a_line(tmp_path, *FIRST_RELEASE, *SECOND_RELEASE)
    engines = [create_async_engine(asyncpg_url(url)) for _ in range(4)]

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
