"""What the gateway tells of its requests where tracing is on: a span for each, named by its route."""

from typing import Final

from opentelemetry import trace
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.http_attributes import HTTP_ROUTE
from opentelemetry.trace import StatusCode, Tracer
from quart import Quart, Response, request

from services.runtime.traced_http import App, Attributes, Scope, traced_http

PROBES: Final = frozenset({"/healthz"})
"""Asked every few seconds by machines, and of no interest to anybody who reads traces."""

SERVER_FAULT: Final = 500


def traced_gateway(app: Quart, behind: App, tracer: Tracer) -> App:
    """Return `behind`, which stands around the gateway's app, with a span for each request."""
    app.after_request(_describe)
    return traced_http(behind, tracer, _attributes)


def _attributes(scope: Scope) -> Attributes | None:
    return None if scope["path"] in PROBES else {}


async def _describe(response: Response) -> Response:
    """Name the request's span by its route, which is known once the app has looked, and mark what is our fault."""
    span = trace.get_current_span()
    if request.url_rule is not None:
        span.update_name(f"{request.method} {request.url_rule.rule}")
        span.set_attribute(HTTP_ROUTE, request.url_rule.rule)
    if response.status_code >= SERVER_FAULT:
        span.set_attribute(ERROR_TYPE, str(response.status_code))
        span.set_status(StatusCode.ERROR)
    return response
