"""The life of a process: a service is an async context manager; entered means ready, left means drained and stopped."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TypeVar

import structlog
import uvloop

from services.core.errors import Unavailable

logger = structlog.get_logger(__name__)

Result = TypeVar("Result")

HOUR_SECONDS = 3_600


def run(main: Coroutine[object, object, Result]) -> Result:
    """Run a process's main coroutine on uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


async def serve_until_stopped(service: AbstractAsyncContextManager[object]) -> None:
    """Enter the service, wait for SIGTERM or SIGINT, leave it. A second signal while leaving ends the process."""
    stop = stop_signal()
    async with service:
        logger.info("ready")
        await stop.wait()
        logger.info("draining")
    logger.info("stopped")


def stop_signal() -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets; the second one has its default effect again."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def on_signal() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return stop


@asynccontextmanager
async def background(work: Coroutine[object, object, None], *, name: str) -> AsyncIterator[asyncio.Task[None]]:
    """Own a task for the length of the context: it is cancelled and awaited on leaving.

    Work that fails is logged at once, not only when somebody leaves.
    """
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_log_failure)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task


async def hourly(work: Callable[[], Awaitable[object]]) -> None:
    """Do something at the end of every hour; where the database is away then, an hour later."""
    while True:
        await asyncio.sleep(HOUR_SECONDS)
        with suppress(Unavailable):
            await work()


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("background task failed", task=task.get_name(), exc_info=error)
