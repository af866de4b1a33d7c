"""Comparing schemas: what the migrations of a service make, and what its tables.py says."""

import asyncio
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import asyncpg
from sqlalchemy import MetaData, text
from sqlalchemy.engine import make_url

from services.runtime.database import postgres_engine
from services.runtime.migrations import VERSION_TABLE
from tests.postgres import database_url

ROLE_PASSWORD = "secret"  # noqa: S105 -- of a role on a server that lives for a test run

_numbers = itertools.count()

DESCRIPTION = """
SELECT format('table %I column %I: %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
              CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
              coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''))
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND c.relname <> $2::text
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = $1::text::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT format('table %I constraint %I: %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid AND c.relname <> $2::text
WHERE k.connamespace = $1::text::regnamespace AND k.contype <> 'n'
UNION ALL
SELECT indexdef FROM pg_indexes WHERE schemaname = $1::text AND tablename <> $2::text
UNION ALL
SELECT format('sequence %I', relname) FROM pg_class WHERE relnamespace = $1::text::regnamespace AND relkind = 'S'
ORDER BY 1
"""
"""Every column, constraint, index and sequence of a schema in a line of its own, whatever order they were made in."""


async def described(url: str, schema: str) -> list[str]:
    """Return what a schema holds, a line for each thing; the version table of the migrations is left out."""
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(DESCRIPTION, schema, VERSION_TABLE)]
    finally:
        await connection.close()


async def create_from(metadata: MetaData, url: str) -> None:
    """Make the schema and tables of a tables.py in an empty database."""
    engine = postgres_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(f'CREATE SCHEMA "{metadata.schema}"'))
        await connection.run_sync(metadata.create_all)
    await engine.dispose()


@contextmanager
def empty_database(server_url: str) -> Iterator[str]:
    """Yield the URL of a database that holds nothing; it is dropped afterwards."""
    name = f"empty_{os.getpid()}_{next(_numbers)}"
    asyncio.run(_execute(server_url, f'CREATE DATABASE "{name}"'))
    try:
        yield database_url(server_url, name)
    finally:
        asyncio.run(_execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def own_role(url: str, role: str) -> str:
    """Return the database's URL for a plain role, which is made on the server where it is not there yet.

    It is never dropped: roles belong to the whole server, and another test may be granting to it.
    """
    connection = await asyncpg.connect(url)
    try:
        with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            await connection.execute(f'CREATE ROLE "{role}"')
        await connection.execute(f"ALTER ROLE \"{role}\" LOGIN PASSWORD '{ROLE_PASSWORD}'")
    finally:
        await connection.close()
    return make_url(url).set(username=role, password=ROLE_PASSWORD).render_as_string(hide_password=False)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
