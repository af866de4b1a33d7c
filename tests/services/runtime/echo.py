"""A small gRPC service whose methods do what a test tells them: one method of each kind, all about text."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.wrappers_pb2 import StringValue
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from services.runtime.grpc_server import Service
from services.wire.authentication import Metadata
from services.wire.channel import Caller
from services.wire.handlers import Context

FULL_NAME = "understudy.test.Echo"

MULTI_CALLABLES = {"Say": "unary_unary", "Collect": "stream_unary", "Count": "unary_stream", "Chat": "stream_stream"}
"""Each method and its kind."""


async def _say(text: str) -> str:
    return text


async def _count(text: str) -> AsyncIterator[str]:
    for number in range(int(text)):
        yield str(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What the methods do: `say` answers Say and Collect, `count` answers Count and Chat."""

    say: Callable[[str], Awaitable[str]] = _say
    count: Callable[[str], AsyncIterator[str]] = _count
    end_streams: Callable[[], Awaitable[None]] | None = None

    @property
    def service(self) -> Service:
        """Return the service."""
        return Service(FULL_NAME, self._register, self.end_streams)

    def _register(self, server: grpc.aio.Server) -> None:
        methods = {"Say": self._say, "Collect": self._collect, "Count": self._count, "Chat": self._chat}
        handlers = {
            name: getattr(grpc, f"{MULTI_CALLABLES[name]}_rpc_method_handler")(
                method, request_deserializer=StringValue.FromString, response_serializer=StringValue.SerializeToString
            )
            for name, method in methods.items()
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(FULL_NAME, handlers),))

    async def _say(self, request: StringValue, _context: Context) -> StringValue:
        return StringValue(value=await self.say(request.value))

    async def _collect(self, requests: AsyncIterator[StringValue], _context: Context) -> StringValue:
        return StringValue(value=await self.say(" ".join([request.value async for request in requests])))

    async def _count(self, request: StringValue, _context: Context) -> AsyncIterator[StringValue]:
        async for text in self.count(request.value):
            yield StringValue(value=text)

    async def _chat(self, requests: AsyncIterator[StringValue], _context: Context) -> AsyncIterator[StringValue]:
        async for request in requests:
            async for text in self.count(request.value):
                yield StringValue(value=text)


class EchoClient:
    """Calls the methods as the typed clients do: with credentials, a deadline, and domain errors."""

    def __init__(self, channel: grpc.aio.Channel, credentials: Metadata = ()) -> None:
        self._caller = Caller(credentials)
        self._methods = {name: method_of(channel, name) for name in MULTI_CALLABLES}

    async def say(self, text: str, *, seconds: float = 10) -> str:
        response = await self._caller.unary(self._methods["Say"], StringValue(value=text), seconds=seconds)
        return str(response.value)

    async def collect(self, *texts: str) -> str:
        response = await self._caller.unary(self._methods["Collect"], messages(*texts))
        return str(response.value)

    async def count(self, text: str, *, seconds: float | None = None) -> AsyncGenerator[str]:
        async for response in self._caller.stream(self._methods["Count"], StringValue(value=text), seconds=seconds):
            yield response.value

    async def chat(self, *texts: str) -> AsyncGenerator[str]:
        async for response in self._caller.stream(self._methods["Chat"], messages(*texts)):
            yield response.value


async def messages(*texts: str) -> AsyncIterator[StringValue]:
    """Yield each text as a message."""
    for text in texts:
        yield StringValue(value=text)


def method_of(channel: grpc.aio.Channel, name: str) -> Callable[..., Any]:
    """Return a method of the service on a channel, bare."""
    make = getattr(channel, MULTI_CALLABLES[name])
    bound: Callable[..., Any] = make(
        f"/{FULL_NAME}/{name}",
        request_serializer=StringValue.SerializeToString,
        response_deserializer=StringValue.FromString,
    )
    return bound


async def health_of(channel: grpc.aio.Channel, service: str = "") -> str:
    """Return the health that a server reports of a service, or of itself."""
    check: Callable[..., Any] = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    response = await check(health_pb2.HealthCheckRequest(service=service), timeout=10)
    return health_pb2.HealthCheckResponse.ServingStatus.Name(response.status)


async def health_changes(channel: grpc.aio.Channel) -> AsyncGenerator[str]:
    """Yield the health of a server now and whenever it changes."""
    watch: Callable[..., Any] = channel.unary_stream(
        "/grpc.health.v1.Health/Watch",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    call = watch(health_pb2.HealthCheckRequest(), timeout=30)
    try:
        async for response in call:
            yield health_pb2.HealthCheckResponse.ServingStatus.Name(response.status)
    finally:
        call.cancel()


async def services_of(channel: grpc.aio.Channel) -> set[str]:
    """Return the names of the services that a server's reflection lists."""
    ask: Callable[..., Any] = channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    call = ask(iter([reflection_pb2.ServerReflectionRequest(list_services="")]), timeout=10)
    (response,) = [response async for response in call]
    return {service.name for service in response.list_services_response.service}
