"""What the watches of registry and catalog tell goes to the snapshots; after a gap, everything loaded is compared."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from services.core.changes import CatalogChange, RegistryChange
from services.core.serving.freshness import AnyChange, Part
from services.edge.snapshots import Snapshots
from services.runtime.lifecycle import background
from services.wire.catalog_client import CatalogClient
from services.wire.registry_client import RegistryClient
from services.wire.watch_metrics import WatchMetrics
from services.wire.watching import Follower


class Following:
    """Follows both watches."""

    def __init__(self, snapshots: Snapshots, registry: RegistryClient, catalog: CatalogClient) -> None:
        """Take whom to tell, and whom to listen to."""
        self._snapshots = snapshots
        self._registry: Follower[RegistryChange] = Follower(
            "registry mocks", registry.watch, relist=self._after_gap(Part.MOCK), on_change=self._on_change
        )
        self._catalog: Follower[CatalogChange] = Follower(
            "catalog",
            catalog.watch,
            relist=self._after_gap(Part.COLLECTION | Part.ENVIRONMENT),
            on_change=self._on_change,
        )

    def measure(self, metrics: WatchMetrics) -> None:
        """Have both watches asked whenever the metrics are read."""
        metrics.observe(self._registry)
        metrics.observe(self._catalog)

    @property
    def is_synced(self) -> bool:
        """Tell whether both have been heard at least once; a worker that loses them later goes on answering."""
        return self._registry.is_synced and self._catalog.is_synced

    @property
    def connections(self) -> dict[str, bool]:
        """Return which of the watches are connected just now."""
        return {"registry": self._registry.is_connected, "catalog": self._catalog.is_connected}

    async def wait_until_synced(self) -> None:
        """Wait until both have been heard."""
        await asyncio.gather(self._registry.wait_until_synced(), self._catalog.wait_until_synced())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow for the length of the context."""
        async with (
            background(self._registry.run(), name="registry watch"),
            background(self._catalog.run(), name="catalog watch"),
        ):
            yield

    async def _on_change(self, change: AnyChange) -> None:
        self._snapshots.note(change)

    def _after_gap(self, parts: Part) -> Callable[[], Awaitable[None]]:
        async def compare_everything() -> None:
            self._snapshots.note_gap(parts)

        return compare_everything
