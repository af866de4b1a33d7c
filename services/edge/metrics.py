"""The metrics of an edge worker. Labels are bounded, and each combination is looked up once."""

from collections.abc import Callable
from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.core.call_log import Outcome

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

OTHER_METHOD: Final = "OTHER"
"""Clients may make methods up; each would be a time series for ever."""

OVERHEAD_BUCKETS: Final = (0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5)
"""From a call that finds everything ready to one that waits until its mock is loaded."""

MATCH_BUCKETS: Final = (0.000005, 0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.01, 0.1)

DELAY_BUCKETS: Final = (0.05, 0.1, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 180)

PROPAGATION_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30)


class CallMetrics:
    """What is counted of each mock call."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metrics."""
        calls = Counter(
            "understudy_calls_total", "Mock calls that ended.", ["outcome", "method", "code_class"], registry=registry
        )
        overhead = Histogram(
            "understudy_call_overhead_seconds",
            "The edge's own time for a call: without the client's, and without the delay.",
            buckets=OVERHEAD_BUCKETS,
            registry=registry,
        )
        delay = Histogram(
            "understudy_call_delay_seconds", "What mocks were told to wait.", buckets=DELAY_BUCKETS, registry=registry
        )
        match_seconds = Histogram(
            "understudy_match_seconds", "From a call to its example.", buckets=MATCH_BUCKETS, registry=registry
        )
        unmatched = Counter(
            "understudy_unmatched_total", "Calls that no example answered.", ["reason"], registry=registry
        )
        self._ended = cache(lambda outcome, method, code_class: calls.labels(outcome, method, code_class).inc)
        self._unmatched = cache(lambda reason: unmatched.labels(reason).inc)
        self.observe_overhead = overhead.observe
        self.observe_delay = delay.observe
        self.observe_match = match_seconds.observe

    def call_ended(self, outcome: Outcome, method: str, status: int) -> None:
        """Count a call."""
        self._ended(outcome, method if method in METHODS else OTHER_METHOD, f"{status // 100}xx")()

    def call_unmatched(self, reason: str) -> None:
        """Count a call that no example answered."""
        self._unmatched(reason)()


class SnapshotMetrics:
    """What is counted of loaded mocks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metrics."""
        self._propagation = Histogram(
            "understudy_propagation_seconds",
            "From a write until this worker serves it.",
            buckets=PROPAGATION_BUCKETS,
            registry=registry,
        )
        self._loads = Counter(
            "understudy_snapshot_loads_total",
            "Mocks that were loaded or brought up to date.",
            ["result"],
            registry=registry,
        )
        self._mocks = Gauge("understudy_snapshots", "Mocks that are loaded.", registry=registry)
        self._bytes = Gauge("understudy_snapshot_bytes", "About what loaded mocks take up.", registry=registry)
        self._limit = Gauge(
            "understudy_snapshot_limit_bytes", "What loaded mocks may take up before some must go.", registry=registry
        )
        self._misses = Counter(
            "understudy_snapshot_misses_total", "Calls that waited until their mock was loaded.", registry=registry
        )
        self._evictions = Counter(
            "understudy_snapshot_evictions_total", "Mocks that had to make room for others.", registry=registry
        )

    def propagated(self, seconds: float) -> None:
        """Take in how long a change took; clocks that disagree make no negative time."""
        self._propagation.observe(max(0.0, seconds))

    def loaded(self, result: str) -> None:
        """Count a load: ok, not_found or failed."""
        self._loads.labels(result).inc()

    def missed(self) -> None:
        """Count a call whose mock is not loaded."""
        self._misses.inc()

    def evicted(self, count: int) -> None:
        """Count mocks that had to make room."""
        self._evictions.inc(count)

    def measure(self, *, mocks: Callable[[], float], size_bytes: Callable[[], float], limit_bytes: int) -> None:
        """Have the gauges ask these functions whenever they are read, and tell the bound."""
        self._mocks.set_function(mocks)
        self._bytes.set_function(size_bytes)
        self._limit.set(limit_bytes)


class JournalMetrics:
    """What is counted of the journal and its shipping."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metrics."""
        self._bytes = Gauge(
            "understudy_journal_bytes", "What the journal holds that calllog does not have yet.", registry=registry
        )
        self._oldest = Gauge(
            "understudy_journal_oldest_seconds", "For how long the oldest entry has been waiting.", registry=registry
        )
        self._limit = Gauge(
            "understudy_journal_limit_bytes", "What the journal may hold before calls are dropped.", registry=registry
        )
        self._dropped = Counter(
            "understudy_journal_dropped_total",
            "Calls that the log will not have: the disk or the journal was full, or calllog refused them.",
            registry=registry,
        )
        self._shipped = Counter("understudy_shipped_total", "Calls that calllog has acknowledged.", registry=registry)

    def dropped(self, count: int) -> None:
        """Count calls that were lost."""
        self._dropped.inc(count)

    def shipped(self, count: int) -> None:
        """Count calls that were acknowledged."""
        self._shipped.inc(count)

    def measure(
        self, *, size_bytes: Callable[[], float], oldest_seconds: Callable[[], float], limit_bytes: int
    ) -> None:
        """Have the gauges ask these functions whenever they are read, and tell the bound."""
        self._bytes.set_function(size_bytes)
        self._oldest.set_function(oldest_seconds)
        self._limit.set(limit_bytes)
