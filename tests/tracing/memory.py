"""A tracer whose spans a test reads from memory, as they were when they ended."""

from dataclasses import dataclass, field

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from opentelemetry.trace import SpanContext, StatusCode, Tracer


@dataclass(slots=True)
class Remembered:
    """The spans of one tracer; with `keeps_roots=False` those of traces that begin elsewhere alone."""

    keeps_roots: bool = True
    memory: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    @property
    def tracer(self) -> Tracer:
        """Return a tracer."""
        sampler = ParentBased(ALWAYS_ON if self.keeps_roots else ALWAYS_OFF)
        provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.memory))
        return provider.get_tracer("test")

    def named(self, name: str) -> ReadableSpan:
        """Return the one span of that name."""
        (span,) = [span for span in self.memory.get_finished_spans() if span.name == name]
        return span

    @property
    def names(self) -> list[str]:
        """Return the names of the spans in the order they ended."""
        return [span.name for span in self.memory.get_finished_spans()]


def identity(span: ReadableSpan) -> SpanContext:
    """Return who a span is."""
    context: SpanContext | None = span.context
    assert context is not None
    return context


def failed(span: ReadableSpan) -> bool:
    """Tell whether a span says that something went wrong."""
    return span.status.status_code is StatusCode.ERROR
