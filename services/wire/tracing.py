"""Traces across gRPC: the interceptors that send `traceparent` with a call, and continue it where the call arrives.

A client makes spans for what another span causes, and for nothing else: what a process does on its own account
(watches, lists of keys) belongs to no trace. A server continues every trace, and begins one where a user calls; the
suite's own services are not users. Streams that last as long as somebody listens (watches, tails), health and
reflection have no spans.

The attributes have the names of OpenTelemetry's semantic conventions for gRPC.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import grpc
import structlog
from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context as SpanContext
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.server_attributes import SERVER_ADDRESS, SERVER_PORT
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.wire.authentication import OPEN_PREFIXES, SERVICE_HEADER, metadata_of
from services.wire.call_metrics import final_code
from services.wire.handlers import Context, Continuation, Servicer, wrap_handler

RPC_SYSTEM_NAME: Final = "rpc.system.name"
RPC_METHOD: Final = "rpc.method"
RPC_RESPONSE_STATUS_CODE: Final = "rpc.response.status_code"
"""The conventions for RPC are not stable yet; the package has these names below `_incubating` alone."""

ENDLESS: Final = ("/Watch", "/TailCallLogEntries")
"""How the names of methods end whose streams last as long as somebody listens."""

SERVER_FAULTS: Final = frozenset(
    {
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DATA_LOSS,
    }
)
"""What a server counts as an error of its own; to a client everything but OK is one."""

CLIENT_FAULTS: Final = frozenset(grpc.StatusCode) - {grpc.StatusCode.OK}

PROPAGATOR: Final = TraceContextTextMapPropagator()


class TracingInterceptor(grpc.aio.ServerInterceptor):
    """Makes a span of each call; the outermost interceptor, so that it sees the final status."""

    def __init__(self, tracer: Tracer) -> None:
        """Take what makes spans."""
        self._tracer = tracer

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """Wrap the method's handler, unless its calls have no spans."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if method.startswith(OPEN_PREFIXES) or method.endswith(ENDLESS):
            return handler
        return wrap_handler(
            handler,
            unary=lambda inner: self._unary(inner, method),
            stream=lambda inner: self._stream(inner, method),
        )

    def _unary(self, inner: Servicer, method: str) -> Servicer:
        async def traced(request: Any, context: Context) -> Any:
            with self._span(method, context):
                return await inner(request, context)

        return traced

    def _stream(self, inner: Servicer, method: str) -> Servicer:
        async def traced(request: Any, context: Context) -> AsyncIterator[Any]:
            with self._span(method, context):
                async for response in inner(request, context):
                    yield response

        return traced

    @contextmanager
    def _span(self, method: str, context: Context) -> Iterator[None]:
        span = self._begin(method, metadata_of(context))
        failed = True
        try:
            yield
            failed = False
        finally:
            _end(span, final_code(context, failed=failed), SERVER_FAULTS)

    def _begin(self, method: str, metadata: dict[str, str]) -> Span:
        """Return the call's span, made the current one of its task, which ends with the call."""
        parent = PROPAGATOR.extract(metadata, SpanContext())
        if SERVICE_HEADER in metadata and not trace.get_current_span(parent).get_span_context().is_valid:
            return INVALID_SPAN
        span = self._tracer.start_span(
            method.lstrip("/"), context=parent, kind=SpanKind.SERVER, attributes=_attributes(method)
        )
        contexts.attach(trace.set_span_in_context(span))
        identity = span.get_span_context()
        structlog.contextvars.bind_contextvars(
            trace_id=trace.format_trace_id(identity.trace_id), span_id=trace.format_span_id(identity.span_id)
        )
        return span


def client_interceptors(tracer: Tracer, target: str) -> tuple[grpc.aio.ClientInterceptor, ...]:
    """Return the interceptors of a channel to `target`, one for each kind of call that the clients make."""
    spans = ClientSpans(tracer, target)
    return UnaryTracing(spans), UploadTracing(spans), DownloadTracing(spans)


