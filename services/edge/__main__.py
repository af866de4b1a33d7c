"""Run an edge worker in this process: `python -m services.edge`."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.edge.app import RunningEdge, edge_service
from services.edge.heap import look_less_often
from services.edge.settings import EdgeSettings
from services.runtime.lifecycle import run, serve_until_stopped
from services.runtime.logging import configure_logging

SWITCH_SECONDS = 0.001
"""While a collection is compiled in a thread, the event loop gets its turn after one millisecond instead of Python's
five, each of which calls to other mocks would feel."""


def main() -> None:
    """Serve until SIGTERM or SIGINT, with the settings of the environment."""
    settings = EdgeSettings()
    configure_logging(level=settings.log_level, log_format=settings.log_format, service="edge")
    sys.setswitchinterval(SWITCH_SECONDS)
    look_less_often()
    run(serve_until_stopped(_edge_of_parent(settings)))


@asynccontextmanager
async def _edge_of_parent(settings: EdgeSettings) -> AsyncIterator[RunningEdge]:
    """Run the edge, and have it stop when the parent process is gone, where it has told how to notice."""
    if settings.parent_fd is not None:
        asyncio.get_running_loop().add_reader(settings.parent_fd, _stop_like_by_signal, settings.parent_fd)
    async with edge_service(settings) as edge:
        yield edge


def _stop_like_by_signal(parent_fd: int) -> None:
    if not os.read(parent_fd, 1):
        asyncio.get_running_loop().remove_reader(parent_fd)
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
