"""The RED set: every call is counted once, with the code it ended with, and nothing stays in flight."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest

from services.core.errors import NotFound, Unauthenticated, UnderstudyError
from tests.services.runtime.echo import FULL_NAME, Echo, EchoClient
from tests.services.serving import AS_SERVICE, Keys, Target, serving
from tests.services.waiting import until


async def say(text: str) -> str:
    match text:
        case "missing":
            raise NotFound("mock", text)
        case "broken":
            raise ZeroDivisionError
        case "forever":
            await asyncio.Event().wait()
    return text


async def count(text: str) -> AsyncIterator[str]:
    yield "first"
    yield await say(text)


ECHO = Echo(say=say, count=count).service


def counted(target: Target, method: str, code: str) -> float:
    return target.count("understudy_grpc_calls_total", grpc_method=f"/{FULL_NAME}/{method}", code=code)


def in_flight(target: Target, method: str) -> float:
    return target.count("understudy_grpc_calls_in_flight", grpc_method=f"/{FULL_NAME}/{method}")


def timed(target: Target, method: str) -> float:
    return target.count("understudy_grpc_call_seconds_count", grpc_method=f"/{FULL_NAME}/{method}")


async def test_calls_are_counted_by_the_code_they_ended_with() -> None:
    async with serving([ECHO], keys=Keys()) as target:
        client = EchoClient(target.channel, AS_SERVICE)
        await client.say("x")
        for text in ("missing", "missing", "broken"):
            with pytest.raises(UnderstudyError):
                await client.say(text)
        with pytest.raises(Unauthenticated):
            await EchoClient(target.channel).say("x")

        assert counted(target, "Say", "OK") == 1
        assert counted(target, "Say", "NOT_FOUND") == 2
        assert counted(target, "Say", "INTERNAL") == 1
        assert counted(target, "Say", "UNAUTHENTICATED") == 1
        assert timed(target, "Say") == 5
        assert in_flight(target, "Say") == 0


async def test_streams_are_counted_when_they_end() -> None:
    async with serving([ECHO], keys=Keys()) as target:
        client = EchoClient(target.channel, AS_SERVICE)
        assert ["first", "x"] == [text async for text in client.count("x")]
        failing = client.count("missing")
        await anext(failing)
        with pytest.raises(NotFound):
            await anext(failing)

        assert counted(target, "Count", "OK") == 1
        assert counted(target, "Count", "NOT_FOUND") == 1
        assert in_flight(target, "Count") == 0


async def test_a_stream_is_in_flight_until_its_caller_leaves_which_counts_as_cancelled() -> None:
    async with serving([ECHO], keys=Keys()) as target:
        stream = EchoClient(target.channel, AS_SERVICE).count("forever")
        await anext(stream)

        assert in_flight(target, "Count") == 1

        await stream.aclose()
        await until(lambda: in_flight(target, "Count") == 0)

        assert counted(target, "Count", "CANCELLED") == 1


async def test_a_call_whose_caller_leaves_counts_as_cancelled() -> None:
    async with serving([ECHO], keys=Keys()) as target:
        call = asyncio.create_task(EchoClient(target.channel, AS_SERVICE).say("forever"))
        await until(lambda: in_flight(target, "Say") == 1)
        call.cancel()
        await until(lambda: in_flight(target, "Say") == 0)

        assert counted(target, "Say", "CANCELLED") == 1


async def test_every_kind_of_method_is_counted() -> None:
    async with serving([ECHO], keys=Keys()) as target:
        client = EchoClient(target.channel, AS_SERVICE)
        await client.collect("x", "y")
        assert [text async for text in client.chat("x")]

        assert counted(target, "Collect", "OK") == 1
        assert counted(target, "Chat", "OK") == 1


async def test_methods_that_do_not_exist_make_no_label() -> None:
    async with serving([ECHO], keys=Keys()) as target:
        unknown: Callable[..., Any] = target.channel.unary_unary(f"/{FULL_NAME}/Guess")
        with pytest.raises(grpc.aio.AioRpcError, match="UNIMPLEMENTED"):
            await unknown(b"", metadata=AS_SERVICE)
        methods = {
            sample.labels["grpc_method"]
            for metric in target.metrics.collect()
            for sample in metric.samples
            if "grpc_method" in sample.labels
        }

    assert set() == methods
