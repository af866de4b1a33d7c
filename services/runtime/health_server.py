"""A gRPC server for probes alone, on a port of its own, beside one that demands certificates which no kubelet has.

Kubernetes' documentation, "Configure Liveness, Readiness and Startup Probes": a gRPC probe asks `grpc.health.v1` in the
clear, and names a service where the probe does. Two names are known here: `liveness`, and the empty name, SERVING while
the process can answer at all; and `readiness`, what the process says at this moment.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from services.runtime.grpc_server import OPTIONS, bind
from services.runtime.leaving import IsReady

LIVENESS = ("", "liveness")
READINESS = "readiness"

READY_SECONDS = 2.0
"""Who cannot tell within two seconds whether it can work cannot work; a database that hangs takes longer."""


@asynccontextmanager
async def health_server(is_ready: IsReady, *, host: str, port: int) -> AsyncIterator[int]:
    """Answer probes until left, and yield the port. Raises OSError where it is taken."""
    server = grpc.aio.server(options=OPTIONS)
    health_pb2_grpc.add_HealthServicer_to_server(_Probes(is_ready), server)
    bound_port = bind(server, host, port)
    await server.start()
    try:
        yield bound_port
    finally:
        await asyncio.shield(server.stop(grace=None))


class _Probes(health_pb2_grpc.HealthServicer):
    """Answers Check. Watch is UNIMPLEMENTED: a probe asks anew each time."""

    def __init__(self, is_ready: IsReady) -> None:
        self._is_ready = is_ready

    async def Check(  # noqa: N802 -- gRPC's name
        self, request: HealthCheckRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> HealthCheckResponse:
        if request.service in LIVENESS:
            return HealthCheckResponse(status=HealthCheckResponse.SERVING)
        if request.service == READINESS:
            return await self._readiness()
        return await context.abort(grpc.StatusCode.NOT_FOUND, "Here are liveness and readiness.")

    async def _readiness(self) -> HealthCheckResponse:
        try:
            async with asyncio.timeout(READY_SECONDS):
                is_ready = await self._is_ready()
        except TimeoutError:
            is_ready = False
        return HealthCheckResponse(status=HealthCheckResponse.SERVING if is_ready else HealthCheckResponse.NOT_SERVING)
