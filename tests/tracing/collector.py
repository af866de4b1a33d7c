"""A collector for a test: takes what OpenTelemetry exporters send, over gRPC, and lets the test look at it.

async with collecting() as collector:
    settings = EdgeSettings(tracing_endpoint=collector.endpoint)
    ...
    spans = await collector.trace(trace_id, count=3)
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

DEADLINE_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSpan:
    """A span as it arrived. Ids are in hexadecimal; the parent's is empty where the trace begins here."""

    service: str
    resource: dict[str, Any]
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    trace_state: str
    attributes: dict[str, Any]
    is_error: bool
    linked_traces: tuple[str, ...]
    start_ns: int
    end_ns: int

    @property
    def title(self) -> str:
        """Return the service and the short name of a server span, such as `registry GetMock`; else nothing."""
        short = self.name.rpartition("Service/")[2]
        return f"{self.service.removeprefix('understudy-')} {short}" if self.kind == "SERVER" else ""


@dataclass(slots=True)
class Collector(TraceServiceServicer):
    """What has arrived, and where exporters find it.

    answering: while it is not set, exports wait for their answer.
    """

    endpoint: str = ""
    spans: list[SeenSpan] = field(default_factory=list)
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    async def Export(  # noqa: N802 -- the contract's name
        self, request: ExportTraceServiceRequest, _context: object
    ) -> ExportTraceServiceResponse:
        """Take spans in."""
        await self.answering.wait()
        for sent in request.resource_spans:
            resource = _values(sent.resource.attributes)
            self.spans += [_seen(span, resource) for scope in sent.scope_spans for span in scope.spans]
        return ExportTraceServiceResponse()

    def of(self, trace_id: str) -> list[SeenSpan]:
        """Return what has arrived of a trace."""
        return [span for span in self.spans if span.trace_id == trace_id]

    async def trace(self, trace_id: str, *wanted: str) -> list[SeenSpan]:
        """Return a trace's spans as soon as the wanted are among them; `edge GET` is the edge's server span GET."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not set(wanted) <= {span.title for span in self.of(trace_id)}:
                await asyncio.sleep(0.02)
        return self.of(trace_id)

    async def find(self, wanted: Callable[[SeenSpan], object]) -> SeenSpan:
        """Return the first span that is wanted, as soon as it is there."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not (found := list(filter(wanted, self.spans))):
                await asyncio.sleep(0.02)
        return found[0]


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """Run a collector on a free port of loopback."""
    collector = Collector()
    collector.answering.set()
    server = grpc.aio.server()
    add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call] # generated without types
    collector.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield collector
    finally:
        await server.stop(0)


def _seen(span: Span, resource: dict[str, Any]) -> SeenSpan:
    return SeenSpan(
        service=resource["service.name"],
        resource=resource,
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        trace_state=span.trace_state,
        attributes=_values(span.attributes),
        is_error=span.status.code == Status.STATUS_CODE_ERROR,
        linked_traces=tuple(link.trace_id.hex() for link in span.links),
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
    )


def _values(attributes: Any) -> dict[str, Any]:
    pairs: list[KeyValue] = list(attributes)
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}
