"""A gRPC server as an async context manager, with health, reflection, limits and a graceful drain."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.runtime.calls_in_flight import CallsInFlight
from services.runtime.leaving import Leaving

MAXIMUM_MESSAGE_BYTES = 64 * 1024 * 1024
"""An environment of 30 MB, Postman's limit, must fit with room to spare; collections are streamed in small chunks."""

FORGOTTEN_SECONDS = 0.5
"""How long a server that drains waits for calls that nobody handles. They are cancelled then, and their clients try
again elsewhere."""

CONNECTION_MINUTES = 5
"""After so long, more or less, a client is asked to connect anew, so that replicas which were added get their share of
clients behind a virtual address. Calls and watches that are under way stay where they are."""

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.max_metadata_size", 64 * 1024),
    ("grpc.so_reuseport", 0),  # Two servers on one port by accident must fail, not share.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.max_connection_age_ms", CONNECTION_MINUTES * 60_000),
)


@dataclass(frozen=True, slots=True)
class Service:
    """A servicer to serve: its full name, what registers it on a server, and what ends its endless streams.

    end_streams: called when the drain begins; without it a watch or a tail would hold the drain up to its limit.
    """

    full_name: str
    register: Callable[[grpc.aio.Server], None]
    end_streams: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers: the port it has, and the health it reports."""

    port: int
    health: health.aio.HealthServicer


class _Health(health.aio.HealthServicer):
    """The health service, whose watches end when the drain begins: they would hold it up to its limit."""

    def __init__(self) -> None:
        super().__init__()
        self._draining = asyncio.Event()

    async def Watch(self, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:  # noqa: N802 -- the contract's name
        """Tell of each change until the client leaves, or this server does."""
        watching = asyncio.ensure_future(super().Watch(request, context))
        draining = asyncio.ensure_future(self._draining.wait())
        try:
            await asyncio.wait((watching, draining), return_when=asyncio.FIRST_COMPLETED)
        finally:
            watching.cancel()
            draining.cancel()

    def end_watches(self) -> None:
        """End all watches."""
        self._draining.set()


@asynccontextmanager
async def grpc_server(  # noqa: PLR0913 -- each is a word of its own to whoever reads the call
    services: Sequence[Service],
    *,
    host: str,
    port: int,
    interceptors: Sequence[grpc.aio.ServerInterceptor],
    drain_seconds: float,
    leaving: Leaving | None = None,
    credentials: grpc.ServerCredentials | None = None,
) -> AsyncIterator[RunningServer]:
    """Serve until left; then report NOT_SERVING, linger, refuse new calls and give those in flight `drain_seconds`.

    Clients are told by GOAWAY, so that they make their next call elsewhere and lose none. `credentials` of TLS; without
    them calls come in the clear.
    Raises OSError where the address is taken.
    """
    in_flight = CallsInFlight()
    server = grpc.aio.server(interceptors=(in_flight, *interceptors), options=OPTIONS)
    reporter = _Health()
    health_pb2_grpc.add_HealthServicer_to_server(reporter, server)
    for service in services:
        service.register(server)
    names = [service.full_name for service in services]
    reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    bound_port = bind(server, host, port, credentials)
    await server.start()
    for name in ("", *names):
        await reporter.set(name, health_pb2.HealthCheckResponse.SERVING)
    try:
        yield RunningServer(bound_port, reporter)
    finally:
        await asyncio.shield(_leave(reporter, leaving or Leaving(), _drain(server, services, in_flight, drain_seconds)))


async def _leave(reporter: _Health, leaving: Leaving, drain: Coroutine[None, None, None]) -> None:
    await reporter.enter_graceful_shutdown()
    await leaving.linger()
    reporter.end_watches()
    await drain


async def _drain(
    server: grpc.aio.Server, services: Sequence[Service], in_flight: CallsInFlight, drain_seconds: float
) -> None:
    stopping = asyncio.create_task(server.stop(drain_seconds))
    for service in services:
        if service.end_streams is not None:
            await service.end_streams()
    await _handled(stopping, in_flight)
    await server.stop(None)
    await stopping


async def _handled(stopping: asyncio.Task[None], in_flight: CallsInFlight) -> None:
    """Wait until the server has stopped, or waits for nothing but calls that nobody handles."""
    while not stopping.done():
        idle = asyncio.create_task(in_flight.wait_for_none())
        await asyncio.wait((stopping, idle), return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()
        await asyncio.wait((stopping,), timeout=FORGOTTEN_SECONDS)
        if in_flight.is_none:
            return


def bind(server: grpc.aio.Server, host: str, port: int, credentials: grpc.ServerCredentials | None = None) -> int:
    """Put a server that was not started yet on a port, and return it. Raises OSError where it is taken."""
    address = f"{host}:{port}"
    try:
        if credentials is None:
            return server.add_insecure_port(address)
        return server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise OSError(f"Cannot listen on {host}:{port}: the address is in use or not this machine's.") from error
