"""A span for each HTTP call: an ASGI app around another one, which continues the trace that the caller is in.

"W3C Trace Context": a `traceparent` that is malformed, or comes twice, begins a new trace; a malformed `tracestate` is
left out. The attributes have the names of OpenTelemetry's semantic conventions for HTTP. Queries are left out, since
they may hold keys, and so are addresses of clients.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Final

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.semconv.attributes.http_attributes import (
    HTTP_REQUEST_METHOD,
    HTTP_REQUEST_METHOD_ORIGINAL,
    HTTP_RESPONSE_STATUS_CODE,
)
from opentelemetry.semconv.attributes.network_attributes import NETWORK_PROTOCOL_VERSION
from opentelemetry.semconv.attributes.server_attributes import SERVER_ADDRESS, SERVER_PORT
from opentelemetry.semconv.attributes.url_attributes import URL_PATH, URL_SCHEME
from opentelemetry.semconv.attributes.user_agent_attributes import USER_AGENT_ORIGINAL
from opentelemetry.trace import Span, SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

App = Callable[[Any, Any, Any], Awaitable[None]]

Scope = MutableMapping[str, Any]

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Attributes = Mapping[str, str | int]

Describe = Callable[[Scope], Attributes | None]
"""Tells what else a call's span has; None for calls that need none, such as probes."""

METHODS: Final = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"})
"""The methods that may name a span; clients make up others."""

PROPAGATOR: Final = TraceContextTextMapPropagator()


def traced_http(app: App, tracer: Tracer, describe: Describe) -> App:
    """Return the app with a span around each call that `describe` wants to have one."""

    async def traced(scope: Scope, receive: Any, send: Send) -> None:
        described = describe(scope) if scope["type"] == "http" else None
        if described is None:
            await app(scope, receive, send)
            return
        span = _begin(tracer, scope)
        if span.is_recording():
            span.set_attributes({**_attributes(scope), **described})
            send = _observed(send, span)
        with _in(span):
            await app(scope, receive, send)

    return traced


def parent_of(headers: Iterable[tuple[bytes, bytes]]) -> Context:
    """Return the context that a call's headers continue, an empty one where they continue none."""
    parents, states = [], []
    for name, value in headers:
        if name == b"traceparent":
            parents.append(value.decode("latin-1"))
        elif name == b"tracestate":
            states.append(value.decode("latin-1"))
    if len(parents) != 1:
        return Context()
    return PROPAGATOR.extract({"traceparent": parents, "tracestate": states}, Context())


def first_header(scope: Scope, wanted: bytes) -> str:
    """Return the first value of a call's header, empty where there is none."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


def _begin(tracer: Tracer, scope: Scope) -> Span:
    name = scope["method"] if scope["method"] in METHODS else "HTTP"
    return tracer.start_span(name, context=parent_of(scope["headers"]), kind=SpanKind.SERVER)


def _observed(send: Send, span: Span) -> Send:
    """Return `send`, which tells the span what status the reply has."""

    async def observed(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            span.set_attribute(HTTP_RESPONSE_STATUS_CODE, message["status"])
        await send(message)

    return observed


def _attributes(scope: Scope) -> dict[str, str | int]:
    method = scope["method"]
    address = first_header(scope, b"host")
    host, _, port = address.rpartition(":")
    found: dict[str, str | int] = {
        HTTP_REQUEST_METHOD: method if method in METHODS else "_OTHER",
        URL_PATH: scope["path"],
        URL_SCHEME: scope.get("scheme", "http"),
        SERVER_ADDRESS: (host if port.isdecimal() else address).strip("[]"),
        NETWORK_PROTOCOL_VERSION: scope.get("http_version", "1.1"),
    }
    if method not in METHODS:
        found[HTTP_REQUEST_METHOD_ORIGINAL] = method
    if host and port.isdecimal():
        found[SERVER_PORT] = int(port)
    if agent := first_header(scope, b"user-agent"):
        found[USER_AGENT_ORIGINAL] = agent
    return found


@contextmanager
def _in(span: Span) -> Iterator[None]:
    """Have a span be the current one, and named by the log's lines; then end it."""
    identity = span.get_span_context()
    try:
        with (
            trace.use_span(span, record_exception=False, set_status_on_exception=False),
            structlog.contextvars.bound_contextvars(
                trace_id=trace.format_trace_id(identity.trace_id), span_id=trace.format_span_id(identity.span_id)
            ),
        ):
            yield
    finally:
        span.end()
