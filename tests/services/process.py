"""Running a service for a test as what it is in production: a process of its own, told by its environment."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

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
        ports = await asyncio.wait_for(_first_event(process.stderr, "listening"), START_SECONDS)
        draining = asyncio.create_task(_drain(process.stderr))
        yield RunningProcess(process=process, grpc_port=ports["grpc_port"], metrics_port=ports["metrics_port"])
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        if draining is not None:
            await draining


async def _first_event(log: asyncio.StreamReader, event: str) -> dict[str, Any]:
    """Return the first log line of that event. Raises RuntimeError with everything that was logged where none comes."""
    seen = []
    async for line in log:
        seen.append(line.decode())
        if line.startswith(b"{") and (logged := json.loads(line))["event"] == event:
            return dict(logged)
    raise RuntimeError("the process ended:\n" + "".join(seen))


async def _drain(log: asyncio.StreamReader) -> None:
    async for _line in log:
        pass
