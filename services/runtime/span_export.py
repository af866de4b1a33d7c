"""Making spans and sending them to a collector: OpenTelemetry's SDK, bounded, and quiet where the collector is away.

Spans wait in a bounded queue and are sent by a thread of the SDK's, once a second or by the batch. Nothing that happens
there can delay or fail a call: what finds the queue full or cannot be sent is lost, counted, and told of once a minute
at most. What there is no setting of ours for (headers, certificates, compression, more attributes of the resource) the
SDK reads from its own variables, `OTEL_EXPORTER_OTLP_…` and `OTEL_RESOURCE_ATTRIBUTES`.
"""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from typing import Final
from uuid import uuid4

import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc import exporter as otlp
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, SpanKind, Tracer
from opentelemetry.trace.span import TraceState
from opentelemetry.util.types import Attributes
from prometheus_client import CollectorRegistry, Counter

logger = structlog.get_logger(__name__)

QUEUE_SPANS: Final = 4_096
"""What may wait: about 14 MB, and some seconds of a busy edge. Twice the SDK's own default."""

BATCH_SPANS: Final = 512
"""What is sent at once; the SDK's own default. Encoding it takes some 40 ms of the thread's time."""

GATHER_SECONDS: Final = 1.0
"""How long spans gather. Whoever debugs looks at once; the SDK's five seconds feel like a broken set-up."""

EXPORT_SECONDS: Final = 5.0
"""How long a batch may take, tries again included."""

FLUSH_SECONDS: Final = 2.0
"""How long a process that stops goes on sending; the time comes on top of its drain."""

QUIET_SECONDS: Final = 60.0
"""Between two log lines about lost spans."""

LONGEST_ATTRIBUTE: Final = 2_048
"""Characters: paths may have 100,000."""

SDK: Final = logging.getLogger("opentelemetry")

EXPORTER: Final = logging.getLogger(otlp.__name__)


@asynccontextmanager
async def exporting(
    endpoint: str, *, ratio: float, component: str, metrics: CollectorRegistry
) -> AsyncIterator[Tracer]:
    """Yield a tracer whose spans go to the collector at `endpoint`; see `services.runtime.tracing.tracing`."""
    losses = Losses(metrics, endpoint=endpoint)
    with _quiet_sdk(losses):
        exporter = OTLPSpanExporter(endpoint=endpoint, insecure=endpoint.startswith("http://"), timeout=EXPORT_SECONDS)
        provider = TracerProvider(
            sampler=ParentBased(root=RootSampler(ratio)),
            resource=_resource(component),
            span_limits=SpanLimits(max_span_attribute_length=LONGEST_ATTRIBUTE),
            shutdown_on_exit=False,
        )
        provider.add_span_processor(BoundedProcessor(exporter, losses))
        try:
            yield provider.get_tracer("understudy", version("understudy"))
        finally:
            await _flush(provider, exporter)


