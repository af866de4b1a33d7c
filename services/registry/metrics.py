"""The registry's own metrics, beside those of every gRPC server."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge


class RegistryMetrics:
    """How far watchers could be told, and what the catalog's deletions did to mocks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metrics."""
        self._revision = Gauge("understudy_registry_revision", "The registry's newest revision.", registry=registry)
        self._switched = Counter(
            "understudy_mocks_switched",
            "Mocks deactivated because something they use went away, and reactivated because it is back.",
            ["state"],
            registry=registry,
        )

    def ask_at_every_scrape(self, *, revision: Callable[[], float]) -> None:
        """Take the function that knows what the gauge tells."""
        self._revision.set_function(revision)

    def switched(self, count: int, *, is_deactivated: bool) -> None:
        """Count mocks that were deactivated or reactivated."""
        self._switched.labels("deactivated" if is_deactivated else "active").inc(count)
