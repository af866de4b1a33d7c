"""A gRPC server as an async context manager, with health, reflection, limits and a graceful drain."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

MAXIMUM_MESSAGE_BYTES = 64 * 1024 * 1024
"""An environment of 30 MB, Postman's limit, must fit with room to spare; collections are streamed in small chunks."""

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.max_metadata_size", 64 * 1024),
    ("grpc.so_reuseport", 0),  # Two servers on one port by accident must fail, not share.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
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


@asynccontextmanager
async def grpc_server(
    services: Sequence[Service],
    *,
    host: str,
    port: int,
    interceptors: Sequence[grpc.aio.ServerInterceptor],
    drain_seconds: float,
) -> AsyncIterator[RunningServer]:
    """Serve until left; then report NOT_SERVING, refuse new calls and give those in flight `drain_seconds`.

    Raises OSError where the address is taken.
    """
    server = grpc.aio.server(interceptors=tuple(interceptors), options=OPTIONS)
    reporter = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(reporter, server)
    for service in services:
        service.register(server)
    names = [service.full_name for service in services]
    reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    bound_port = _bind(server, host, port)
    await server.start()
    for name in ("", *names):
        await reporter.set(name, health_pb2.HealthCheckResponse.SERVING)
    try:
        yield RunningServer(bound_port, reporter)
    finally:
        await asyncio.shield(_drain(server, reporter, services, drain_seconds))


async def _drain(
    server: grpc.aio.Server, reporter: health.aio.HealthServicer, services: Sequence[Service], drain_seconds: float
) -> None:
    await reporter.enter_graceful_shutdown()
    stopping = asyncio.create_task(server.stop(drain_seconds))
    for service in services:
        if service.end_streams is not None:
            await service.end_streams()
    await stopping


def _bind(server: grpc.aio.Server, host: str, port: int) -> int:
    try:
        return server.add_insecure_port(f"{host}:{port}")
    except RuntimeError as error:
        raise OSError(f"Cannot listen on {host}:{port}: the address is in use or not this machine's.") from error
