"""Watches the catalog: a mock whose collection, environment or release tag went away is deactivated, until it is back.

The watch resumes where an earlier process left it, so what was deleted while registry was down is noticed at its next
start. Where it cannot resume, because that was too long ago or the catalog is another one, every mock is looked at.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from services.core.changes import CatalogChange, ChangeKind, Watched
from services.core.errors import Unavailable
from services.core.ids import Revision
from services.core.mocks import References
from services.registry.metrics import RegistryMetrics
from services.registry.references import Catalog
from services.registry.store import Stores
from services.registry.store.catalog_watch import CatalogMoved
from services.runtime.lifecycle import background
from services.wire.catalog_client import CatalogClient
from services.wire.watching import Follower

logger = structlog.get_logger(__name__)

PAUSE_SECONDS = 0.5
"""Between two looks at whether the database is there."""

QUESTIONS_AT_ONCE = 8
"""Asked of the catalog at the same time: enough to hide the way there, too few to disturb its other callers, and fewer
than a process has connections to the database."""


class CatalogWatcher:
    """Acts upon the changes of the catalog."""

    def __init__(self, stores: Stores, client: CatalogClient, metrics: RegistryMetrics) -> None:
        """Take the stores, a client that holds the service token, and what to count with."""
        self._stores = stores
        self._client = client
        self._metrics = metrics
        self._catalog = Catalog(client)
        self._revision = Revision(0)
        self.follower = Follower("catalog", self._open, relist=self._look_at_every_mock, on_change=self._act_upon)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch for the length of the context."""
        async with background(self._watch(), name="catalog watch"):
            yield

    async def _watch(self) -> None:
        self.follower.revision = await self._resume_revision()
        await self.follower.run()

    async def _resume_revision(self) -> Revision | None:
        while True:
            try:
                return (await self._stores.catalog_watch.position()).revision
            except Unavailable:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _open(self, resume: Revision | None) -> AsyncIterator[Watched[CatalogChange]]:
        """Yield what the catalog tells, after noting the revision that it stands at."""
        async for watched in self._client.watch(resume):
            self._revision = watched.revision
            yield watched

    async def _act_upon(self, change: CatalogChange) -> None:
        if change.kind is ChangeKind.DELETED:
            count = await self._stores.catalog_watch.deactivate(change, self._revision)
            self._metrics.switched(count, is_deactivated=True)
            logger.info("catalog deletion", subject=change.subject.value, id=change.id, mocks_deactivated=count)
            return
        await self._look_at(await self._stores.catalog_watch.deactivated_by(change))
        await self._stores.catalog_watch.move_to(self._revision)

    async def _look_at_every_mock(self) -> None:
        """Bring every mock in line with the catalog as it is now."""
        logger.info("looking at every mock", catalog_revision=self._revision)
        await self._stores.catalog_watch.begin_listing()
        await self._look_at(await self._stores.catalog_watch.all_references())
        await self._stores.catalog_watch.end_listing(self._revision)

    async def _look_at(self, used: Sequence[References]) -> None:
        """Ask the catalog for all that mocks use, and write what follows for the mocks."""
        for start in range(0, len(used), QUESTIONS_AT_ONCE):
            _ = await asyncio.gather(*map(self._settle, used[start : start + QUESTIONS_AT_ONCE]))

    async def _settle(self, references: References) -> None:
        """Ask until nothing went away between the answer and its writing."""
        while True:
            deletions = (await self._stores.catalog_watch.position()).deletions
            is_missing = bool((await self._catalog.look_up(references)).missing)
            try:
                count = await self._stores.catalog_watch.switch(
                    references, is_deactivated=is_missing, deletions=deletions
                )
            except CatalogMoved:
                continue
            self._metrics.switched(count, is_deactivated=is_missing)
            return
