"""A gRPC service alone in its process: its parts on a port, gRPC probes on another, metrics on a third."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
import structlog
from prometheus_client import CollectorRegistry

from services.runtime.grpc_server import grpc_server
from services.runtime.grpc_settings import GrpcServiceSettings
from services.runtime.health_server import health_server
from services.runtime.observed import observed
from services.runtime.parts import Parts

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningService:
    """A service that answers: the port of its calls, that of gRPC probes, and that of metrics and HTTP probes."""

    port: int
    health_port: int
    metrics_port: int


@asynccontextmanager
async def standalone(
    parts: Parts,
    settings: GrpcServiceSettings,
    interceptors: Sequence[grpc.aio.ServerInterceptor],
    metrics: CollectorRegistry,
    *,
    credentials: grpc.ServerCredentials | None,
) -> AsyncIterator[RunningService]:
    """Serve the parts as the settings say, until left; the ports are logged. Raises OSError where one is taken.

    `credentials` of TLS are for the parts alone: whoever probes or scrapes has no certificate.
    """
    async with (
        observed(settings, metrics, is_ready=parts.is_ready) as process,
        health_server(process.is_ready, host=settings.grpc_host, port=settings.health_port) as health_port,
        grpc_server(
            parts.services,
            host=settings.grpc_host,
            port=settings.grpc_port,
            interceptors=interceptors,
            drain_seconds=settings.drain_seconds,
            leaving=process.leaving,
            credentials=credentials,
        ) as server,
    ):
        logger.info("listening", grpc_port=server.port, health_port=health_port, metrics_port=process.metrics_port)
        yield RunningService(port=server.port, health_port=health_port, metrics_port=process.metrics_port)
