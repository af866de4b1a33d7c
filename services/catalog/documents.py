"""Where documents are parsed and edited: in a few threads of their own, so that the event loop lives meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

Result = TypeVar("Result")


class DocumentThreads:
    """A bounded number of threads, and as many turns for those who hold a database lock while they wait for one."""

    def __init__(self, pool: ThreadPoolExecutor, *, turns: int) -> None:
        """Take the pool and how many may hold a turn at once."""
        self._pool = pool
        self._turns = asyncio.Semaphore(turns)

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run `work` in a thread when one is free; a caller that gives up while it waits never takes one."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn: whoever edits a document takes one first, so that waiting edits hold no connection."""
        async with self._turns:
            yield


@asynccontextmanager
async def document_threads(count: int) -> AsyncIterator[DocumentThreads]:
    """Yield `count` threads; on leaving, wait for the work that was begun."""
    pool = ThreadPoolExecutor(count, thread_name_prefix="document")
    try:
        yield DocumentThreads(pool, turns=count)
    finally:
        await asyncio.to_thread(pool.shutdown, cancel_futures=True)
