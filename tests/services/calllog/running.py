"""The calllog service running for a test, and its clients as each kind of caller."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.calllog.app import calllog_parts
from services.calllog.settings import CallLogSettings
from services.core.access.principal import Role
from services.runtime.parts import Parts
from services.wire.calllog_client import CallLogClient
from tests.services.serving import AS_SERVICE, Keys, Target, serving


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCallLog:
    """The service: `edge` calls it as a service of the suite, `viewer` as a user of account 1."""

    edge: CallLogClient
    viewer: CallLogClient
    keys: Keys
    target: Target
    parts: Parts
    metrics: CollectorRegistry

    def user_of(self, account_id: int) -> CallLogClient:
        """Return a client for a user of that account."""
        return self.edge.acting_as(self.keys.issue(account_id=account_id, role=Role.VIEWER))

    def count(self, metric: str, **labels: str) -> float:
        """Return the value of a metric of the call log; 0 where it was never counted."""
        return self.metrics.get_sample_value(metric, labels) or 0


@asynccontextmanager
async def running_calllog(database_url: str, **settings: Any) -> AsyncIterator[RunningCallLog]:
    """Run the service on a migrated database."""
    keys, metrics = Keys(), CollectorRegistry()
    told = CallLogSettings(database_url=SecretStr(database_url), **settings)
    async with calllog_parts(told, metrics) as parts, serving(parts, keys=keys) as target:
        edge = CallLogClient(target.channel, AS_SERVICE)
        viewer = edge.acting_as(keys.issue(role=Role.VIEWER))
        yield RunningCallLog(edge=edge, viewer=viewer, keys=keys, target=target, parts=parts, metrics=metrics)
