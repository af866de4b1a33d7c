"""What `migrate` and `up` do with an owner's rights: create the services' roles, and bring their schemas up to date."""

import importlib
import os
import secrets
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.core.errors import FailedPrecondition, InvalidInput, Unavailable
from services.runtime.database import postgres_engine, sqlstate_of
from services.runtime.migrations import Phase, migrate

SERVICES = ("catalog", "registry", "calllog")
"""The services that have a schema, a role and a line of migrations, each of the service's name."""

AWAY_STATES = (
    "08",  # The connection failed.
    "53",  # Out of connections, memory or disk.
    "57P",  # Shutting down, starting up, or crashed.
)
"""The beginnings of those SQLSTATEs after which the same is worth trying again (PostgreSQL's appendix A)."""


@asynccontextmanager
async def owner_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """Yield an engine for an owner's URL.

    Raises InvalidInput for a bad URL; and, whatever is done with the engine, Unavailable where the database is away or
    still starting, FailedPrecondition where it refuses.
    """
    try:
        engine = postgres_engine(url, pool_size=1)
    except ValueError as error:
        raise InvalidInput.of("--database-url", f"{error}.") from error
    try:
        with _sentences():
            yield engine
    finally:
        await engine.dispose()


async def migrate_services(
    engine: AsyncEngine,
    services: Iterable[str] = SERVICES,
    *,
    phase: Phase = "all",
    roles: Mapping[str, str] | None = None,
) -> dict[str, tuple[str, ...]]:
    """Migrate the schemas of the services, and return the names of the migrations that ran, by service.

    roles: the services' own, by service, where they are not of the service's name.
    """
    lines = {service: importlib.import_module(f"services.{service}.tables").MIGRATIONS for service in services}
    names = roles or {}
    return {
        service: await migrate(engine, line, phase=phase, role=names.get(service, service))
        for service, line in lines.items()
    }


def new_passwords() -> dict[str, str]:
    """Return a new password for each service's role."""
    return {role: secrets.token_urlsafe(24) for role in SERVICES}


@contextmanager
def _sentences() -> Iterator[None]:
    """Say in our words what the database, or the way to it, refused."""
    try:
        yield
    except DBAPIError as error:
        raise _refusal(error.orig or error) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _refusal(error) from error
    except OSError as error:
        raise Unavailable(f"The database cannot be reached: {_why(error)}. Check its URL, or host and port.") from error


def _why(error: OSError) -> str:
    """Return what the system says; that of a name that is not resolved has numbers of its own."""
    if isinstance(error, socket.gaierror):
        return error.strerror or "its host's name is not known"
    return os.strerror(error.errno) if error.errno else "it did not answer in time"


def _refusal(error: BaseException) -> FailedPrecondition | Unavailable:
    sentence = f"The database refused: {_first_line(error)}."
    return Unavailable(sentence) if sqlstate_of(error).startswith(AWAY_STATES) else FailedPrecondition(sentence)


def _first_line(error: BaseException) -> str:
    """Return the first line of a driver's message, without the class that SQLAlchemy puts before it."""
    return str(error).partition("\n")[0].removeprefix("<class '").rpartition("'>: ")[2].rstrip(".")
