"""The gateway put together: the client of the services, the HTTP app, and the port; and the service alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry
from quart import Quart

from services.client import connect
from services.gateway.lingering import lingering
from services.gateway.metrics import GatewayMetrics
from services.gateway.postman_api.application import postman_api
from services.gateway.postman_api.turns import Turns
from services.gateway.settings import GatewaySettings
from services.runtime.http_server import http_server, listening_socket
from services.runtime.metrics import process_registry
from services.runtime.standalone_http import standalone_http
from services.runtime.tracing import tracing

if TYPE_CHECKING:  # OpenTelemetry is an extra, and loaded by processes that trace alone.
    from opentelemetry.trace import Tracer

NO_KEY = ""
"""The gateway holds no key: every call is made with the key of whoever asked."""


@asynccontextmanager
async def gateway_service(settings: GatewaySettings) -> AsyncIterator[int]:
    """Run the gateway with its metrics and probes, and yield its port. Raises OSError where a port is taken."""
    metrics = process_registry("gateway")
    listener = listening_socket(settings.host, settings.port)
    async with (
        tracing(settings, component="gateway", metrics=metrics) as tracer,
        _app(settings, metrics, tracer) as app,
        standalone_http(app, listener, settings, metrics, is_ready=_is_ready) as running,
    ):
        yield running.port


@asynccontextmanager
async def gateway_http(
    settings: GatewaySettings, metrics: CollectorRegistry, tracer: "Tracer | None" = None
) -> AsyncIterator[int]:
    """Serve the gateway's HTTP, counting into `metrics`, and yield the port. Raises OSError where it is taken."""
    listener = listening_socket(settings.host, settings.port)
    async with (
        _app(settings, metrics, tracer) as app,
        http_server(app, listener, drain_seconds=settings.drain_seconds) as port,
    ):
        yield port


@asynccontextmanager
async def _app(settings: GatewaySettings, metrics: CollectorRegistry, tracer: "Tracer | None") -> AsyncIterator[Any]:
    """Yield the ASGI app, with the client of the services that it stands on."""
    async with connect(settings.targets, api_key=NO_KEY, tls=settings.tls, tracer=tracer) as suite:
        turns = Turns(settings.documents_at_once, wait_seconds=settings.document_wait_seconds)
        app = postman_api(suite, GatewayMetrics(metrics), turns, maximum_body_bytes=settings.maximum_body_bytes)
        yield _around(app, tracer)


def _around(app: Quart, tracer: "Tracer | None") -> Any:
    """Return the app with what stands around it."""
    if tracer is None:
        return lingering(app)
    from services.gateway.tracing import traced_gateway  # noqa: PLC0415 -- loaded where there is a tracer alone

    return traced_gateway(app, lingering(app), tracer)


async def _is_ready() -> bool:
    """Tell that the gateway can work; a service that is away has a probe of its own, and is answered with 503."""
    return True
