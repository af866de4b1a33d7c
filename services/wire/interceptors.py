"""What stands between gRPC and every servicer of the suite, in the one order that works."""

from typing import TYPE_CHECKING

import grpc
from prometheus_client import CollectorRegistry

from services.wire.authentication import AuthenticationInterceptor, KeyRing
from services.wire.call_metrics import GrpcMetrics, MetricsInterceptor
from services.wire.errors import ErrorInterceptor

if TYPE_CHECKING:  # OpenTelemetry is an extra, and loaded by processes that trace alone.
    from opentelemetry.trace import Tracer


def server_interceptors(
    keys: KeyRing, *, service_token: str, metrics: CollectorRegistry, tracer: "Tracer | None" = None
) -> tuple[grpc.aio.ServerInterceptor, ...]:
    """Return the interceptors of a server, outermost first.

    What counts and traces sees the status that errors were turned into; what turns them sees those of authentication
    too. Without a tracer there is no tracing between them at all.
    """
    return (
        *_tracing(tracer),
        MetricsInterceptor(GrpcMetrics(metrics)),
        ErrorInterceptor(),
        AuthenticationInterceptor(keys, service_token=service_token),
    )


def _tracing(tracer: "Tracer | None") -> tuple[grpc.aio.ServerInterceptor, ...]:
    if tracer is None:
        return ()
    from services.wire.tracing import TracingInterceptor  # noqa: PLC0415 -- loaded by processes that trace alone

    return (TracingInterceptor(tracer),)
