"""Sending spans: its bounds, what is said where nobody takes them, and the end of a process."""

import asyncio
import threading
import time
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import Link, SpanContext, TraceFlags
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from services.edge.app import edge_service
from services.edge.settings import EdgeSettings
from services.runtime.span_export import (
    EXPORT_SECONDS,
    FLUSH_SECONDS,
    QUEUE_SPANS,
    QUIET_SECONDS,
    BoundedProcessor,
    Losses,
    RootSampler,
    exporting,
)
from tests.services.waiting import until
from tests.tracing.collector import collecting

NOWHERE = "127.0.0.1:1"

LOST = "understudy_spans_lost_total"


class Stuck(SpanExporter):
    """An exporter that takes spans when it is let."""

    def __init__(self) -> None:
        self.may_export = threading.Event()
        self.exported: list[str] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        assert self.may_export.wait(30)
        self.exported += [span.name for span in spans]
        return SpanExportResult.SUCCESS


async def test_calls_go_on_while_the_collector_is_away_and_the_log_says_so_once(tmp_path: Path) -> None:
    settings = _edge_without_suite(tmp_path, f"http://{NOWHERE}")

    with capture_logs() as logged:
        async with edge_service(settings) as edge, httpx.AsyncClient(timeout=20) as http:
            first = await _statuses(http, edge.port, 50)
            await until(lambda: bool(_told(logged)))
            began = time.monotonic()
            second = await _statuses(http, edge.port, 50)
            seconds = time.monotonic() - began

    assert {404} == {*first, *second}
    assert seconds < EXPORT_SECONDS
    assert [(50, settings.tracing_endpoint, "warning")] == [
        (line["count"], line["endpoint"], line["log_level"]) for line in _told(logged)
    ]
    assert "UNAVAILABLE" in _told(logged)[0]["reason"]


async def test_the_edges_own_failure_is_an_error_in_its_span(tmp_path: Path) -> None:
    async with collecting() as collector:
        settings = _edge_without_suite(tmp_path, collector.endpoint)
        async with edge_service(settings) as edge, httpx.AsyncClient(timeout=20) as http:
            reply = await http.get(f"http://127.0.0.1:{edge.port}/mocks/nobody/")
        (call,) = [span for span in collector.spans if span.kind == "SERVER"]
        (asked,) = [span for span in collector.spans if span.kind == "CLIENT"]

    assert 503 == reply.status_code
    assert (True, "503", "error") == (
        call.is_error,
        call.attributes["error.type"],
        call.attributes["understudy.outcome"],
    )
    assert (True, "UNAVAILABLE", "127.0.0.1", 1) == (
        asked.is_error,
        asked.attributes["rpc.response.status_code"],
        asked.attributes["server.address"],
        asked.attributes["server.port"],
    )


async def test_only_mock_calls_have_spans_at_an_edge(tmp_path: Path) -> None:
    async with collecting() as collector:
        settings = _edge_without_suite(tmp_path, collector.endpoint)
        async with edge_service(settings) as edge, httpx.AsyncClient(timeout=20) as http:
            await http.get(f"http://127.0.0.1:{edge.port}/healthz")
            await http.get(f"http://127.0.0.1:{edge.port}/healthz", headers={"host": "nobody.mock.localhost"})
            await http.get(f"http://127.0.0.1:{edge.port}/_understudy/diagnostics")
        calls = [span for span in collector.spans if span.kind == "SERVER"]

    assert [("nobody", "/healthz", "nobody.mock.localhost")] == [
        tuple(span.attributes[name] for name in ("understudy.mock_id", "url.path", "server.address")) for span in calls
    ]


async def test_a_process_that_stops_sends_what_it_has() -> None:
    async with collecting() as collector:
        async with exporting(collector.endpoint, ratio=1, component="test", metrics=CollectorRegistry()) as tracer:
            for number in range(700):
                tracer.start_span(str(number)).end()

        assert {str(number) for number in range(700)} == {span.name for span in collector.spans}


