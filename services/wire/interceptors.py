"""What stands between gRPC and every servicer of the suite, in the one order that works."""

import grpc
from prometheus_client import CollectorRegistry

from services.wire.authentication import AuthenticationInterceptor, KeyRing
from services.wire.call_metrics import GrpcMetrics, MetricsInterceptor
from services.wire.errors import ErrorInterceptor


def server_interceptors(
    keys: KeyRing, *, service_token: str, metrics: CollectorRegistry
) -> tuple[grpc.aio.ServerInterceptor, ...]:
    """Return the interceptors of a server, outermost first.

    What counts sees the status that errors were turned into; what turns them sees those of authentication too.
    """
    return (
        MetricsInterceptor(GrpcMetrics(metrics)),
        ErrorInterceptor(),
        AuthenticationInterceptor(keys, service_token=service_token),
    )