class RootSampler(Sampler):
    """Decides which of the traces that begin here are kept: a share of them, and all that link to spans that were kept.

    What links is work that was done for many calls at once, each of which has its own trace.
    """

    def __init__(self, ratio: float) -> None:
        """Take the share, from 0 to 1."""
        self._share = TraceIdRatioBased(ratio)

    def should_sample(  # noqa: PLR0913, PLR0917 -- the SDK's signature
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Return whether a root span is kept."""
        sampler: Sampler = ALWAYS_ON if links else self._share
        return sampler.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        """Return what the SDK calls this sampler."""
        return f"LinkedOr{{{self._share.get_description()}}}"


class Losses:
    """Counts the spans that were lost, and tells the log about them, seldom. May be used from any thread."""

    def __init__(
        self, registry: CollectorRegistry, *, endpoint: str, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Register the metric; `endpoint` is where they should have gone."""
        self._lost = Counter(
            "understudy_spans_lost_total", "Spans of traces that the collector will not get.", registry=registry
        )
        self._endpoint = endpoint
        self._now = now
        self._lock = threading.Lock()
        self._untold = 0
        self._quiet_until = 0.0
        self.reason = ""

    def lost(self, count: int, reason: str = "") -> None:
        """Count spans; without a reason of ours, the exporter has given its own."""
        self._lost.inc(count)
        with self._lock:
            self._untold += count
            if self._now() < self._quiet_until:
                return
            untold, self._untold = self._untold, 0
            self._quiet_until = self._now() + QUIET_SECONDS
        logger.warning("spans are lost", count=untold, endpoint=self._endpoint, reason=reason or self.reason)


class BoundedProcessor(BatchSpanProcessor):
    """The SDK's queue and thread, whose bound counts what it turns away."""

    def __init__(self, exporter: SpanExporter, losses: Losses) -> None:
        """Take where spans go, and who counts those that do not get there."""
        self._losses = losses
        self._queued = 0
        self._lock = threading.Lock()
        super().__init__(
            _CountedExporter(exporter, losses, self._taken),
            max_queue_size=QUEUE_SPANS,
            schedule_delay_millis=GATHER_SECONDS * 1_000,
            max_export_batch_size=BATCH_SPANS,
        )

    def on_end(self, span: ReadableSpan) -> None:
        """Queue a span that is to be kept, or count it as lost where the queue is full."""
        if span.context is None or not span.context.trace_flags.sampled:
            return
        with self._lock:
            if has_room := self._queued < QUEUE_SPANS:
                self._queued += 1
        if has_room:
            super().on_end(span)
        else:
            self._losses.lost(1, "more spans end than can be sent")

    def _taken(self, count: int) -> None:
        with self._lock:
            self._queued -= count


class _CountedExporter(SpanExporter):
    """An exporter that tells how much it took out of the queue, and how much of that was lost."""

    def __init__(self, exporter: SpanExporter, losses: Losses, taken: Callable[[int], None]) -> None:
        self._exporter = exporter
        self._losses = losses
        self._taken = taken

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self._taken(len(spans))
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self._losses.lost(len(spans))
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


class _Reasons(logging.Handler):
    """Hears why an export failed, which the exporter tells the log alone."""

    def __init__(self, losses: Losses) -> None:
        super().__init__(logging.ERROR)
        self._losses = losses

    def emit(self, record: logging.LogRecord) -> None:
        self._losses.reason = record.getMessage()


@contextmanager
def _quiet_sdk(losses: Losses) -> Iterator[None]:
    """Keep the SDK's own words out of the log: a warning for each malformed header, an error for each failed batch."""
    handler = _Reasons(losses)
    level, propagates, filters = SDK.level, EXPORTER.propagate, EXPORTER.filters
    SDK.setLevel(logging.ERROR)
    EXPORTER.propagate = False
    EXPORTER.filters = []  # They drop what was said lately, whichever collector it was said of.
    EXPORTER.addHandler(handler)
    try:
        yield
    finally:
        EXPORTER.removeHandler(handler)
        EXPORTER.propagate, EXPORTER.filters = propagates, filters
        SDK.setLevel(level)


async def _flush(provider: TracerProvider, exporter: SpanExporter) -> None:
    """Send what is queued. Where that takes too long the exporter is stopped, which ends the SDK's thread as well."""
    with ThreadPoolExecutor(1, thread_name_prefix="flush spans") as thread:
        sending = asyncio.get_running_loop().run_in_executor(thread, provider.shutdown)
        _, late = await asyncio.wait([sending], timeout=FLUSH_SECONDS)
        if late:
            exporter.shutdown()
        await sending


def _resource(component: str) -> Resource:
    """Return what every span says of this process; in Kubernetes the host is the pod."""
    return Resource.create(
        {
            "service.name": f"understudy-{component}",
            "service.version": version("understudy"),
            "service.instance.id": str(uuid4()),
            "host.name": socket.gethostname(),
        }
    )