async def test_a_process_stops_in_time_where_the_collector_hangs() -> None:
    metrics = CollectorRegistry()
    async with collecting() as collector:
        collector.answering.clear()
        with capture_logs() as logged:
            async with exporting(collector.endpoint, ratio=1, component="test", metrics=metrics) as tracer:
                for number in range(1_000):
                    tracer.start_span(str(number)).end()
                left = time.monotonic()
            seconds = time.monotonic() - left

    assert seconds < FLUSH_SECONDS + 2
    assert 1_000 == metrics.get_sample_value(LOST)
    assert ["spans are lost"] == [line["event"] for line in logged]


async def test_spans_beyond_the_bound_are_lost_and_counted() -> None:
    metrics, exporter = CollectorRegistry(), Stuck()
    provider = TracerProvider(shutdown_on_exit=False)
    processor = BoundedProcessor(exporter, Losses(metrics, endpoint="nowhere"))
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("test")
    for _ in range(QUEUE_SPANS * 2):
        tracer.start_span("one of many").end()
    lost = metrics.get_sample_value(LOST)
    exporter.may_export.set()
    await asyncio.to_thread(provider.shutdown)

    assert lost
    assert QUEUE_SPANS * 2 == len(exporter.exported) + lost
    assert QUEUE_SPANS <= len(exporter.exported)


def test_losses_are_told_once_a_minute_with_their_number() -> None:
    now, metrics = [1_000.0], CollectorRegistry()
    losses = Losses(metrics, endpoint="http://collector:4317", now=lambda: now[0])
    with capture_logs() as logged:
        losses.lost(3, "it is away")
        losses.lost(4, "it is away")
        now[0] += QUIET_SECONDS
        losses.lost(5, "it is still away")

    assert 12 == metrics.get_sample_value(LOST)
    assert [(3, "it is away"), (9, "it is still away")] == [(line["count"], line["reason"]) for line in logged]


@pytest.mark.parametrize(("ratio", "linked", "expected"), [(0, False, False), (1, False, True), (0, True, True)])
def test_a_trace_that_begins_here_is_kept_by_the_ratio_or_for_its_links(
    ratio: float,
    linked: bool,  # noqa: FBT001 -- a row of a table
    expected: bool,  # noqa: FBT001
) -> None:
    link = Link(SpanContext(1, 1, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)))

    result = RootSampler(ratio).should_sample(None, 12345, "a root", links=[link] if linked else [])

    assert (Decision.RECORD_AND_SAMPLE if expected else Decision.DROP) is result.decision


async def test_without_a_share_only_the_callers_own_traces_are_kept(tmp_path: Path) -> None:
    trace_id = "5" * 32
    async with collecting() as collector:
        settings = _edge_without_suite(tmp_path, collector.endpoint, tracing_ratio=0)
        async with edge_service(settings) as edge, httpx.AsyncClient(timeout=20) as http:
            url = f"http://127.0.0.1:{edge.port}/mocks/nobody/"
            await http.get(url)
            await http.get(url, headers={"traceparent": f"00-{trace_id}-{'6' * 16}-01"})
        await until(lambda: bool(collector.spans))

    assert {trace_id} == {span.trace_id for span in collector.spans}


async def _statuses(http: httpx.AsyncClient, port: int, count: int) -> list[int]:
    """Make calls to what cannot be a mock's id, which an edge answers without asking anybody."""
    return [(await http.get(f"http://127.0.0.1:{port}/mocks/-no-id-/")).status_code for _ in range(count)]


def _told(logged: Sequence[MutableMapping[str, Any]]) -> list[MutableMapping[str, Any]]:
    return [line for line in logged if line["event"] == "spans are lost"]


def _edge_without_suite(journal_dir: Path, endpoint: str, **settings: Any) -> EdgeSettings:
    """Return the settings of an edge that finds no service at all, and so answers 503."""
    told: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": 0,
        "metrics_host": "127.0.0.1",
        "metrics_port": 0,
        "registry_target": NOWHERE,
        "catalog_target": NOWHERE,
        "calllog_target": NOWHERE,
        "journal_dir": journal_dir,
        "drain_seconds": 1,
        "tracing_endpoint": endpoint,
    }
    return EdgeSettings(**(told | settings))
