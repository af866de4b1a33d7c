"""Waiting for what nobody announces: looks again and again, and fails at a deadline instead of hoping."""

import asyncio
from collections.abc import Callable

LOOK_SECONDS = 0.01


async def until(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    """Return as soon as the condition holds. Raises TimeoutError where it does not in time."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(LOOK_SECONDS)
