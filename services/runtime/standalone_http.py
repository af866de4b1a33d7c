"""An HTTP service alone in its process: its app on a port, metrics and HTTP probes on another."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import CollectorRegistry

from services.runtime.certificate_metrics import measure_certificate
from services.runtime.http_server import http_server, metrics_endpoint
from services.runtime.leaving import IsReady, Leaving
from services.runtime.settings import ProcessSettings
from services.runtime.vital_signs import vital_signs

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHttp:
    """An HTTP service that answers: the port of its calls, and that of metrics and probes."""

    port: int
    metrics_port: int


@asynccontextmanager
async def standalone_http(
    app: Any, listener: socket.socket, settings: ProcessSettings, metrics: CollectorRegistry, *, is_ready: IsReady
) -> AsyncIterator[RunningHttp]:
    """Serve the ASGI app on a bound socket until left; the ports are logged. Raises OSError where one is taken."""
    measure_certificate(settings.tls, metrics)
    leaving = Leaving(linger_seconds=settings.linger_seconds)
    is_ready = leaving.unless_begun(is_ready)
    async with (
        vital_signs(metrics, is_ready=is_ready),
        metrics_endpoint(
            metrics, host=settings.metrics_host, port=settings.metrics_port, is_ready=is_ready
        ) as metrics_port,
        http_server(app, listener, drain_seconds=settings.drain_seconds, leaving=leaving) as port,
    ):
        logger.info("listening", port=port, metrics_port=metrics_port)
        yield RunningHttp(port=port, metrics_port=metrics_port)
