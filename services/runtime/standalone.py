"""A gRPC service alone in its process: its parts on a port, metrics and probes on another."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import grpc
import structlog
from prometheus_client import CollectorRegistry

from services.runtime.grpc_server import RunningServer, grpc_server
from services.runtime.http_server import metrics_endpoint
from services.runtime.parts import Parts
from services.runtime.settings import GrpcServiceSettings

logger = structlog.get_logger(__name__)


@asynccontextmanager
async def standalone(
    parts: Parts,
    settings: GrpcServiceSettings,
    interceptors: Sequence[grpc.aio.ServerInterceptor],
    metrics: CollectorRegistry,
) -> AsyncIterator[RunningServer]:
    """Serve the parts as the settings say, until left; the ports are logged. Raises OSError where one is taken."""
    async with (
        grpc_server(
            parts.services,
            host=settings.grpc_host,
            port=settings.grpc_port,
            interceptors=interceptors,
            drain_seconds=settings.drain_seconds,
        ) as server,
        metrics_endpoint(
            metrics, host=settings.metrics_host, port=settings.metrics_port, is_ready=parts.is_ready
        ) as metrics_port,
    ):
        logger.info("listening", grpc_port=server.port, metrics_port=metrics_port)
        yield server
