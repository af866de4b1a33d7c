"""Puts the calllog service together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry

from services.calllog.metrics import CallLogMetrics
from services.calllog.server import service_of
from services.calllog.settings import CallLogSettings
from services.calllog.store import CallLogStore
from services.calllog.tables import MIGRATIONS
from services.calllog.use_cases import CallLog
from services.runtime.database import database
from services.runtime.database_metrics import measure_database
from services.runtime.lifecycle import background
from services.runtime.metrics import process_registry
from services.runtime.migrations import schema_check
from services.runtime.parts import Parts
from services.runtime.standalone import RunningService, standalone
from services.runtime.tracing import tracing
from services.wire.certificates import server_credentials
from services.wire.interceptors import server_interceptors
from services.wire.key_ring import keys_of_registry
from services.wire.watch_metrics import WatchMetrics


@asynccontextmanager
async def calllog_parts(settings: CallLogSettings, metrics: CollectorRegistry) -> AsyncIterator[Parts]:
    """Yield the call log before it is put on a port; its expired entries are deleted until it is left."""
    url = settings.postgres_url
    async with database(url, pool_size=settings.database_pool_size, service="calllog") as engine:
        measure_database(engine, metrics, service="calllog")
        call_log = CallLog(
            CallLogStore(engine),
            CallLogMetrics(metrics, mock_limit=settings.metric_mocks),
            retention_days=settings.retention_days,
        )
        async with background(call_log.forget_expired_hourly(), name="call log retention"):
            yield Parts(services=(service_of(call_log),), is_ready=schema_check(engine, MIGRATIONS))


@asynccontextmanager
async def calllog_service(settings: CallLogSettings) -> AsyncIterator[RunningService]:
    """Run the calllog service alone in its process: gRPC on its port, metrics and probes on theirs."""
    metrics = process_registry("calllog")
    token = settings.service_token.get_secret_value()
    async with (
        tracing(settings, component="calllog", metrics=metrics) as tracer,
        calllog_parts(settings, metrics) as parts,
        keys_of_registry(
            settings.registry_target, service_token=token, tls=settings.tls, metrics=WatchMetrics(metrics)
        ) as keys,
        standalone(
            parts,
            settings,
            server_interceptors(keys, service_token=token, metrics=metrics, tracer=tracer),
            metrics,
            credentials=server_credentials(settings.tls),
        ) as server,
    ):
        yield server
