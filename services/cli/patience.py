"""Waiting for what is not there yet: a database that is starting, services that roll out beside this command."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from services.core.errors import Unavailable

PAUSE_SECONDS = 1.0
"""Between two attempts: what starts takes seconds, and an attempt costs it a connection."""

Result = TypeVar("Result")

Wait = Annotated[
    float,
    typer.Option(
        "--wait",
        envvar="UNDERSTUDY_WAIT",
        min=0,
        metavar="SECONDS",
        help="How long to try again where what this needs does not answer yet.",
    ),
]
"""The option of a command that can wait."""


async def patiently(attempt: Callable[[], Awaitable[Result]], *, seconds: float) -> Result:
    """Return what an attempt returns; one that raises Unavailable is repeated, for so many seconds from now."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await attempt()
        except Unavailable:
            if time.monotonic() + PAUSE_SECONDS > deadline:
                raise
        await asyncio.sleep(PAUSE_SECONDS)
