"""A gRPC server's life: it reports its health, lists its services, and drains without losing a call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import grpc
import pytest

from services.core.errors import TooLarge, Unavailable
from services.runtime.grpc_server import grpc_server
from services.wire.channel import open_channel
from tests.services.runtime.echo import (
    FULL_NAME,
    Echo,
    EchoClient,
    health_changes,
    health_of,
    services_of,
)
from tests.services.serving import AS_SERVICE, Keys, serving

DEADLINE_SECONDS = 20


class Slow:
    """An echo that tells when a call has begun, and answers when it is let."""

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.was_cancelled = asyncio.Event()

    async def say(self, text: str) -> str:
        self.has_begun.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.was_cancelled.set()
            raise
        return text

    async def count(self, text: str) -> AsyncIterator[str]:
        yield "begun"
        yield await self.say(text)


async def test_each_service_and_the_server_itself_report_that_they_serve() -> None:
    async with serving([Echo().service], keys=Keys()) as target:
        assert await health_of(target.channel) == "SERVING"
        assert await health_of(target.channel, FULL_NAME) == "SERVING"
        with pytest.raises(grpc.aio.AioRpcError, match="NOT_FOUND"):
            await health_of(target.channel, "understudy.test.Unknown")


async def test_reflection_lists_every_service() -> None:
    async with serving([Echo().service], keys=Keys()) as target:
        assert {
            FULL_NAME,
            "grpc.health.v1.Health",
            "grpc.reflection.v1alpha.ServerReflection",
        } == await services_of(target.channel)


async def test_a_port_that_is_taken_is_an_error_that_says_so() -> None:
    async with serving([Echo().service], keys=Keys()) as target:
        second = grpc_server(
            [Echo().service], host="127.0.0.1", port=target.server.port, interceptors=(), drain_seconds=0
        )
        with pytest.raises(OSError, match=f"Cannot listen on 127.0.0.1:{target.server.port}"):
            await second.__aenter__()


async def test_while_it_drains_a_call_in_flight_ends_and_new_ones_are_refused() -> None:
    slow = Slow()
    async with AsyncExitStack() as server:
        target = await server.enter_async_context(
            serving([Echo(say=slow.say).service], keys=Keys(), drain_seconds=DEADLINE_SECONDS)
        )
        async with open_channel(target.address) as channel, open_channel(target.address) as other:
            changes = health_changes(other)
            assert await anext(changes) == "SERVING"
            in_flight = asyncio.create_task(EchoClient(channel, AS_SERVICE).say("in flight"))
            await slow.has_begun.wait()

            leaving = asyncio.create_task(server.pop_all().aclose())

            assert await asyncio.wait_for(anext(changes), DEADLINE_SECONDS) == "NOT_SERVING"
            async with open_channel(target.address) as late:
                with pytest.raises(Unavailable):
                    await EchoClient(late, AS_SERVICE).say("late")
            assert not leaving.done()
            await changes.aclose()

            slow.may_end.set()

            assert await in_flight == "in flight"
            await asyncio.wait_for(leaving, DEADLINE_SECONDS)


async def test_a_call_that_outlasts_the_drain_is_cancelled() -> None:
    slow = Slow()
    async with AsyncExitStack() as server:
        target = await server.enter_async_context(serving([Echo(say=slow.say).service], keys=Keys(), drain_seconds=0.1))
        async with open_channel(target.address) as channel:
            in_flight = asyncio.create_task(EchoClient(channel, AS_SERVICE).say("in flight"))
            await slow.has_begun.wait()
            await server.aclose()

            with pytest.raises(Unavailable):
                await in_flight
            await asyncio.wait_for(slow.was_cancelled.wait(), DEADLINE_SECONDS)


async def test_the_drain_ends_endless_streams_at_its_beginning() -> None:
    slow = Slow()

    async def end_streams() -> None:
        slow.may_end.set()

    echo = Echo(count=slow.count, end_streams=end_streams)
    async with AsyncExitStack() as server:
        target = await server.enter_async_context(
            serving([echo.service], keys=Keys(), drain_seconds=DEADLINE_SECONDS * 10)
        )
        async with open_channel(target.address) as channel:
            stream = EchoClient(channel, AS_SERVICE).count("the end")
            assert await anext(stream) == "begun"

            await asyncio.wait_for(server.aclose(), DEADLINE_SECONDS)

            assert ["the end"] == [text async for text in stream]


async def test_a_call_past_its_deadline_is_unavailable_to_its_caller_and_cancelled_in_the_service() -> None:
    slow = Slow()
    async with serving([Echo(say=slow.say, count=slow.count).service], keys=Keys()) as target:
        client = EchoClient(target.channel, AS_SERVICE)
        with pytest.raises(Unavailable, match="in time"):
            await client.say("x", seconds=0.1)
        await asyncio.wait_for(slow.was_cancelled.wait(), DEADLINE_SECONDS)

        stream = client.count("x", seconds=0.3)
        assert await anext(stream) == "begun"
        with pytest.raises(Unavailable, match="in time"):
            await anext(stream)


async def test_a_service_that_is_not_there_is_unavailable() -> None:
    async with serving([Echo().service], keys=Keys()) as target:
        pass
    async with open_channel(target.address) as channel:
        with pytest.raises(Unavailable):
            await EchoClient(channel, AS_SERVICE).say("x")


async def test_a_client_finds_a_service_again_that_was_restarted() -> None:
    async with AsyncExitStack() as first:
        target = await first.enter_async_context(serving([Echo().service], keys=Keys()))
        async with open_channel(target.address) as channel:
            client = EchoClient(channel, AS_SERVICE)
            await client.say("x")
            await first.aclose()
            with pytest.raises(Unavailable):
                await client.say("x")

            async with grpc_server(
                [Echo().service], host="127.0.0.1", port=target.server.port, interceptors=(), drain_seconds=0
            ):
                assert await client.say("again") == "again"


async def test_a_message_of_40_mb_passes_and_one_of_70_mb_is_too_large() -> None:
    async with serving([Echo().service], keys=Keys()) as target:
        client = EchoClient(target.channel, AS_SERVICE)

        assert len(await client.say("x" * 40_000_000)) == 40_000_000
        with pytest.raises(TooLarge):
            await client.say("x" * 70_000_000)


async def test_a_server_may_serve_several_services_on_one_port() -> None:
    async with serving([Echo().service, Echo().service], keys=Keys()) as target:
        assert await EchoClient(target.channel, AS_SERVICE).say("x") == "x"
