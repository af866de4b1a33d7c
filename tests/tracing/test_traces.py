"""One trace from the caller through the edge to the services, each a process of its own, as a collector sees it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
import structlog
from structlog.testing import capture_logs

from services.core.mocks import Mock, MockDraft
from services.gateway.app import gateway_service
from services.gateway.settings import GatewaySettings
from tests.builders import a_collection, an_example, an_item, document
from tests.e2e.separate import SeparateSuite, separate_suite
from tests.e2e.suite import API_KEY
from tests.tracing.collector import Collector, SeenSpan, collecting

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

SERVER, CLIENT = "SERVER", "CLIENT"


@dataclass(frozen=True, slots=True)
class World:
    """A suite that traces, the collector that it tells, and somebody who calls."""

    suite: SeparateSuite
    collector: Collector
    http: httpx.AsyncClient

    async def mock(self) -> Mock:
        """Make a mock of a new collection that no edge has loaded; it answers at /found and, with 503, at /broken."""
        items = (
            an_item(an_example(name="It is here", url="https://api.example/found", body="found")),
            an_item(an_example(name="It is broken", url="https://api.example/broken", code=503)),
        )
        collection = a_collection(*items, id=None, name=f"Traced {secrets.token_hex(4)}")
        imported = await self.suite.understudy.catalog.import_collection(document(collection))
        return await self.suite.understudy.registry.create_mock(MockDraft(collection_id=imported.collection.id))

    async def call(self, mock: Mock, path: str = "/found", **headers: str) -> httpx.Response:
        """Call the mock through the edge."""
        return await self.http.get(f"{self.suite.edges[0].url}/mocks/{mock.id}{path}", headers=headers)


@dataclass(frozen=True, slots=True)
class Caller:
    """A span that a caller says it is in."""

    trace_id: str
    span_id: str
    flags: str

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def a_caller(flags: str = "01") -> Caller:
    return Caller(secrets.token_hex(16), secrets.token_hex(8), flags)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with collecting() as collector:
        told = {"TRACING_ENDPOINT": collector.endpoint}
        async with (
            separate_suite(tmp_path_factory.mktemp("traced"), told=told) as suite,
            httpx.AsyncClient(timeout=30) as http,
        ):
            yield World(suite, collector, http)


async def test_a_call_and_what_it_causes_in_the_services_are_in_the_callers_trace(world: World) -> None:
    caller, mock = a_caller(), await world.mock()

    reply = await world.call(mock, traceparent=caller.traceparent, tracestate="vendor=one")
    spans = await world.collector.trace(
        caller.trace_id,
        "edge GET",
        "registry GetMock",
        "catalog GetCollection",
        "catalog ExportCollection",
    )
    (call,) = [span for span in spans if span.service == "understudy-edge" and span.kind == SERVER]
    asked = [span for span in spans if span.kind == CLIENT]
    answered = sorted((span for span in spans if span.kind == SERVER and span is not call), key=_start)[:3]

    assert 200 == reply.status_code
    assert ("GET", caller.span_id, "vendor=one") == (call.name, call.parent_id, call.trace_state)
    assert {("understudy-edge", call.span_id)} == {(span.service, span.parent_id) for span in asked}
    assert [
        ("understudy-registry", "understudy.registry.v1.MockService/GetMock"),
        ("understudy-catalog", "understudy.catalog.v1.CollectionService/GetCollection"),
        ("understudy-catalog", "understudy.catalog.v1.CollectionService/ExportCollection"),
    ] == [(span.service, span.name) for span in answered]
    names = {span.span_id: span.name for span in asked}
    assert [span.name for span in answered] == [names[span.parent_id] for span in answered]
    assert {"OK"} == {span.attributes["rpc.response.status_code"] for span in (*asked, *answered)}
    assert {"vendor=one"} == {span.trace_state for span in spans}


async def test_the_span_of_a_call_says_what_was_asked_and_what_answered(world: World) -> None:
    caller, mock = a_caller(), await world.mock()

    await world.call(mock, "/found?secret=1", traceparent=caller.traceparent)
    call = await world.collector.find(_server_span_of(caller))
    await world.collector.find(lambda span: caller.trace_id in span.linked_traces)
    (entry,) = [entry async for entry in world.suite.understudy.calllog.list_entries(mock.id)]

    port = world.suite.edges[0].port
    expected = {
        "http.request.method": "GET",
        "url.path": f"/mocks/{mock.id}/found",
        "url.scheme": "http",
        "server.address": "127.0.0.1",
        "server.port": port,
        "network.protocol.version": "1.1",
        "http.response.status_code": 200,
        "understudy.mock_id": mock.id,
        "understudy.outcome": "matched",
        "understudy.response_name": "It is here",
        "understudy.call_log_entry_id": entry.id,
    }
    assert expected == {name: call.attributes.get(name) for name in expected}
    assert call.attributes["understudy.example_id"]
    assert "secret" not in str(call.attributes)
    assert {"service.name", "service.version", "service.instance.id", "host.name"} <= set(call.resource)


async def test_a_mock_that_is_loaded_causes_no_calls(world: World) -> None:
    mock = await world.mock()
    await world.call(mock)
    first, second = a_caller(), a_caller()

    await world.call(mock, traceparent=first.traceparent)
    await world.call(await world.mock(), traceparent=second.traceparent)
    await world.collector.trace(second.trace_id, "edge GET")

    assert ["GET"] == [span.name for span in world.collector.of(first.trace_id)]


async def test_a_trace_that_is_not_to_be_kept_has_no_spans_anywhere(world: World) -> None:
    unwanted, wanted = a_caller(flags="00"), a_caller()

    await world.call(await world.mock(), traceparent=unwanted.traceparent)
    await world.call(await world.mock(), traceparent=wanted.traceparent)
    await world.collector.trace(wanted.trace_id, "edge GET", "registry GetMock", "catalog ExportCollection")

    assert [] == world.collector.of(unwanted.trace_id)


async def test_a_delay_is_a_span_of_its_own(world: World) -> None:
    caller, mock = a_caller(), await world.mock()

    await world.call(mock, traceparent=caller.traceparent, **{"x-mock-response-delay": "120"})
    spans = await world.collector.trace(caller.trace_id, "edge GET")
    (call,) = [span for span in spans if span.kind == SERVER and span.service == "understudy-edge"]
    (delay,) = [span for span in spans if span.name == "delay"]

    assert call.span_id == delay.parent_id
    assert delay.end_ns - delay.start_ns >= 120_000_000
    assert call.start_ns <= delay.start_ns <= delay.end_ns <= call.end_ns


async def test_a_503_that_a_mock_was_told_to_say_is_no_error_of_the_edge(world: World) -> None:
    caller = a_caller()

    reply = await world.call(await world.mock(), "/broken", traceparent=caller.traceparent)
    call = await world.collector.find(_server_span_of(caller))

    assert 503 == reply.status_code
    assert (503, False) == (call.attributes["http.response.status_code"], call.is_error)


@pytest.mark.parametrize("traceparent", ["nonsense", f"ff-{'1' * 32}-{'2' * 16}-01", f"00-{'0' * 32}-{'2' * 16}-01"])
async def test_a_malformed_traceparent_begins_a_new_trace(world: World, traceparent: str) -> None:
    mock = await world.mock()

    await world.call(mock, traceparent=traceparent)
    call = await world.collector.find(
        lambda span: span.kind == SERVER and span.attributes.get("understudy.mock_id") == mock.id
    )

    assert "" == call.parent_id
    assert call.trace_id not in traceparent


async def test_a_batch_for_the_call_log_is_a_trace_of_its_own_that_links_to_its_calls(world: World) -> None:
    caller = a_caller()

    await world.call(await world.mock(), traceparent=caller.traceparent)
    batch = await world.collector.find(lambda span: caller.trace_id in span.linked_traces)
    spans = await world.collector.trace(batch.trace_id, "calllog AppendCallLogEntries")
    (sent,) = [span for span in spans if span.kind == CLIENT]
    (stored,) = [span for span in spans if span.kind == SERVER]

    assert ("ship calls", "", "understudy-edge") == (batch.name, batch.parent_id, batch.service)
    assert (batch.span_id, sent.span_id) == (sent.parent_id, stored.parent_id)


async def test_what_services_do_on_their_own_account_is_in_no_trace(world: World) -> None:
    await world.call(await world.mock(), traceparent=a_caller().traceparent)

    names = {span.name.rpartition("/")[2] for span in world.collector.spans if span.attributes.get("rpc.method")}

    assert not {"Watch", "ListKeyDigests", "Check"} & names


async def test_the_trace_of_a_user_who_calls_a_service_begins_there(world: World) -> None:
    await world.mock()
    made = await world.collector.find(lambda span: span.name.endswith("MockService/CreateMock"))
    asked = await world.collector.find(
        lambda span: span.trace_id == made.trace_id and span.service == "understudy-catalog"
    )

    assert ("understudy-registry", "") == (made.service, made.parent_id)
    assert SERVER == asked.kind


async def test_a_request_to_the_gateway_is_named_by_its_route_and_goes_on_in_the_services(world: World) -> None:
    caller = a_caller()
    mock = await world.mock()

    async with _gateway(world) as api:
        with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logged:
            reply = await api.get(f"/mocks/{mock.id}", headers={"traceparent": caller.traceparent})
            await api.get("/healthz")
    spans = await world.collector.trace(caller.trace_id, "gateway GET /mocks/<mock_id>", "registry GetMock")
    (request,) = [span for span in spans if span.service == "understudy-gateway" and span.kind == SERVER]
    (line,) = [line for line in logged if line["event"] == "request" and line["path"] == f"/mocks/{mock.id}"]

    assert 200 == reply.status_code
    assert ("GET /mocks/<mock_id>", caller.span_id) == (request.name, request.parent_id)
    assert ("/mocks/<mock_id>", 200) == (
        request.attributes["http.route"],
        request.attributes["http.response.status_code"],
    )
    assert (caller.trace_id, request.span_id) == (line["trace_id"], line["span_id"])
    assert not [span for span in world.collector.spans if span.attributes.get("url.path") == "/healthz"]


async def test_watches_go_on_behind_the_interceptors_of_tracing(world: World) -> None:
    mock = await world.mock()
    before = await world.call(mock)

    await world.suite.registry.kill()
    await world.suite.registry.start()
    await world.suite.understudy.registry.delete_mock(mock.id)
    async with asyncio.timeout(20):
        while (after := await world.call(mock)).status_code != 404:
            await asyncio.sleep(0.02)

    assert (200, 404) == (before.status_code, after.status_code)


async def test_a_service_that_stops_sends_its_last_spans_first(world: World) -> None:
    caller = a_caller()
    mock = await world.mock()

    await world.call(mock, traceparent=caller.traceparent)
    await world.suite.edges[0].stop()
    names = [span.name for span in world.collector.of(caller.trace_id) if span.service == "understudy-edge"]
    await world.suite.edges[0].start()

    assert "GET" in names


def _start(span: SeenSpan) -> int:
    return span.start_ns


def _server_span_of(caller: Caller) -> Callable[[SeenSpan], bool]:
    def is_wanted(span: SeenSpan) -> bool:
        return span.trace_id == caller.trace_id and span.service == "understudy-edge" and span.kind == SERVER

    return is_wanted


@asynccontextmanager
async def _gateway(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Run a gateway beside the suite, and yield a client of it with the administrator's key."""
    targets = {f"{part.name}_target": f"127.0.0.1:{part.port}" for part in world.suite.behind}
    ports = {"port": 0, "metrics_port": 0}
    hosts = {"host": "127.0.0.1", "metrics_host": "127.0.0.1"}
    told: dict[str, Any] = {**targets, **ports, **hosts, "tracing_endpoint": world.collector.endpoint}
    async with (
        gateway_service(GatewaySettings(**told)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"x-api-key": API_KEY}, timeout=30) as api,
    ):
        yield api
