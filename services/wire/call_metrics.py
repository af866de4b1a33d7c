"""The RED set of a gRPC server: how many calls, how they ended, how long they took."""

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import grpc
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.wire.handlers import Context, Continuation, Servicer, wrap_handler

LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""From a lookup in memory to the longest deadline a client of ours sets."""


class GrpcMetrics:
    """The RED set of a gRPC server: rate and errors (`…_total` by code), duration, and what is in flight."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metrics."""
        self._handled = Counter(
            "understudy_grpc_calls", "gRPC calls that ended.", ["grpc_method", "code"], registry=registry
        )
        self._seconds = Histogram(
            "understudy_grpc_call_seconds",
            "How long gRPC calls took; streams until their end.",
            ["grpc_method"],
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self._in_flight = Gauge(
            "understudy_grpc_calls_in_flight", "gRPC calls being handled.", ["grpc_method"], registry=registry
        )

    def begin(self, method: str) -> float:
        """Count a call that begins, and return when it did."""
        self._in_flight.labels(method).inc()
        return time.perf_counter()

    def end(self, method: str, code: grpc.StatusCode, began: float) -> None:
        """Count a call that ended."""
        self._in_flight.labels(method).dec()
        self._handled.labels(method, code.name).inc()
        self._seconds.labels(method).observe(time.perf_counter() - began)


class MetricsInterceptor(grpc.aio.ServerInterceptor):
    """Counts every call of known methods; the outermost interceptor, so that it sees the final status."""

    def __init__(self, metrics: GrpcMetrics) -> None:
        """Take the metrics to count with."""
        self._metrics = metrics

    async def intercept_service(
        self,
        continuation: Continuation,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """Wrap the method's handler."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        return wrap_handler(
            handler,
            unary=lambda inner: self._unary(inner, method),
            stream=lambda inner: self._stream(inner, method),
        )

    def _unary(self, inner: Servicer, method: str) -> Servicer:
        async def counted(request: Any, context: Context) -> Any:
            began = self._metrics.begin(method)
            failed = True
            try:
                response = await inner(request, context)
                failed = False
                return response
            finally:
                self._metrics.end(method, final_code(context, failed=failed), began)

        return counted

    def _stream(self, inner: Servicer, method: str) -> Servicer:
        async def counted(request: Any, context: Context) -> AsyncIterator[Any]:
            began = self._metrics.begin(method)
            failed = True
            try:
                async for response in inner(request, context):
                    yield response
                failed = False
            finally:
                self._metrics.end(method, final_code(context, failed=failed), began)

        return counted


def final_code(context: Context, *, failed: bool) -> grpc.StatusCode:
    """Return the status a call ended with: what was set, else OK, else (an exception without status) cancelled."""
    status = _STATUS_OF.get(context.code(), grpc.StatusCode.OK)
    if status is grpc.StatusCode.OK and failed:
        return grpc.StatusCode.CANCELLED
    return status


_STATUS_OF: Mapping[object, grpc.StatusCode] = {
    **{status: status for status in grpc.StatusCode},
    **{status.value[0]: status for status in grpc.StatusCode},
}
"""gRPC gives a context's code as a status or as its bare number, depending on who set it."""
