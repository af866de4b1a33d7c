"""How a process leaves: first it lingers, then it drains.

Whoever sends calls here learns from the readiness probe, or from an orchestrator that has just sent SIGTERM, that this
process is going; but the word needs a moment to reach every proxy and client, and calls arrive meanwhile. So a process
that is told to stop says at once that it is not ready, and yet goes on accepting for a while: it lingers. Only then it
closes its door, and drains: calls in flight come to their end.
"""

import asyncio
from collections.abc import Awaitable, Callable

IsReady = Callable[[], Awaitable[bool]]
"""Tells whether a process can do its work now."""


class Leaving:
    """Whether this process is on its way out; one for all the servers of a process."""

    def __init__(self, *, linger_seconds: float = 0) -> None:
        """Take how long a process that was told to stop goes on accepting."""
        self._linger_seconds = linger_seconds
        self._has_begun = False

    @property
    def has_begun(self) -> bool:
        """Tell whether the process was told to stop."""
        return self._has_begun

    async def linger(self) -> None:
        """Begin to leave, and return when the door may be closed."""
        self._has_begun = True
        await asyncio.sleep(self._linger_seconds)

    def unless_begun(self, is_ready: IsReady) -> IsReady:
        """Return what tells whether the process is ready, which it no longer is once it leaves."""

        async def is_ready_and_stays() -> bool:
            return not self._has_begun and await is_ready()

        return is_ready_and_stays
