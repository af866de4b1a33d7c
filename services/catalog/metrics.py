"""What the catalog counts beside its gRPC calls."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.core.postman.report import FindingKind, ImportReport

IMPORT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Seconds: from a collection of a few requests to one of 100 MB on a busy machine."""

SIZE_BUCKETS = tuple(float(4**power) for power in range(5, 14))
"""Bytes: from 1 KiB to 64 MiB."""


class CatalogMetrics:
    """The metrics of one process."""

    def __init__(self, registry: CollectorRegistry, *, newest_revision: Callable[[], int]) -> None:
        """Register the metrics; `newest_revision` is asked whenever they are scraped."""
        self._collections = Counter(
            "understudy_imported_collections", "Collections imported, unchanged ones included.", registry=registry
        )
        self._examples = Counter(
            "understudy_imported_examples", "Examples in imported collections that can be mocked.", registry=registry
        )
        self._findings = Counter(
            "understudy_import_findings",
            "Findings of imports, as listed in their reports.",
            ["kind"],
            registry=registry,
        )
        for kind in FindingKind:
            self._findings.labels(kind.value)
        self._seconds = Histogram(
            "understudy_import_seconds",
            "How long imports took, from the last byte received until stored.",
            buckets=IMPORT_BUCKETS,
            registry=registry,
        )
        self._document_bytes = Histogram(
            "understudy_imported_document_bytes",
            "Sizes of imported documents.",
            buckets=SIZE_BUCKETS,
            registry=registry,
        )
        revision = Gauge("understudy_catalog_revision", "The catalog's newest revision.", registry=registry)
        revision.set_function(newest_revision)

    @contextmanager
    def timed_import(self) -> Iterator[None]:
        """Time an import; one that fails is not timed."""
        began = time.perf_counter()
        yield
        self._seconds.observe(time.perf_counter() - began)

    def count_import(self, report: ImportReport, *, size_bytes: int) -> None:
        """Count an import that succeeded."""
        self._collections.inc()
        self._examples.inc(report.example_count)
        self._document_bytes.observe(size_bytes)
        for finding in report.findings:
            self._findings.labels(finding.kind.value).inc()
