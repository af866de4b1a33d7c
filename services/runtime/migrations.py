"""Alembic, configured in code: one line of migrations, one version table and one schema for each service.

A migration is named `NNNN_pre_…` or `NNNN_post_…`: *pre* runs before new code rolls out and leaves yesterday's code
working; *post* runs after it and may remove what only yesterday's code needed. The line is one chain, so that phase
`pre` (up to the newest *pre*) runs the earlier releases' *posts* on its way, and phase `post` or `all` runs to the end.

Migrations run while the services are at work. Whoever waits for a lock on a table makes everybody wait who comes after,
so a migration waits for none longer than callers bear: it gives up, lets them pass, and tries again. Each is a
transaction of its own, so that no lock is held longer than its migration takes. What must not lock a large table at all
is in `online_ddl`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationInfo, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.errors import Unavailable
from services.runtime.database import sqlstate_of, unavailable_when_away

logger = structlog.get_logger(__name__)

Phase = Literal["pre", "post", "all"]

VERSION_TABLE = "schema_version"

LOCK_MILLISECONDS = 500
"""How long a migration waits for a lock, with every caller of that table behind it: half of what a change may take to
be served."""

PAUSE_SECONDS = 1.0
"""Between two tries, those who had to wait get through."""

PATIENCE_SECONDS = 600.0
"""How long a migration is tried. No statement of the services takes longer than half a minute, but a backup may."""

LOCKED_OUT = ("55P03", "40P01")
"""The SQLSTATEs of a lock that was not to be had: the wait was too long, or would never have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationLine:
    """The migrations of one service: its schema and the folder that holds them."""

    schema: str
    folder: Path


async def migrate(engine: AsyncEngine, line: MigrationLine, *, phase: Phase = "all", role: str = "") -> tuple[str, ...]:
    """Bring the schema up to the phase, and return the names of the migrations that ran.

    Each is a transaction: one that fails leaves nothing of itself, and those before it stay. The engine's role must own
    the schema or be allowed to create it; `role`, by default named like the schema, is granted what the service
    needs, where there is such a role. Two at once wait for each other.
    """
    async with engine.connect() as connection:
        try:
            await _take_turn(connection, line)
            ran = await _insist(connection, line, newest_version(line, phase=phase))
            await connection.run_sync(_grant, line.schema, role or line.schema)
            await connection.commit()
            return ran
        finally:
            await connection.invalidate()  # With its session end its turn and its settings.


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
    """Return what tells whether the database answers and its schema is what this code needs, or newer.

    Whatever the database says instead of a version means no: who asks is a probe, and must not fail of it.
    """
    needed = newest_version(line, phase="pre")

    async def is_current() -> bool:
        try:
            with unavailable_when_away():
                version = await version_of(engine, line)
        except Unavailable:
            return False
        except DBAPIError as error:
            logger.warning("the schema's version cannot be read", schema=line.schema, reason=str(error.orig))
            return False
        return version is not None and version >= needed

    return is_current


async def _take_turn(connection: AsyncConnection, line: MigrationLine) -> None:
    """Wait until no other migration of this line runs.

    By asking again and again: a statement that waits would be waited for by an index that is built concurrently.
    """
    ask = text("SELECT pg_try_advisory_lock(hashtext(:name))")
    waits = False
    while not (await connection.execute(ask, {"name": f"understudy {line.schema}"})).scalar_one():
        await connection.rollback()
        if not waits:
            logger.info("another migration of this schema is at work; this one waits for its end", schema=line.schema)
        waits = True
        await asyncio.sleep(PAUSE_SECONDS)
    await connection.rollback()


async def _insist(connection: AsyncConnection, line: MigrationLine, target: str) -> tuple[str, ...]:
    """Migrate up to `target`, as often as locks are not to be had in time, and return all that ran."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    ran: list[str] = []
    while True:
        try:
            await connection.run_sync(_migrate, line, target, ran)
        except DBAPIError as error:
            if sqlstate_of(error) not in LOCKED_OUT or time.monotonic() > deadline:
                raise
            logger.info("a lock is not to be had; the migration lets others pass and tries again", schema=line.schema)
            await connection.rollback()
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return tuple(dict.fromkeys(ran))


def _migrate(connection: Connection, line: MigrationLine, target: str, ran: list[str]) -> None:
    connection.execute(text(f"SET lock_timeout = {LOCK_MILLISECONDS}"))
    connection.execute(text("SET statement_timeout = 0"))
    _make_schema(connection, line.schema)
    # Alembic's own column holds 32 characters, and our names say more.
    connection.execute(
        text(f'CREATE TABLE IF NOT EXISTS "{line.schema}".{VERSION_TABLE} (version_num text PRIMARY KEY)')
    )
    connection.commit()
    _upgrade(connection, line, target, ran)


def _make_schema(connection: Connection, schema: str) -> None:
    """Create the schema where there is none: to ask for it where there is one would take the right to create it."""
    if connection.execute(text("SELECT to_regnamespace(:quoted)"), {"quoted": f'"{schema}"'}).scalar_one() is None:
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))


def _upgrade(connection: Connection, line: MigrationLine, target: str, ran: list[str]) -> None:
    """Run what is missing up to `target`, each migration as a transaction, and add the name of each to `ran`."""
    scripts = _scripts(line)

    def steps(heads: tuple[str, ...], _context: MigrationContext) -> list[RevisionStep]:
        if _is_ahead(heads, scripts):
            logger.info(
                "the schema is newer than this release, and is left as it is", schema=line.schema, version=heads
            )
            return []
        return list(scripts._upgrade_revs(target, heads))  # type: ignore[arg-type]  # noqa: SLF001 -- what Alembic's own `upgrade` command calls; there is no public name for it

    def applied(ctx: object, step: MigrationInfo, heads: object, run_args: object) -> None:  # noqa: ARG001 -- Alembic names them
        ran.append(str(step.up_revision_id))

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=target) as environment:
        environment.configure(
            connection=connection,
            version_table=VERSION_TABLE,
            version_table_schema=line.schema,
            transactional_ddl=True,
            transaction_per_migration=True,
            on_version_apply=applied,
        )
        with environment.begin_transaction():
            environment.run_migrations()


def _is_ahead(heads: tuple[str, ...], scripts: ScriptDirectory) -> bool:
    """Tell whether a newer release has migrated the schema, and was then rolled back to this one."""
    newest = scripts.get_current_head() or ""
    return any(head > newest for head in heads)


def _scripts(line: MigrationLine) -> ScriptDirectory:
    return ScriptDirectory(str(line.folder), version_locations=[str(line.folder)])


def _context(connection: Connection, line: MigrationLine) -> MigrationContext:
    options = {"version_table": VERSION_TABLE, "version_table_schema": line.schema}
    return MigrationContext.configure(connection, opts=options)


def _grant(connection: Connection, schema: str, role: str) -> None:
    """Let the service's own role, where there is one, use everything in its schema and nothing else."""
    if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first() is None:
        return
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    for grant in (
        f'GRANT USAGE ON SCHEMA "{schema}" TO {quoted}',
        f'GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA "{schema}" TO {quoted}',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA "{schema}" TO {quoted}',
    ):
        connection.exec_driver_sql(grant)
