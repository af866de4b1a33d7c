"""The span of an HTTP call: which trace it continues, and what it says."""

from collections.abc import MutableMapping
from typing import Any

import pytest
import structlog
from opentelemetry import trace

from services.edge.tracing import UnshippedCalls
from services.runtime.traced_http import Attributes, parent_of, traced_http
from tests.tracing.memory import Remembered, identity

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01".encode()


def test_a_traceparent_is_continued_with_its_tracestate() -> None:
    headers = [(b"traceparent", GOOD), (b"tracestate", b"a=1"), (b"tracestate", b"b=2")]

    parent = trace.get_current_span(parent_of(headers)).get_span_context()

    assert (int(TRACE, 16), int(SPAN, 16), True) == (parent.trace_id, parent.span_id, parent.is_remote)
    assert "a=1,b=2" == parent.trace_state.to_header()


@pytest.mark.parametrize(
    "traceparents",
    [
        [],
        [b""],
        [b"nonsense"],
        [GOOD, GOOD],
        [GOOD.upper()],
        [GOOD + b"-more"],
        [GOOD.replace(b"00-", b"ff-", 1)],
        [GOOD.replace(TRACE.encode(), b"0" * 32)],
        [GOOD.replace(SPAN.encode(), b"0" * 16)],
        [GOOD.replace(SPAN.encode(), b"\xe9" * 16)],
        [b"01" + GOOD[2:] + b"-" + b"x" * 1_000],
    ],
)
def test_a_malformed_traceparent_is_continued_by_nobody(traceparents: list[bytes]) -> None:
    parent = trace.get_current_span(parent_of([(b"traceparent", value) for value in traceparents]))

    assert not parent.get_span_context().is_valid


@pytest.mark.parametrize("tracestate", [b"no pairs", b"a=" + b"x" * 1_000, b"\xff=\xfe"])
def test_a_malformed_tracestate_leaves_the_trace_what_it_is(tracestate: bytes) -> None:
    parent = trace.get_current_span(parent_of([(b"traceparent", GOOD), (b"tracestate", tracestate)])).get_span_context()

    assert (int(TRACE, 16), "") == (parent.trace_id, parent.trace_state.to_header())


async def test_a_later_version_of_traceparent_is_read_as_far_as_it_is_known() -> None:
    parent = trace.get_current_span(parent_of([(b"traceparent", b"01" + GOOD[2:] + b"-future")])).get_span_context()

    assert int(TRACE, 16) == parent.trace_id


async def test_a_method_that_clients_made_up_names_no_span() -> None:
    span = await _traced(_scope(method="BREW"))

    assert ("HTTP", "_OTHER", "BREW") == (
        span.name,
        span.attributes["http.request.method"],
        span.attributes["http.request.method_original"],
    )


@pytest.mark.parametrize(
    ("host", "address", "port"),
    [
        (b"mock.example", "mock.example", None),
        (b"mock.example:8080", "mock.example", 8080),
        (b"[::1]:8080", "::1", 8080),
        (b"[::1]", "::1", None),
        (b":8080", "", None),
        (b"", "", None),
    ],
)
async def test_the_host_header_names_the_server(host: bytes, address: str, port: int | None) -> None:
    span = await _traced(_scope(headers=[(b"host", host)]))

    assert (address, port) == (span.attributes["server.address"], span.attributes.get("server.port"))


async def test_the_log_names_the_span_while_it_lasts() -> None:
    remembered, seen = Remembered(), {}

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        seen.update(structlog.contextvars.get_contextvars())

    await traced_http(app, remembered.tracer, lambda _scope: {})(_scope(), None, None)
    span = identity(remembered.named("GET"))

    assert (f"{span.trace_id:032x}", f"{span.span_id:016x}") == (seen["trace_id"], seen["span_id"])
    assert not {"trace_id", "span_id"} & set(structlog.contextvars.get_contextvars())


async def test_a_span_ends_where_the_app_fails() -> None:
    remembered = Remembered()

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise RuntimeError("of the app's own")

    with pytest.raises(RuntimeError):
        await traced_http(app, remembered.tracer, lambda _scope: {})(_scope(), None, None)

    assert ["GET"] == remembered.names


async def test_lifespan_and_calls_that_nobody_wants_to_see_have_no_span() -> None:
    remembered, passed_on = Remembered(), []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        passed_on.append(scope["type"])

    def describe(_scope: Any) -> Attributes | None:
        return None

    traced = traced_http(app, remembered.tracer, describe)
    for kind in ("http", "websocket", "lifespan"):
        await traced(_scope(type=kind), None, None)

    assert ["http", "websocket", "lifespan"] == passed_on
    assert [] == remembered.names


def test_only_calls_of_a_batch_are_linked_and_forgotten_once_it_is_stored() -> None:
    remembered, calls = Remembered(), UnshippedCalls()
    tracer = remembered.tracer
    for entry in (b"a" * 100, b"b" * 100):
        with tracer.start_as_current_span(entry[:1].decode()):
            calls.note(entry)
    calls.note(b"c" * 100)

    linked = calls.links([b"a" * 100, b"c" * 100, b"of another worker" * 10])
    calls.forget([b"a" * 100])

    assert [identity(remembered.named("a"))] == [link.context for link in linked]
    assert [identity(remembered.named("b"))] == [link.context for link in calls.links([b"a" * 100, b"b" * 100])]


def _scope(**parts: Any) -> MutableMapping[str, Any]:
    return {"type": "http", "method": "GET", "path": "/a", "scheme": "http", "headers": []} | parts


async def _traced(scope: MutableMapping[str, Any]) -> Any:
    """Return the span of a call."""
    remembered = Remembered()

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        pass

    await traced_http(app, remembered.tracer, lambda _scope: {})(scope, None, None)
    (span,) = remembered.memory.get_finished_spans()
    return span
