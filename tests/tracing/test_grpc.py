"""Traces across gRPC: each kind of call, how calls end, and the calls that belong to no trace."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
import trustme
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, Tracer
from prometheus_client import CollectorRegistry

from services.core.errors import NotFound, Unavailable
from services.runtime.grpc_server import grpc_server
from services.wire.authentication import service_credentials
from services.wire.certificates import server_credentials
from services.wire.channel import open_channel
from services.wire.interceptors import server_interceptors
from services.wire.tracing import TracingInterceptor, client_interceptors, server_of
from tests.services.runtime.authorities import new_pki
from tests.services.runtime.echo import FULL_NAME, Echo, EchoClient, health_of
from tests.services.serving import SERVICE_TOKEN, Keys
from tests.tracing.memory import Remembered, failed, identity


@dataclass(frozen=True, slots=True)
class Pair:
    """A client and a server that trace; each remembers its own spans."""

    client: EchoClient
    service: EchoClient
    channel: grpc.aio.Channel
    tracer: Tracer
    asked: Remembered
    answered: Remembered


@asynccontextmanager
async def pair(echo: Echo, *, keeps_roots: bool = True) -> AsyncIterator[Pair]:
    """Run a traced server with that service, and a traced channel to it, as a user and as a service of the suite."""
    asked, answered, keys = Remembered(keeps_roots), Remembered(), Keys()
    tracer = asked.tracer
    interceptors = server_interceptors(
        keys, service_token=SERVICE_TOKEN, metrics=CollectorRegistry(), tracer=answered.tracer
    )
    async with (
        grpc_server([echo.service], host="127.0.0.1", port=0, interceptors=interceptors, drain_seconds=1) as server,
        open_channel(f"127.0.0.1:{server.port}", tracer=tracer) as channel,
    ):
        user, service = EchoClient(channel, keys.issue()), EchoClient(channel, service_credentials(SERVICE_TOKEN))
        yield Pair(user, service, channel, tracer, asked, answered)


async def _use_all(client: EchoClient) -> None:
    await client.say("a")
    await client.collect("a", "b")
    assert ["0", "1"] == [text async for text in client.count("2")]


async def test_calls_of_each_kind_are_in_the_trace_of_the_span_that_they_are_made_in() -> None:
    async with pair(Echo()) as both:
        with both.tracer.start_as_current_span("cause") as cause:
            await _use_all(both.client)

    for method in ("Say", "Collect", "Count"):
        asked, answered = (side.named(f"{FULL_NAME}/{method}") for side in (both.asked, both.answered))
        assert asked.parent == cause.get_span_context()
        assert answered.parent is not None
        assert identity(asked).span_id == answered.parent.span_id
        assert (identity(asked).trace_id, True) == (identity(answered).trace_id, answered.parent.is_remote)
        assert (SpanKind.CLIENT, SpanKind.SERVER) == (asked.kind, answered.kind)
        assert ["OK", "OK"] == [_attribute(span, "rpc.response.status_code") for span in (asked, answered)]
        assert not failed(asked)
        assert not failed(answered)


async def test_what_a_servicer_does_is_in_the_trace_of_its_call() -> None:
    seen: list[str] = []
    remembered = Remembered()
    tracer = remembered.tracer

    async def say(text: str) -> str:
        tracer.start_span("inside").end()
        seen.append(text)
        return text

    async with pair(Echo(say=say)) as both:
        await both.client.say("a")

    assert ["a"] == seen
    assert identity(both.answered.named(f"{FULL_NAME}/Say")) == remembered.named("inside").parent


async def test_a_users_call_without_a_trace_begins_one_and_a_services_does_not() -> None:
    async with pair(Echo()) as both:
        await both.service.say("on its own account")
        begun_by_service = list(both.answered.names)
        await both.client.say("of a user")

    assert [] == begun_by_service
    assert [f"{FULL_NAME}/Say"] == both.answered.names
    assert both.answered.named(f"{FULL_NAME}/Say").parent is None
    assert [] == both.asked.names


async def test_that_a_trace_is_not_kept_is_passed_on() -> None:
    async with pair(Echo(), keeps_roots=False) as both:
        with both.tracer.start_as_current_span("cause"):
            await _use_all(both.client)

    assert [] == both.asked.names
    assert [] == both.answered.names


async def test_a_task_that_outlives_the_span_it_was_begun_in_has_no_spans() -> None:
    ended = asyncio.Event()

    async with pair(Echo()) as both:

        async def late() -> None:
            await ended.wait()
            await both.service.say("late")

        with both.tracer.start_as_current_span("cause"):
            task = asyncio.create_task(late())
        ended.set()
        await task

    assert ["cause"] == both.asked.names
    assert [] == both.answered.names


@pytest.mark.parametrize(
    ("error", "code", "is_fault_of_server"),
    [(NotFound("mock", "m1"), "NOT_FOUND", False), (Unavailable("later"), "UNAVAILABLE", True)],
)
async def test_a_call_that_fails_says_how(error: Exception, code: str, is_fault_of_server: bool) -> None:  # noqa: FBT001 -- a row of a table
    async def say(_text: str) -> str:
        raise error

    async def count(_text: str) -> AsyncIterator[str]:
        yield "the first"
        raise error

    async with pair(Echo(say=say, count=count)) as both:
        with both.tracer.start_as_current_span("cause"):
            with pytest.raises(type(error)):
                await both.client.say("a")
            with pytest.raises(type(error)):
                _ = [text async for text in both.client.count("2")]

    asked = [span for span in both.asked.memory.get_finished_spans() if span.name != "cause"]
    answered = both.answered.memory.get_finished_spans()
    assert {code} == {_attribute(span, "rpc.response.status_code") for span in (*asked, *answered)}
    assert [True, True] == [failed(span) for span in asked]
    assert {is_fault_of_server} == {failed(span) for span in answered}


async def test_a_caller_that_gives_up_cancels_the_call_as_without_tracing() -> None:
    begun, given_up = asyncio.Event(), asyncio.Event()

    async def say(_text: str) -> str:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()
        return ""

    async with pair(Echo(say=say)) as both:
        with both.tracer.start_as_current_span("cause"):
            call = asyncio.create_task(both.client.say("a"))
            await begun.wait()
            call.cancel()
            await asyncio.wait([call])
        await asyncio.wait_for(given_up.wait(), 10)

    assert call.cancelled()
    assert "CANCELLED" == _attribute(both.asked.named(f"{FULL_NAME}/Say"), "rpc.response.status_code")


async def test_traces_travel_over_mutual_tls_too(tmp_path: Path) -> None:
    authority, asked, answered, keys = trustme.CA(), Remembered(), Remembered(), Keys()
    tracer, pki = asked.tracer, new_pki(tmp_path / "both", authority)
    interceptors = server_interceptors(
        keys, service_token=SERVICE_TOKEN, metrics=CollectorRegistry(), tracer=answered.tracer
    )
    async with (
        grpc_server(
            [Echo().service],
            host="127.0.0.1",
            port=0,
            interceptors=interceptors,
            drain_seconds=1,
            credentials=server_credentials(pki),
        ) as server,
        open_channel(f"localhost:{server.port}", pki, tracer=tracer) as channel,
    ):
        with tracer.start_as_current_span("cause"):
            await _use_all(EchoClient(channel, keys.issue()))

    methods = [f"{FULL_NAME}/{method}" for method in ("Say", "Collect", "Count")]
    assert [*methods, "cause"] == asked.names
    assert methods == answered.names


async def test_health_has_no_spans() -> None:
    async with pair(Echo()) as both:
        assert "SERVING" == await health_of(both.channel)

    assert [] == both.answered.names


@pytest.mark.parametrize("method", ["understudy.registry.v1.WatchService/Watch", "x.CallLogService/TailCallLogEntries"])
async def test_endless_streams_are_left_alone(method: str) -> None:
    handler: grpc.RpcMethodHandler[object, object] = grpc.unary_stream_rpc_method_handler(lambda _request, _context: ())

    async def continuation(_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[object, object]":
        return handler

    class Details:
        def __init__(self) -> None:
            self.method = f"/{method}"
            self.invocation_metadata = ()

    interceptor = TracingInterceptor(Remembered().tracer)

    assert handler is await interceptor.intercept_service(continuation, Details())  # type: ignore[arg-type] # a double


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("catalog:7000", {"server.address": "catalog", "server.port": 7000}),
        ("dns:///catalog-headless:7000", {"server.address": "catalog-headless", "server.port": 7000}),
        ("[::1]:7000", {"server.address": "::1", "server.port": 7000}),
        ("unix:/run/catalog", {"server.address": "unix:/run/catalog"}),
    ],
)
def test_a_target_names_its_server(target: str, expected: dict[str, str | int]) -> None:
    assert expected == server_of(target)


def test_there_is_an_interceptor_for_each_kind_of_call_that_the_clients_make() -> None:
    kinds = (
        grpc.aio.UnaryUnaryClientInterceptor,
        grpc.aio.StreamUnaryClientInterceptor,
        grpc.aio.UnaryStreamClientInterceptor,
    )

    assert [True] * 3 == list(map(isinstance, client_interceptors(Remembered().tracer, "catalog:7000"), kinds))


def _attribute(span: ReadableSpan, name: str) -> object:
    assert span.attributes is not None
    return span.attributes.get(name)
