"""What the calllog service counts: mock traffic as it is stored, and its own work."""

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram

from services.core.call_log import EntryRecord

OTHER = "__other__"

LAG_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600)
"""From a batch that was shipped at once to an edge that was cut off for an hour."""

APPEND_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class CallLogMetrics:
    """The metrics of one process."""

    def __init__(self, registry: CollectorRegistry, *, mock_limit: int) -> None:
        """Register the metrics; the first `mock_limit` mocks are counted by name, the rest together."""
        self._mock_limit = mock_limit
        self._named_mocks: set[str] = set()
        self._calls = Counter(
            "understudy_mock_calls",
            "Calls that edges answered, counted once as they are stored.",
            ["mock_id", "outcome", "code_class"],
            registry=registry,
        )
        self._stored = Counter("understudy_call_log_entries_stored", "Entries stored.", registry=registry)
        self._duplicates = Counter(
            "understudy_call_log_entries_duplicate", "Entries that were stored already.", registry=registry
        )
        self._deleted = Counter(
            "understudy_call_log_entries_deleted", "Entries deleted for their age.", registry=registry
        )
        self.append_seconds = Histogram(
            "understudy_call_log_append_seconds",
            "How long storing a batch took.",
            buckets=APPEND_BUCKETS,
            registry=registry,
        )
        self._lag = Histogram(
            "understudy_call_log_lag_seconds",
            "From a batch's oldest call until it was stored.",
            buckets=LAG_BUCKETS,
            registry=registry,
        )

    def count_batch(self, sent: int, new: Sequence[EntryRecord], now: datetime) -> None:
        """Count a batch of `sent` entries, of which `new` were stored now and the others had been before."""
        self._stored.inc(len(new))
        self._duplicates.inc(sent - len(new))
        if new:
            self._lag.observe((now - min(record.serve_time for record in new)).total_seconds())
        for labels, count in Tally(map(self._labels, new)).items():
            self._calls.labels(*labels).inc(count)

    def count_deleted(self, count: int) -> None:
        """Count entries deleted for their age."""
        self._deleted.inc(count)

    def _labels(self, record: EntryRecord) -> tuple[str, str, str]:
        return self._shown_mock(record.mock_id), record.outcome.value, _code_class(record.status_code)

    def _shown_mock(self, mock_id: str) -> str:
        if mock_id not in self._named_mocks:
            if len(self._named_mocks) >= self._mock_limit:
                return OTHER
            self._named_mocks.add(mock_id)
        return mock_id


def _code_class(status_code: int) -> str:
    """Return "2xx" and its like; "none" where no status was sent, as when the client left."""
    return f"{status_code // 100}xx" if 100 <= status_code <= 599 else "none"  # noqa: PLR2004 -- the range of HTTP
