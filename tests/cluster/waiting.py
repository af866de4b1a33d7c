"""Waiting for what takes a moment to arrive."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

LOOK_SECONDS: Final = 0.1

Result = TypeVar("Result")


async def soon(look: Callable[[], Awaitable[Result]], *, seconds: float = 20) -> Result:
    """Return what `look` returns once it no longer fails; after the deadline, its last failure is raised."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            return await look()
        except AssertionError:
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(LOOK_SECONDS)
