"""What an edge worker tells of its calls where tracing is on: around the mock path, which knows nothing of it.

Each mock call has a span, which continues the caller's trace. The time that the mock was told to wait is a span of its
own in it, `delay`, so that nobody takes it for ours. What a call causes, the loading of its mock from registry and
catalog, is in its trace. A batch for calllog holds calls of many traces: it is a trace of its own, with links to them.

A span is in error where the edge failed. An example that says 503 is what the mock was told to say, and no error here.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, StatusCode, Tracer

from services.core.call_log import Outcome
from services.core.serving.addresses import AddressRules
from services.core.serving.served_call import ServedCall
from services.edge.exchange import App, Scope, raw_path_of
from services.edge.metrics import CallMetrics
from services.edge.recorder import Encode, Recorder
from services.edge.shipper import BATCH_ENTRIES, Append
from services.runtime.traced_http import Attributes, first_header, traced_http
from services.wire.text import wire_text

LINKED_CALLS: Final = 128
"""How many calls a batch names at most; as many links as the SDK keeps of a span."""

KEY_BYTES: Final = 64
"""An entry begins with its id, so that these bytes tell it from every other."""

MOCK_ID: Final = "understudy.mock_id"
OUTCOME: Final = "understudy.outcome"
EXAMPLE_ID: Final = "understudy.example_id"
RESPONSE_NAME: Final = "understudy.response_name"
ENTRY_ID: Final = "understudy.call_log_entry_id"
ENTRIES: Final = "understudy.call_log_entries"

SERVER_FAULT: Final = 500


class EdgeTracing:
    """Wraps the parts of an edge worker that have something to tell."""

    def __init__(self, tracer: Tracer) -> None:
        """Take what makes spans."""
        self.tracer = tracer
        self._unshipped = UnshippedCalls()

    def app(self, app: App, rules: AddressRules) -> App:
        """Return the app with a span for each mock call; what else there is on the port has none."""

        def describe(scope: Scope) -> Attributes | None:
            address = rules.locate(first_header(scope, b"host"), raw_path_of(scope))
            return None if address is None else {MOCK_ID: address.mock_id}

        return traced_http(app, self.tracer, describe)

    def recorder(self, append: Callable[[bytes], None], encode: Encode, metrics: CallMetrics) -> Recorder:
        """Return a recorder that tells the call's span as well."""

        def noted(entry: bytes) -> None:
            self._unshipped.note(entry)
            append(entry)

        return TracedRecorder(noted, encode, metrics, self.tracer)

    def append(self, append: Append) -> Append:
        """Return what stores a batch, with a span where calls in it have been traced."""

        async def traced(entries: Sequence[bytes]) -> int:
            if not (links := self._unshipped.links(entries)):
                return await append(entries)
            with self.tracer.start_as_current_span(
                "ship calls", context=Context(), links=links, record_exception=False
            ) as span:
                span.set_attribute(ENTRIES, len(entries))
                stored = await append(entries)
            self._unshipped.forget(entries)
            return stored

        return traced


class UnshippedCalls:
    """The spans of the newest calls that calllog does not have yet."""

    def __init__(self) -> None:
        """Begin empty."""
        self._calls: OrderedDict[bytes, SpanContext] = OrderedDict()

    def note(self, entry: bytes) -> None:
        """Note whose entry has been written to the journal, where the call is traced."""
        span = trace.get_current_span()
        if span.is_recording():
            self._calls[entry[:KEY_BYTES]] = span.get_span_context()
            if len(self._calls) > BATCH_ENTRIES:
                self._calls.popitem(last=False)

    def links(self, entries: Sequence[bytes]) -> list[Link]:
        """Return links to the calls of a batch, to the first where they are many."""
        known = (self._calls.get(entry[:KEY_BYTES]) for entry in entries)
        return [Link(context) for context in known if context is not None][:LINKED_CALLS]

    def forget(self, entries: Sequence[bytes]) -> None:
        """Forget the calls of a batch that has been stored."""
        for entry in entries:
            self._calls.pop(entry[:KEY_BYTES], None)


class TracedRecorder(Recorder):
    """Records calls, and describes them in the spans that they have."""

    def __init__(self, append: Callable[[bytes], None], encode: Encode, metrics: CallMetrics, tracer: Tracer) -> None:
        """Take a recorder's collaborators, and what makes spans."""
        super().__init__(append, encode, metrics)
        self._tracer = tracer

    def record(self, served: ServedCall) -> None:
        """Write a call down, count it, and describe it."""
        span = trace.get_current_span()
        if span.is_recording():
            _describe(span, served)
            if served.delay_ns:
                self._tell_delay(served.delay_ns)
        super().record(served)

    def count(self, outcome: Outcome, method: str, status: int) -> None:
        """Count a call, and note how it ended."""
        span = trace.get_current_span()
        span.set_attribute(OUTCOME, outcome.value)
        if outcome is Outcome.ERROR and status >= SERVER_FAULT:
            span.set_attribute(ERROR_TYPE, str(status))
            span.set_status(StatusCode.ERROR)
        super().count(outcome, method, status)

    def _tell_delay(self, delay_ns: int) -> None:
        """Make the span of a delay that has just ended."""
        end = time.time_ns()
        self._tracer.start_span("delay", kind=SpanKind.INTERNAL, start_time=end - delay_ns).end(end)


def _describe(span: Span, served: ServedCall) -> None:
    span.set_attribute(ENTRY_ID, served.id)
    span.set_attribute(RESPONSE_NAME, wire_text(served.answer.response_name))
    if served.answer.example_id is not None:
        span.set_attribute(EXAMPLE_ID, wire_text(served.answer.example_id))
