"""Alembic, configured in code: one line of migrations, one version table and one schema for each service.

A migration is named `NNNN_pre_…` or `NNNN_post_…`: *pre* runs before new code rolls out and leaves yesterday's code
working; *post* runs after it and may remove what only yesterday's code needed. The line is one chain, so that phase
`pre` (up to the newest *pre*) runs the earlier releases' *posts* on its way, and phase `post` or `all` runs to the end.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.core.errors import Unavailable
from services.runtime.database import unavailable_when_away

Phase = Literal["pre", "post", "all"]

VERSION_TABLE = "schema_version"

LOCK_MILLISECONDS = 10_000
"""A migration that waits longer for a lock would hold up every caller behind it; it fails and is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationLine:
    """The migrations of one service: its schema and the folder that holds them."""

    schema: str
    folder: Path


async def migrate(engine: AsyncEngine, line: MigrationLine, *, phase: Phase = "all") -> tuple[str, ...]:
    """Bring the schema up to the phase, as one transaction, and return the names of the migrations that ran.

    The engine's role must own the schema or be allowed to create it; a role that is named like the schema is granted
    what the service needs. Two at once wait for each other.
    """
    async with engine.begin() as connection:
        return await connection.run_sync(_migrate, line, phase)


async def version_of(engine: AsyncEngine, line: MigrationLine) -> str | None:
    """Return the revision the schema is at, None where it was never migrated."""
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: _context(sync, line).get_current_revision())


def newest_version(line: MigrationLine, *, phase: Phase = "all") -> str:
    """Return the revision that a phase leads to."""
    revisions = list(_scripts(line).walk_revisions())
    for script in revisions:
        if phase != "pre" or "_pre_" in script.revision:
            return script.revision
    raise LookupError(f"{line.folder} holds no migration for phase {phase}")


def schema_check(engine: AsyncEngine, line: MigrationLine) -> Callable[[], Awaitable[bool]]:
    """Return what tells whether the database answers and its schema is what this code needs, or newer."""
    needed = newest_version(line, phase="pre")

    async def is_current() -> bool:
        try:
            with unavailable_when_away():
                version = await version_of(engine, line)
        except Unavailable:
            return False
        return version is not None and version >= needed

    return is_current


def _migrate(connection: Connection, line: MigrationLine, phase: Phase) -> tuple[str, ...]:
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"understudy {line.schema}"})
    connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}"))
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{line.schema}"'))
    # Alembic's own column holds 32 characters, and our names say more.
    connection.execute(
        text(f'CREATE TABLE IF NOT EXISTS "{line.schema}".{VERSION_TABLE} (version_num text PRIMARY KEY)')
    )
    ran = _upgrade(connection, line, newest_version(line, phase=phase))
    _grant(connection, line.schema)
    return ran


def _upgrade(connection: Connection, line: MigrationLine, target: str) -> tuple[str, ...]:
    scripts = _scripts(line)
    ran: list[str] = []

    def steps(revision: object, _context: MigrationContext) -> list[RevisionStep]:
        planned = scripts._upgrade_revs(target, revision)  # type: ignore[arg-type]  # noqa: SLF001 -- what Alembic's own `upgrade` command calls; there is no public name for it
        ran.extend(str(step.revision.revision) for step in planned)
        return list(planned)

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=target) as environment:
        environment.configure(
            connection=connection,
            version_table=VERSION_TABLE,
            version_table_schema=line.schema,
            transactional_ddl=True,
        )
        environment.run_migrations()
    return tuple(ran)


def _scripts(line: MigrationLine) -> ScriptDirectory:
    return ScriptDirectory(str(line.folder), version_locations=[str(line.folder)])


def _context(connection: Connection, line: MigrationLine) -> MigrationContext:
    options = {"version_table": VERSION_TABLE, "version_table_schema": line.schema}
    return MigrationContext.configure(connection, opts=options)


def _grant(connection: Connection, schema: str) -> None:
    """Let the service's own role, where there is one, use everything in its schema and nothing else."""
    if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": schema}).first() is None:
        return
    for grant in (
        f'GRANT USAGE ON SCHEMA "{schema}" TO "{schema}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA "{schema}" TO "{schema}"',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{schema}"',
    ):
        connection.execute(text(grant))
