"""The catalog running for a test, and its clients as each kind of caller."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.catalog.app import catalog_parts
from services.catalog.settings import CatalogSettings
from services.core.access.principal import Role
from services.runtime.parts import Parts
from services.wire.catalog_client import CatalogClient
from tests.services.serving import AS_SERVICE, Keys, Target, serving

EDITOR_ID = 11
"""The user number of `RunningCatalog.editor`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCatalog:
    """The service: `editor` and `viewer` are users of account 1, `stranger` is an editor of account 2."""

    editor: CatalogClient
    viewer: CatalogClient
    stranger: CatalogClient
    service: CatalogClient
    target: Target
    parts: Parts
    metrics: CollectorRegistry

    def count(self, metric: str, **labels: str) -> float:
        """Return the value of a metric of the catalog; 0 where it was never counted."""
        return self.metrics.get_sample_value(metric, labels) or 0


@asynccontextmanager
async def running_catalog(database_url: str, **settings: Any) -> AsyncIterator[RunningCatalog]:
    """Run the service on a migrated database."""
    keys, metrics = Keys(), CollectorRegistry()
    told = CatalogSettings(database_url=SecretStr(database_url), **settings)
    async with catalog_parts(told, metrics) as parts, serving(parts, keys=keys) as target:
        service = CatalogClient(target.channel, AS_SERVICE)
        yield RunningCatalog(
            editor=service.acting_as(keys.issue(account_id=1, user_id=EDITOR_ID)),
            viewer=service.acting_as(keys.issue(account_id=1, user_id=12, role=Role.VIEWER)),
            stranger=service.acting_as(keys.issue(account_id=2, user_id=21)),
            service=service,
            target=target,
            parts=parts,
            metrics=metrics,
        )
