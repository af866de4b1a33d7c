"""Running a service for a test as what it is in production: a process of its own, told by its environment."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.services.serving import SERVICE_TOKEN

START_SECONDS = 30.0
"""A busy machine with two cores needs a while to import everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningProcess:
    """A service's process, and the ports it said it listens on."""

    process: asyncio.subprocess.Process
    grpc_port: int
    metrics_port: int

    async def stopped(self, *, seconds: float) -> int:
        """Send SIGTERM and return the exit code. Raises TimeoutError where it does not end in time."""
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), seconds)


@asynccontextmanager
async def running_process(module: str, environment: Mapping[str, str]) -> AsyncIterator[RunningProcess]:
    """Run `python -m MODULE`, wait until it listens, and yield it; whatever is left of it afterwards is killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env={**os.environ, **environment}, stderr=asyncio.subprocess.PIPE, limit=2**20
    )
    assert process.stderr is not None
    draining: asyncio.Task[None] | None = None
    try:
        ports = await asyncio.wait_for(logged_event(process.stderr, "listening"), START_SECONDS)
        draining = asyncio.create_task(drained(process.stderr))
        yield RunningProcess(process=process, grpc_port=ports["grpc_port"], metrics_port=ports["metrics_port"])
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        if draining is not None:
            await draining


def service_environment(service: str, database_url: str, **told: str) -> dict[str, str]:
    """Return the variables of a gRPC service on free ports of loopback; `told` are settings of its own."""
    settings = {
        "database_url": database_url,
        "service_token": SERVICE_TOKEN,
        "grpc_host": "127.0.0.1",
        "grpc_port": "0",
        "health_port": "0",
        "metrics_host": "127.0.0.1",
        "metrics_port": "0",
        **told,
    }
    return {f"{service}_{name}".upper(): value for name, value in settings.items()}


async def metrics_of_a_ready_process(running: RunningProcess) -> str:
    """Check that the process says that it lives and is ready, and return its metrics."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.metrics_port}") as http:
        assert (await http.get("/livez")).status_code == 200
        assert (await http.get("/readyz")).status_code == 200
        return (await http.get("/metrics")).text


async def logged_event(log: asyncio.StreamReader, event: str) -> dict[str, Any]:
    """Return the next log line of that event. Raises RuntimeError with everything that was logged where none comes."""
    seen = []
    async for line in log:
        seen.append(line.decode())
        if line.startswith(b"{") and (logged := json.loads(line))["event"] == event:
            return dict(logged)
    raise RuntimeError("the process ended:\n" + "".join(seen))


async def drained(log: asyncio.StreamReader) -> None:
    """Read a log to its end, so that its writer never waits for room."""
    async for _line in log:
        pass
