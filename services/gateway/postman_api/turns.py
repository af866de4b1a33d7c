"""Turns: how many large documents are in memory at once, and what those do that come meanwhile.

A document takes up to nine times its size while it is read or shown, so a few of 100 MB would end the process. Whoever
sends or asks for a large one takes a turn first, and holds it until the reply has left. A request that waits is not
listened to: its client is held back by TCP, and all that is in memory of it is what the server had read ahead.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

from services.gateway.postman_api.faults import Busy

Result = TypeVar("Result")

LARGE_BYTES: Final = 4 * 1024 * 1024
"""Most collections are far below it. One of this size takes some 35 MB, and they are read in 32 threads at most."""

MOST_WAITING: Final = 32
"""For each up to 1 MB is read ahead. Those at the end of a longer queue would wait in vain."""


class Turns:
    """As many turns as there may be large documents at once, and a queue before them."""

    def __init__(self, count: int, *, wait_seconds: float) -> None:
        """Take the number of turns, and how long one waits for one."""
        self._free = asyncio.Semaphore(count)
        self._wait_seconds = wait_seconds
        self.waiting = 0

    @contextmanager
    def one(self, *, told_bytes: int = 0) -> Iterator["Turn"]:
        """Yield a turn that may be taken by a request whose body has `told_bytes`; it is given back on leaving."""
        turn = Turn(self, told_bytes)
        try:
            yield turn
        finally:
            if turn.is_taken:
                self._free.release()

    async def wait(self) -> None:
        """Wait in the queue. Raises Busy where it is too long, or takes too long."""
        if self._free.locked() and self.waiting >= MOST_WAITING:
            raise Busy
        self.waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise Busy from None
        finally:
            self.waiting -= 1


class Turn:
    """One request's turn, which it takes once it is known to be large; until then only so much of it is heard."""

    def __init__(self, turns: Turns, told_bytes: int) -> None:
        """Take the queue, and how large the request's body is said to be."""
        self.is_taken = False
        self._turns = turns
        self._unheard_bytes = 0 if told_bytes > LARGE_BYTES else LARGE_BYTES + 1
        self._may_be_heard = asyncio.Event()

    async def take(self, size_bytes: int) -> None:
        """Wait for the turn where a document of this size needs one and has none yet. Raises Busy."""
        if self.is_taken or size_bytes <= LARGE_BYTES:
            return
        await self._turns.wait()
        self.is_taken = True
        self._may_be_heard.set()

    def hearing(self, receive: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        """Return `receive` of ASGI, which stops at what needs a turn until it is taken."""

        async def heard() -> Any:
            if self._unheard_bytes <= 0:
                await self._may_be_heard.wait()
            message = await receive()
            self._unheard_bytes -= len(message.get("body", b""))
            return message

        return heard

    def answering(self, send: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        """Return `send` of ASGI; a request that is answered is heard to its end, whether it had a turn or not."""

        async def answered(message: Any) -> None:
            self._may_be_heard.set()
            await send(message)

        return answered


async def in_thread(work: Callable[[], Result]) -> Result:
    """Run work in a thread. Whoever is cancelled meanwhile stays until it has ended: so long it is in memory."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        with suppress(Exception):  # Nobody is left who could be told.
            await running
        raise
