"""What is measured, and where: the edge and the bare app on the first processor, everything else on the second."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from services.core.mocks import Mock
from tests.builders import Json, an_example, an_item
from tests.services.edge.suite import Suite, edge_environment, listening_line
from tests.services.process import drained

MEASURED_CORE = 0
OTHER_CORE = 1

MEBIBYTE = 1024 * 1024

JOURNAL_BYTES = 4096 * MEBIBYTE
"""Room for all calls of a benchmark: calllog shares a processor with the load and may lag behind."""

BODY = json.dumps({"text": "x" * 1_010})
"""A body of 1 KiB."""

LITERALS = 200
"""How many names there are beside each other in a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process under measurement."""

    process: asyncio.subprocess.Process
    port: int

    @property
    def resident_bytes(self) -> int:
        """Return how much memory it takes up."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    @property
    def busy_seconds(self) -> float:
        """Return how much processor time it has used."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)


def pin_to(core: int, pid: int = 0) -> None:
    """Keep a process, by default this one, on one processor; where there is only one, there is nothing to choose."""
    os.sched_setaffinity(pid, {core % (os.cpu_count() or 1)})


def path_of(number: int) -> str:
    """Return the path of an example."""
    return f"/api/v1/things/{number % LITERALS}/parts/{number // LITERALS}"


def items(count: int) -> list[Json]:
    """Return as many items, each with an example of 1 KiB."""
    return [an_item(an_example(url=f"https://api.example{path_of(number)}", body=BODY)) for number in range(count)]


@asynccontextmanager
async def edge_worker(suite: Suite, folder: Path) -> AsyncIterator[Worker]:
    """Run an edge process beside the suite."""
    environment = edge_environment(
        suite, folder / "journal", journal_bytes=JOURNAL_BYTES, ship_drain_seconds=0, drain_seconds=1, log_level="info"
    )
    async with _process("services.edge", environment=environment) as process:
        assert process.stderr is not None
        line = await listening_line(process.stderr)
        await asyncio.wait_for(_until_ready(line["metrics_port"]), 60)
        draining = asyncio.create_task(drained(process.stderr))
        yield Worker(process=process, port=line["port"])
        process.terminate()
        await process.wait()
        await draining


@asynccontextmanager
async def bare_worker(reply: httpx.Response, folder: Path) -> AsyncIterator[Worker]:
    """Run the bare app, with the status, headers and body of a reply of the edge."""
    headers = [[name, value] for name, value in reply.headers.multi_items() if name != "date"]
    told = folder / "reply.json"
    told.write_text(json.dumps({"status": reply.status_code, "headers": headers, "body": reply.text}))
    async with _process("tests.bench.bare_app", str(told)) as process:
        assert process.stdout is not None
        yield Worker(process=process, port=int(await asyncio.wait_for(process.stdout.readline(), 60)))


@asynccontextmanager
async def _process(
    module: str, *arguments: str, environment: dict[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        env=os.environ | (environment or {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    pin_to(MEASURED_CORE, process.pid)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _until_ready(metrics_port: int) -> None:
    async with httpx.AsyncClient() as http:
        while (await http.get(f"http://127.0.0.1:{metrics_port}/readyz")).status_code != httpx.codes.OK:
            await asyncio.sleep(0.05)


async def until_shipped(worker: Worker, *, seconds: float) -> int:
    """Wait until the journal is empty, so that shipping does not weigh on the next measurement; return what is left."""
    url = f"http://127.0.0.1:{worker.port}/_understudy/diagnostics"
    left = 0
    async with httpx.AsyncClient(timeout=30) as http:
        for _ in range(int(seconds / 0.1)):
            left = int((await http.get(url)).json()["journal"]["pending_entries"])
            if not left:
                break
            await asyncio.sleep(0.1)
    return left


def urls(mock: Mock, paths: Sequence[str]) -> list[str]:
    """Return the paths of a mock as they are on the edge's port."""
    return [f"/mocks/{mock.id}{path}" for path in paths]
