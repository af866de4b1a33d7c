"""Puts the calllog service together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from prometheus_client import CollectorRegistry

from services.calllog.metrics import CallLogMetrics
from services.calllog.server import service_of
from services.calllog.settings import CallLogSettings
from services.calllog.store import CallLogStore
from services.calllog.use_cases import CallLog
from services.runtime.database import database
from services.runtime.grpc_server import RunningServer, grpc_server
from services.runtime.http_server import metrics_endpoint
from services.runtime.lifecycle import background
from services.runtime.metrics import process_registry
from services.runtime.parts import Parts
from services.wire.authentication import AuthenticationInterceptor, service_credentials
from services.wire.call_metrics import GrpcMetrics, MetricsInterceptor
from services.wire.channel import open_channel
from services.wire.errors import ErrorInterceptor
from services.wire.key_ring import watched_keys
from services.wire.registry_client import RegistryClient

logger = structlog.get_logger(__name__)


@asynccontextmanager
async def calllog_parts(settings: CallLogSettings, metrics: CollectorRegistry) -> AsyncIterator[Parts]:
    """Yield the call log before it is put on a port; its expired entries are deleted until it is left."""
    url = settings.database_url.get_secret_value()
    async with database(url, pool_size=settings.database_pool_size, service="calllog") as engine:
        call_log = CallLog(
            CallLogStore(engine),
            CallLogMetrics(metrics, mock_limit=settings.metric_mocks),
            retention_days=settings.retention_days,
        )
        async with background(call_log.forget_expired_hourly(), name="call log retention"):
            yield Parts(services=(service_of(call_log),), is_ready=call_log.is_ready)


@asynccontextmanager
async def calllog_service(settings: CallLogSettings) -> AsyncIterator[RunningServer]:
    """Run the calllog service alone in its process: gRPC on its port, metrics and probes on theirs."""
    metrics = process_registry()
    token = settings.service_token.get_secret_value()
    async with (
        calllog_parts(settings, metrics) as parts,
        open_channel(settings.registry_target) as channel,
        watched_keys(RegistryClient(channel, service_credentials(token))) as keys,
        grpc_server(
            parts.services,
            host=settings.grpc_host,
            port=settings.grpc_port,
            interceptors=(
                MetricsInterceptor(GrpcMetrics(metrics)),
                ErrorInterceptor(),
                AuthenticationInterceptor(keys, service_token=token),
            ),
            drain_seconds=settings.drain_seconds,
        ) as server,
        metrics_endpoint(
            metrics, host=settings.metrics_host, port=settings.metrics_port, is_ready=parts.is_ready
        ) as metrics_port,
    ):
        logger.info("listening", grpc_port=server.port, metrics_port=metrics_port)
        yield server
