"""The registry's own metrics, beside those of every gRPC server."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge


class RegistryMetrics:
    """How far watchers could be told, and what the catalog's deletions did to mocks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metrics."""
        self._revision = Gauge("understudy_registry_revision", "The registry's newest revision.", registry=registry)
        self._watches_catalog = Gauge(
            "understudy_registry_watches_catalog",
            "1 while deletions in the catalog reach mocks, 0 while the catalog is away.",
            registry=registry,
        )
        self._switched = Counter(
            "understudy_mocks_switched",
            "Mocks deactivated because something they use went away, and reactivated because it is back.",
            ["state"],
            registry=registry,
        )

    def ask_at_every_scrape(self, *, revision: Callable[[], float], watches_catalog: Callable[[], float]) -> None:
        """Take the functions that know what the gauges tell."""
        self._revision.set_function(revision)
        self._watches_catalog.set_function(watches_catalog)

    def switched(self, count: int, *, is_deactivated: bool) -> None:
        """Count mocks that were deactivated or reactivated."""
        self._switched.labels("deactivated" if is_deactivated else "active").inc(count)
