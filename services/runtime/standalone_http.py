"""An HTTP service alone in its process: its app on a port, metrics and HTTP probes on another."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import CollectorRegistry

from services.runtime.http_server import http_server
from services.runtime.leaving import IsReady
from services.runtime.observed import observed
from services.runtime.settings import ProcessSettings

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
    async with (
        observed(settings, metrics, is_ready=is_ready) as process,
        http_server(app, listener, drain_seconds=settings.drain_seconds, leaving=process.leaving) as port,
    ):
        logger.info("listening", port=port, metrics_port=process.metrics_port)
        yield RunningHttp(port=port, metrics_port=process.metrics_port)
