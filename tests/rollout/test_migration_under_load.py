"""The next release's *pre* migrations run while this release's code serves: no call fails, nobody waits long."""

import asyncio
import importlib
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from services.core.access.visibility import Visibility
from services.runtime.database import postgres_engine
from services.runtime.migrations import MigrationLine, migrate
from tests.rollout.clients import kinds_of, mocked, working
from tests.rollout.findings import errors_logged, not_once_in_the_log, print_calls, print_work
from tests.rollout.load import steady_load
from tests.rollout.suite import rolled_suite

RATE = 300

BACKUP_SECONDS = 4.0
"""How long somebody else, a backup perhaps, holds what the migration wants: several of its tries."""

LONGEST_CALL_SECONDS = 3.0
"""A call that meets nothing loaded waits for the database; beside a migration as well, but not for its end."""

TABLES = {"catalog": "collections", "registry": "mocks", "calllog": "entries"}
"""The table of each service that is written most."""

NEW_COLUMN = """\
from alembic import op

revision = "9001_pre_note"
down_revision = {newest!r}


def upgrade():
    op.execute("ALTER TABLE {schema}.{table} ADD COLUMN note text NOT NULL DEFAULT ''")
"""

NEW_INDEX = """\
from services.runtime.online_ddl import create_index

revision = "9002_pre_note_index"
down_revision = "9001_pre_note"


def upgrade():
    create_index("{table}_by_note", schema="{schema}", on="{schema}.{table} (note)")
"""

pytestmark = pytest.mark.timeout(400)


async def test_the_next_releases_migrations_beside_this_releases_code_drop_no_call(
    database_url: str, tmp_path: Path
) -> None:
    async with rolled_suite(tmp_path, database_url, replicas=1) as suite:
        public, private = await mocked(suite, "Public"), await mocked(suite, "Private", visibility=Visibility.PRIVATE)
        async with (
            steady_load(suite.addresses["edge"], kinds_of(public, private), rate=RATE) as (record, caller),
            working(suite, caller) as work,
        ):
            seconds = {}
            for schema, table in TABLES.items():
                async with backup_of(database_url, f"{schema}.{table}"):
                    began = time.monotonic()
                    assert ("9001_pre_note", "9002_pre_note_index") == await migrated(
                        database_url, next_release(tmp_path, schema, table)
                    )
                    seconds[schema] = time.monotonic() - began
            await asyncio.sleep(1)  # What the old code does with the new schema, a while.

        print_calls(record)
        print_work(work)
        print("  migrated while a backup ran for 4 s:", {schema: f"{took:.1f} s" for schema, took in seconds.items()})
        assert [] == record.failures
        assert [] == work.failures
        assert {} == await not_once_in_the_log(suite, record)
        assert [] == errors_logged(suite)
        assert max(record.longest_seconds.values()) < LONGEST_CALL_SECONDS


def next_release(folder: Path, schema: str, table: str) -> MigrationLine:
    """Return a service's line of migrations with two more."""
    line: MigrationLine = importlib.import_module(f"services.{schema}.tables").MIGRATIONS
    later = Path(shutil.copytree(line.folder, folder / f"migrations-{schema}"))
    newest = max(path.stem for path in later.glob("[0-9]*.py"))
    for name, text in {"9001_pre_note": NEW_COLUMN, "9002_pre_note_index": NEW_INDEX}.items():
        (later / f"{name}.py").write_text(text.format(newest=newest, schema=schema, table=table))
    return MigrationLine(schema=schema, folder=later)


async def migrated(database_url: str, line: MigrationLine) -> tuple[str, ...]:
    """Run the *pre* migrations, and return those that ran."""
    engine = postgres_engine(database_url)
    try:
        return await migrate(engine, line, phase="pre")
    finally:
        await engine.dispose()


@asynccontextmanager
async def backup_of(database_url: str, table: str) -> AsyncIterator[None]:
    """Read the table in a transaction that stays open for a while, as a backup's does; it ends by itself."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(f"BEGIN; SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 -- a table of the list above

    async def end() -> None:
        await asyncio.sleep(BACKUP_SECONDS)
        await connection.execute("COMMIT")
        await connection.close()

    ending = asyncio.create_task(end())
    try:
        yield
    finally:
        await ending
