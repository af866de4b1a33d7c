"""What the gateway counts: its requests by route, never by path, so that the labels stay few."""

from prometheus_client import CollectorRegistry, Counter, Histogram

UNMATCHED = "unmatched"
"""The route of requests that fit none."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "OTHER"
"""Clients may make methods up; each would be a time series for ever."""


class GatewayMetrics:
    """The request, error and duration metrics of the gateway."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metrics."""
        self._requests = Counter(
            "understudy_gateway_requests_total",
            "Requests that were answered.",
            ["route", "method", "code_class"],
            registry=registry,
        )
        self._seconds = Histogram(
            "understudy_gateway_request_seconds",
            "Seconds from a request's head to its reply's.",
            ["route", "method"],
            registry=registry,
        )

    def count(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        method = method if method in METHODS else OTHER_METHOD
        self._requests.labels(route, method, f"{status // 100}xx").inc()
        self._seconds.labels(route, method).observe(seconds)
