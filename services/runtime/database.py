"""PostgreSQL through SQLAlchemy Core and asyncpg: the engine of a service, and what its failures mean to callers."""

import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import asyncpg
import structlog
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.core.errors import Unavailable
from services.runtime.database_metrics import MeasuredPool
from services.runtime.database_url import SYSTEM, parameters_of, parse_url, url_text

logger = structlog.get_logger(__name__)

CONNECT_SECONDS = 5.0
"""A database that does not greet within five seconds is down, as far as a caller with a deadline is concerned."""

POOL_WAIT_SECONDS = 5.0
"""Waiting longer than this for a free connection means overload: better to say so than to queue."""

STATEMENT_MILLISECONDS = 30_000
"""No statement of ours takes long; one that does is stuck behind a lock, and its caller has left. Migrations, which
may take their time, set their own."""


@asynccontextmanager
async def database(url: str, *, pool_size: int, service: str) -> AsyncIterator[AsyncEngine]:
    """Yield an engine for `url`. Connections are made when first needed, and checked before each use."""
    engine = postgres_engine(
        url,
        server_settings={
            "application_name": f"understudy-{service}",
            "statement_timeout": str(STATEMENT_MILLISECONDS),
            "timezone": "UTC",
        },
        poolclass=MeasuredPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
    )
    try:
        yield engine
    finally:
        await engine.dispose()


def postgres_engine(url: str, *, server_settings: Mapping[str, str] | None = None, **options: Any) -> AsyncEngine:
    """Return an engine whose connections libpq's URL describes; `options` are SQLAlchemy's. Raises ValueError.

    Files that the URL names are read for each connection anew: a new authority counts without a restart.
    """
    address = parse_url(url)

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            **_where_and_how(address), timeout=CONNECT_SECONDS, server_settings=dict(server_settings or {})
        )

    # The driver is given the URL by us: SQLAlchemy would hand it libpq's parameters under names that it does not know.
    bare = address.set(drivername="postgresql+asyncpg", query={})
    return create_async_engine(bare, async_creator=connect, **options)


def _where_and_how(address: URL) -> dict[str, Any]:
    """Return what asyncpg is told: the URL, and the authorities of this machine, where those are meant."""
    parameters = parameters_of(address)
    if parameters.get("sslmode") != "verify-full" or parameters.get("sslrootcert", SYSTEM) != SYSTEM:
        return {"dsn": url_text(address)}
    context = ssl.create_default_context()
    context.set_alpn_protocols(["postgresql"])  # PostgreSQL 17 demands it of connections that begin with TLS.
    if "sslcert" in parameters:
        context.load_cert_chain(parameters["sslcert"], parameters.get("sslkey"), parameters.get("sslpassword"))
    return {"dsn": url_text(address.difference_update_query(["sslmode", "sslrootcert"])), "ssl": context}


async def outside_the_pool(engine: AsyncEngine) -> asyncpg.Connection:
    """Return a connection like those of the pool that the pool has forgotten; whoever asked for it must end it."""
    pooled = await engine.raw_connection()
    connection = cast("asyncpg.Connection", pooled.driver_connection)
    pooled.detach()
    return connection


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Yield a connection inside a transaction; a database that is away raises Unavailable, in our words."""
    with unavailable_when_away():
        async with engine.begin() as connection:
            yield connection


@contextmanager
def unavailable_when_away() -> Iterator[None]:
    """Turn the many ways in which a driver says that the database is away into Unavailable, and log which it was."""
    try:
        yield
    except DBAPIError as error:
        if _is_away(error):
            raise _unavailable(error) from error
        raise
    except (PoolTimeout, OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as error:
        raise _unavailable(error) from error


AWAY = "The database cannot be reached just now; try again shortly."

AWAY_STATES = (
    "08",  # The connection failed.
    "28",  # The role may not log in, or not with this password.
    "3D",  # There is no such database.
    "53",  # Out of connections, memory or disk.
    "57P",  # Shutting down, starting up, crashed, or the database was dropped.
    "3F",  # There is no such schema: it was not migrated yet, which a Job does while our process may run already.
    "42P01",  # There is no such table; likewise.
    "42501",  # The role has no right to it: a migration grants rights last, a moment after the tables are there.
)
"""The beginnings of those SQLSTATEs that speak of the server rather than of our statement (PostgreSQL's appendix A)."""


def sqlstate_of(error: BaseException) -> str:
    """Return PostgreSQL's code of what the driver, or SQLAlchemy around it, raised; empty where it has none."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None) or ""


def _is_away(error: DBAPIError) -> bool:
    return error.connection_invalidated or sqlstate_of(error).startswith(AWAY_STATES)


def _unavailable(error: Exception) -> Unavailable:
    reason = error.orig if isinstance(error, DBAPIError) else error
    logger.warning("database away", reason=str(reason) or type(reason).__name__)
    return Unavailable(AWAY)
