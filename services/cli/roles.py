"""The services' roles in the database: each may log in, and what its service needs is granted to it by migrations.

They are created by an owner who need not be a superuser, as the owners of managed databases are not: the right to
create roles is enough, and on PostgreSQL 16 and later it covers only the roles that this owner has created. A role that
somebody else has made is therefore left alone as long as it takes the password.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.errors import FailedPrecondition
from services.runtime.database import postgres_engine, sqlstate_of
from services.runtime.database_url import url_of_role

MISSING_RIGHT: Final = "42501"
THERE_ALREADY: Final = ("42710", "23505")
CANNOT_LOG_IN: Final = ("28000", "28P01")
"""SQLSTATEs of PostgreSQL's appendix A."""


async def create_roles(engine: AsyncEngine, owner_url: str, passwords: Mapping[str, str]) -> tuple[str, ...]:
    """Create the roles that are missing and see that each takes its password, empty for none; return the new ones.

    Two at once wait for each other. Raises FailedPrecondition where the owner lacks a right.
    """
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('understudy roles'))"))
        there = set((await connection.execute(text("SELECT rolname FROM pg_roles"))).scalars())
        created = tuple([role for role in passwords if role not in there and await _created(connection, role)])
        for role, password in passwords.items():
            await _let_connect(connection, role)
            if password and (role in created or not await _can_log_in(owner_url, role, password)):
                await _set_password(connection, role, password)
    return created


async def _created(connection: AsyncConnection, role: str) -> bool:
    """Create a role and return True; False where it was created meanwhile, from another database of the server."""
    try:
        with _rights(
            f"create the role {role!r}", "or create the services' roles yourself and leave --create-roles out"
        ):
            async with connection.begin_nested():
                await connection.exec_driver_sql(f"CREATE ROLE {_quoted(connection, role)} LOGIN")
    except DBAPIError as error:
        if sqlstate_of(error) in THERE_ALREADY:
            return False
        raise
    return True


async def _let_connect(connection: AsyncConnection, role: str) -> None:
    """Let a role connect to this database, which everybody may unless somebody has taken it away."""
    question = text("SELECT current_database(), has_database_privilege(:role, current_database(), 'CONNECT')")
    database, may_connect = (await connection.execute(question, {"role": role})).one()
    if not may_connect:
        grant = f"GRANT CONNECT ON DATABASE {_quoted(connection, database)} TO {_quoted(connection, role)}"
        await connection.exec_driver_sql(grant)


async def _set_password(connection: AsyncConnection, role: str, password: str) -> None:
    quoted = text("SELECT format('ALTER ROLE %I PASSWORD %L', CAST(:role AS text), CAST(:password AS text))")
    statement = (await connection.execute(quoted, {"role": role, "password": password})).scalar_one()
    with _rights(f"set the password of the role {role!r}, which does not take the one given", "or set it yourself"):
        await connection.exec_driver_sql(statement)


async def _can_log_in(owner_url: str, role: str, password: str) -> bool:
    """Tell whether a role takes a password, by logging in with it."""
    engine = postgres_engine(url_of_role(owner_url, role, password), pool_size=1)
    try:
        async with engine.connect():
            return True
    except (asyncpg.PostgresError, DBAPIError) as error:
        if sqlstate_of(error) in CANNOT_LOG_IN:
            return False
        raise
    finally:
        await engine.dispose()


@contextmanager
def _rights(what: str, remedy: str) -> Iterator[None]:
    """Say which right the owner lacks, and what else can be done."""
    try:
        yield
    except DBAPIError as error:
        if sqlstate_of(error) != MISSING_RIGHT:
            raise
        raise FailedPrecondition(
            f"The database's owner may not {what}: give it the right to (CREATEROLE), {remedy}."
        ) from error


def _quoted(connection: AsyncConnection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
