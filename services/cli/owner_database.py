"""What `migrate` and `up` do with an owner's rights: create the services' roles, and bring their schemas up to date."""

import importlib
import os
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.core.errors import FailedPrecondition, InvalidInput
from services.runtime.database import CONNECT_SECONDS, asyncpg_url
from services.runtime.migrations import Phase, migrate

__all__ = ["SERVICES", "Phase", "create_roles", "migrate_services", "new_passwords", "owner_engine", "service_url"]

SERVICES = ("catalog", "registry", "calllog")
"""The services that have a schema, a role and a line of migrations, each of the service's name."""


@asynccontextmanager
async def owner_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """Yield an engine for an owner's URL. Raises InvalidInput for a bad URL, FailedPrecondition where it fails."""
    try:
        engine = create_async_engine(asyncpg_url(url), pool_size=1, connect_args={"timeout": CONNECT_SECONDS})
    except (ArgumentError, ValueError) as error:
        raise InvalidInput.of(
            "--database-url", "is no URL.", "Write postgresql://role:password@host:port/db."
        ) from error
    try:
        with _sentences():
            yield engine
    finally:
        await engine.dispose()


async def migrate_services(
    engine: AsyncEngine, services: Iterable[str] = SERVICES, *, phase: Phase = "all"
) -> dict[str, tuple[str, ...]]:
    """Migrate the schemas of the services, and return the names of the migrations that ran, by service."""
    lines = {service: importlib.import_module(f"services.{service}.tables").MIGRATIONS for service in services}
    return {service: await migrate(engine, line, phase=phase) for service, line in lines.items()}


async def create_roles(engine: AsyncEngine, passwords: Mapping[str, str]) -> None:
    """Create each service's role where it is missing, and give it its password where there is one."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('understudy roles'))"))
        there = set((await connection.execute(text("SELECT rolname FROM pg_roles"))).scalars())
        for role in SERVICES:
            if role not in there:
                await connection.execute(text(f'CREATE ROLE "{role}" LOGIN'))
            if role in passwords:
                await _set_password(connection, role, passwords[role])


def new_passwords() -> dict[str, str]:
    """Return a new password for each service's role."""
    return {role: secrets.token_urlsafe(24) for role in SERVICES}


def service_url(owner_url: str, service: str, passwords: Mapping[str, str]) -> str:
    """Return the URL by which a service reaches the owner's database, as its own role."""
    url = asyncpg_url(owner_url).set(drivername="postgresql", username=service, password=passwords.get(service))
    return url.render_as_string(hide_password=False)


async def _set_password(connection: AsyncConnection, role: str, password: str) -> None:
    quoted = text("SELECT format('ALTER ROLE %I PASSWORD %L', CAST(:role AS text), CAST(:password AS text))")
    statement = (await connection.execute(quoted, {"role": role, "password": password})).scalar_one()
    await connection.exec_driver_sql(statement)


@contextmanager
def _sentences() -> Iterator[None]:
    """Say in our words what the database, or the way to it, refused."""
    try:
        yield
    except DBAPIError as error:
        raise FailedPrecondition(f"The database refused: {_first_line(error.orig or error)}.") from error
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else "it did not answer in time"
        raise FailedPrecondition(f"The database cannot be reached: {why}. Check --database-url.") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise FailedPrecondition(f"The database refused: {_first_line(error)}.") from error


def _first_line(error: BaseException) -> str:
    """Return the first line of a driver's message, without the class that SQLAlchemy puts before it."""
    return str(error).partition("\n")[0].removeprefix("<class '").rpartition("'>: ")[2].rstrip(".")
