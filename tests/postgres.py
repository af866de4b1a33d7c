"""A real PostgreSQL for tests: testcontainers' where a Docker engine answers, else the embedded one.

One server a run, started by whichever process needs it first: the test process itself, or under xdist the controller,
which tells the workers its URL. One migrated template a service; each test gets a clone of its own.
"""

import asyncio
import importlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import docker
from docker.errors import DockerException
from sqlalchemy.engine import make_url
from testcontainers.community.postgres import PostgresContainer

from services.runtime.database import postgres_engine
from services.runtime.embedded import start_embedded
from services.runtime.migrations import migrate

SERVER_VARIABLE = "UNDERSTUDY_TEST_DATABASE_SERVER"
"""Set by the process that started the server, read by the workers it starts."""

SERVICES = ("catalog", "registry", "calllog")
"""Those that have a database."""

IMAGE = "postgres:15-bookworm"

UNSAFE_AND_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}
"""A test database need not survive a power cut."""

_clones = itertools.count()


def docker_answers() -> bool:
    """Tell whether a Docker engine is there."""
    try:
        return bool(docker.from_env(timeout=5).ping())
    except DockerException:
        return False


def docker_is_required() -> bool:
    """Tell whether a missing engine is a failure."""
    return os.environ.get("REQUIRE_DOCKER") == "1"


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server, and yield its superuser's URL."""
    if docker_answers():
        yield from _container()
    elif docker_is_required():
        raise RuntimeError("REQUIRE_DOCKER=1, and no Docker engine answers")
    else:
        yield from _embedded()


def _container() -> Iterator[str]:
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    flags = " ".join(f"-c {name}={value}" for name, value in UNSAFE_AND_FAST.items())
    with PostgresContainer(IMAGE, driver=None).with_command(f"postgres {flags}") as container:
        yield container.get_connection_url()


def _embedded() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="understudy-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = start_embedded(Path(folder) / "postgres")
        try:
            asyncio.run(_make_fast(server.get_uri()))
            yield server.get_uri()
        finally:
            server.stop()


async def _make_fast(url: str) -> None:
    connection = await asyncpg.connect(url)
    for name, value in UNSAFE_AND_FAST.items():
        await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


def database_url(server_url: str, database: str) -> str:
    """Return the URL of a database on the server."""
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)


async def make_template(server_url: str, service: str) -> str:
    """Make the migrated template of a service, once a run, and return its name."""
    name = f"template_{service}"
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute("SELECT pg_advisory_lock(hashtext($1))", name)
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await _migrate_template(connection, server_url, service, name)
    finally:
        await connection.close()
    return name


async def _migrate_template(connection: asyncpg.Connection, server_url: str, service: str, name: str) -> None:
    await connection.execute(f'CREATE DATABASE "{name}_unfinished"')
    engine = postgres_engine(database_url(server_url, f"{name}_unfinished"))
    await migrate(engine, importlib.import_module(f"services.{service}.tables").MIGRATIONS)
    await engine.dispose()
    await connection.execute(f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"')


@contextmanager
def cloned_database(server_url: str, service: str) -> Iterator[str]:
    """Yield the URL of a fresh, migrated database of a service; it is dropped afterwards."""
    name = f"{service}_{os.getpid()}_{next(_clones)}"
    asyncio.run(_clone(server_url, service, name))
    try:
        yield database_url(server_url, name)
    finally:
        asyncio.run(_execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


@contextmanager
def cloned_databases(server_url: str) -> Iterator[dict[str, str]]:
    """Yield the URL of a fresh, migrated database for each service that has one; they are dropped afterwards."""
    with ExitStack() as clones:
        yield {service: clones.enter_context(cloned_database(server_url, service)) for service in SERVICES}


async def _clone(server_url: str, service: str, name: str) -> None:
    template = await make_template(server_url, service)
    await _execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


async def _execute(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
