"""The gateway put together: the client of the services, the HTTP app, the port, and the metrics beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog
from prometheus_client import CollectorRegistry
from quart import Quart

from services.client import connect
from services.gateway.lingering import lingering
from services.gateway.metrics import GatewayMetrics
from services.gateway.postman_api.application import postman_api
from services.gateway.settings import GatewaySettings
from services.runtime.certificate_metrics import measure_certificate
from services.runtime.http_server import http_server, listening_socket, metrics_endpoint
from services.runtime.leaving import Leaving
from services.runtime.metrics import process_registry
from services.runtime.tracing import tracing
from services.runtime.vital_signs import vital_signs

if TYPE_CHECKING:  # OpenTelemetry is an extra, and loaded by processes that trace alone.
    from opentelemetry.trace import Tracer

logger = structlog.get_logger(__name__)

NO_KEY = ""
"""The gateway holds no key: every call is made with the key of whoever asked."""


@asynccontextmanager
async def gateway_service(settings: GatewaySettings) -> AsyncIterator[int]:
    """Run the gateway with its metrics and probes, and yield its port. Raises OSError where a port is taken."""
    metrics = process_registry("gateway")
    measure_certificate(settings.tls, metrics)
    leaving = Leaving(linger_seconds=settings.linger_seconds)
    is_ready = leaving.unless_begun(_is_ready)
    async with (
        tracing(settings, component="gateway", metrics=metrics) as tracer,
        vital_signs(metrics, is_ready=is_ready),
        metrics_endpoint(
            metrics, host=settings.metrics_host, port=settings.metrics_port, is_ready=is_ready
        ) as metrics_port,
        gateway_http(settings, metrics, leaving, tracer) as port,
    ):
        logger.info("listening", port=port, metrics_port=metrics_port)
        yield port


@asynccontextmanager
async def gateway_http(
    settings: GatewaySettings,
    metrics: CollectorRegistry,
    leaving: Leaving | None = None,
    tracer: "Tracer | None" = None,
) -> AsyncIterator[int]:
    """Serve the gateway's HTTP, counting into `metrics`, and yield the port. Raises OSError where it is taken."""
    listener = listening_socket(settings.host, settings.port)
    async with connect(settings.targets, api_key=NO_KEY, tls=settings.tls, tracer=tracer) as suite:
        app = postman_api(suite, GatewayMetrics(metrics), maximum_body_bytes=settings.maximum_body_bytes)
        async with http_server(
            _around(app, tracer), listener, drain_seconds=settings.drain_seconds, leaving=leaving
        ) as port:
            yield port


def _around(app: Quart, tracer: "Tracer | None") -> Any:
    """Return the app with what stands around it."""
    if tracer is None:
        return lingering(app)
    from services.gateway.tracing import traced_gateway  # noqa: PLC0415 -- loaded where there is a tracer alone

    return traced_gateway(app, lingering(app), tracer)


async def _is_ready() -> bool:
    """Tell that the gateway can work; a service that is away has a probe of its own, and is answered with 503."""
    return True