class ClientSpans:
    """Makes the spans of a channel's calls."""

    def __init__(self, tracer: Tracer, target: str) -> None:
        """Take what makes spans, and whom the channel leads to."""
        self._tracer = tracer
        self._server = server_of(target)

    def begin(self, details: grpc.aio.ClientCallDetails) -> tuple[Span, grpc.aio.ClientCallDetails]:
        """Return a call's span, an invalid one where it has none, and what to call with."""
        method = _text(details.method)
        if method.endswith(ENDLESS) or not _is_going_on(trace.get_current_span()):
            return INVALID_SPAN, details
        span = self._tracer.start_span(
            method.lstrip("/"), kind=SpanKind.CLIENT, attributes={**_attributes(method), **self._server}
        )
        return span, _with_trace(details, span)


class UnaryTracing(grpc.aio.UnaryUnaryClientInterceptor):
    """Traces calls with one request and one response."""

    def __init__(self, spans: ClientSpans) -> None:
        """Take what makes spans."""
        self._spans = spans

    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        """Make the call, and return it when it has ended."""
        span, details = self._spans.begin(client_call_details)
        return await _ended(await continuation(details, request), span)


class UploadTracing(grpc.aio.StreamUnaryClientInterceptor):
    """Traces calls with many requests and one response."""

    def __init__(self, spans: ClientSpans) -> None:
        """Take what makes spans."""
        self._spans = spans

    async def intercept_stream_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request_iterator: Any
    ) -> Any:
        """Make the call, and return it when it has ended."""
        span, details = self._spans.begin(client_call_details)
        return await _ended(await continuation(details, request_iterator), span)


class DownloadTracing(grpc.aio.UnaryStreamClientInterceptor):
    """Traces calls with one request and many responses."""

    def __init__(self, spans: ClientSpans) -> None:
        """Take what makes spans."""
        self._spans = spans

    async def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        """Make the call, and return it, or its responses where its span ends with the last of them."""
        span, details = self._spans.begin(client_call_details)
        call = await continuation(details, request)
        return call if span is INVALID_SPAN else _received(call, span)


def server_of(target: str) -> dict[str, str | int]:
    """Return the attributes that name the server of a target such as `catalog:7000` or `dns:///catalog:7000`."""
    host, _, port = target.rpartition("/")[2].rpartition(":")
    if not host or not port.isdigit():
        return {SERVER_ADDRESS: target}
    return {SERVER_ADDRESS: host.strip("[]"), SERVER_PORT: int(port)}


async def _ended(call: Any, span: Span) -> Any:
    """Return a call when its response is there, or what went wrong; a caller that gives up has the call cancelled."""
    code = grpc.StatusCode.CANCELLED
    try:
        await call
        code = grpc.StatusCode.OK
    except grpc.aio.AioRpcError as failure:
        code = failure.code()
    finally:
        _end(span, code, CLIENT_FAULTS)
    return call


async def _received(call: Any, span: Span) -> AsyncIterator[Any]:
    code = grpc.StatusCode.CANCELLED
    try:
        async for response in call:
            yield response
        code = grpc.StatusCode.OK
    except grpc.aio.AioRpcError as failure:
        code = failure.code()
        raise
    finally:
        _end(span, code, CLIENT_FAULTS)


def _is_going_on(cause: Span) -> bool:
    """Tell whether there is a trace to be continued: a span that has not ended, or one that is not to be kept.

    Where a task outlives the call that it was begun for, it works on its own account.
    """
    identity = cause.get_span_context()
    return identity.is_valid and (cause.is_recording() or not identity.trace_flags.sampled)


def _with_trace(details: grpc.aio.ClientCallDetails, span: Span) -> grpc.aio.ClientCallDetails:
    carrier: dict[str, str] = {}
    PROPAGATOR.inject(carrier, trace.set_span_in_context(span))
    return grpc.aio.ClientCallDetails(
        details.method,
        details.timeout,
        grpc.aio.Metadata(*(details.metadata or ()), *carrier.items()),
        details.credentials,
        details.wait_for_ready,
    )


def _attributes(method: str) -> dict[str, str | int]:
    return {RPC_SYSTEM_NAME: "grpc", RPC_METHOD: method.lstrip("/")}


def _end(span: Span, code: grpc.StatusCode, faults: frozenset[grpc.StatusCode]) -> None:
    span.set_attribute(RPC_RESPONSE_STATUS_CODE, code.name)
    if code in faults:
        span.set_attribute(ERROR_TYPE, code.name)
        span.set_status(StatusCode.ERROR)
    span.end()


def _text(method: str | bytes) -> str:
    """Return a method's name; gRPC gives it to interceptors as bytes."""
    return method.decode() if isinstance(method, bytes) else method
