"""Following a watch stream for as long as a process lives: resume where it broke, list again where it cannot.

A follower opens the stream, hears the bookmark, lists everything, and from then on takes in change after change.
A stream that breaks is opened again behind the last revision seen; where that has expired, or was never known, the
follower lists again. Nothing is missed, and nothing is asked for twice without need.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic

import structlog

from services.core.changes import Change, Watched
from services.core.errors import RevisionExpired, UnderstudyError
from services.core.ids import Revision

logger = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 0.5
"""A change must be served within a second, also when it is the first after a broken stream."""

Open = Callable[[Revision | None], AsyncIterator[Watched[Change]]]


class Follower(Generic[Change]):
    """Follows one watch stream.

    open_stream: opens it behind a revision, or behind the newest one.
    relist: reads everything anew; called once after the first bookmark and after each gap.
    on_change: takes in one change.
    """

    def __init__(
        self,
        name: str,
        open_stream: Open[Change],
        *,
        relist: Callable[[], Awaitable[None]],
        on_change: Callable[[Change], Awaitable[None]],
        resume: Revision | None = None,
    ) -> None:
        """Take the stream's name for log and metrics, and what to do; `resume` continues an earlier process's watch."""
        self.name = name
        self._open = open_stream
        self._relist = relist
        self._on_change = on_change
        self._pause = FIRST_PAUSE_SECONDS
        self._told = ""
        self._synced = asyncio.Event()
        self.revision = resume
        self.is_connected = False

    async def wait_until_synced(self) -> None:
        """Wait until everything has been listed once, or the stream was resumed."""
        await self._synced.wait()

    @property
    def is_synced(self) -> bool:
        """Tell whether everything has been listed at least once."""
        return self._synced.is_set()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
            except RevisionExpired:
                logger.warning("watch cannot resume; listing again", stream=self.name, revision=self.revision)
                self.revision = None
            except UnderstudyError as error:
                self._tell(error.message)
            finally:
                self.is_connected = False
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    def _tell(self, reason: str) -> None:
        """Log why the stream broke, once for each reason until it is back: it is tried again twice a second."""
        if reason != self._told:
            logger.info("watch broke; resuming", stream=self.name, reason=reason)
        self._told = reason

    async def _follow(self) -> None:
        must_list = self.revision is None
        async for watched in self._open(self.revision):
            if must_list:
                await self._relist()
                must_list = False
            if watched.change is not None:
                await self._on_change(watched.change)
            self.revision = watched.revision
            self._pause = FIRST_PAUSE_SECONDS
            self._told = ""
            self.is_connected = True
            self._synced.set()
