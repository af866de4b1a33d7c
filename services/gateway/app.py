"""The gateway put together: the client of the services, the HTTP app, the port, and the metrics beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from prometheus_client import CollectorRegistry

from services.client import connect
from services.gateway.lingering import lingering
from services.gateway.metrics import GatewayMetrics
from services.gateway.postman_api.application import postman_api
from services.gateway.settings import GatewaySettings
from services.runtime.http_server import http_server, listening_socket, metrics_endpoint
from services.runtime.metrics import process_registry

logger = structlog.get_logger(__name__)

NO_KEY = ""
"""The gateway holds no key: every call is made with the key of whoever asked."""


@asynccontextmanager
async def gateway_service(settings: GatewaySettings) -> AsyncIterator[int]:
    """Run the gateway with its metrics and probes, and yield its port. Raises OSError where a port is taken."""
    metrics = process_registry()
    async with (
        gateway_http(settings, metrics) as port,
        metrics_endpoint(
            metrics, host=settings.metrics_host, port=settings.metrics_port, is_ready=_is_ready
        ) as metrics_port,
    ):
        logger.info("listening", port=port, metrics_port=metrics_port)
        yield port


@asynccontextmanager
async def gateway_http(settings: GatewaySettings, metrics: CollectorRegistry) -> AsyncIterator[int]:
    """Serve the gateway's HTTP, counting into `metrics`, and yield the port. Raises OSError where it is taken."""
    listener = listening_socket(settings.host, settings.port)
    async with connect(settings.targets, api_key=NO_KEY) as suite:
        app = postman_api(suite, GatewayMetrics(metrics), maximum_body_bytes=settings.maximum_body_bytes)
        async with http_server(lingering(app), listener, drain_seconds=settings.drain_seconds) as port:
            yield port


async def _is_ready() -> bool:
    """Tell that the gateway can work; a service that is away has a probe of its own, and is answered with 503."""
    return True
