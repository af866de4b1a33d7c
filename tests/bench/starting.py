"""How long `understudy up` takes until its first mock answers: on a new data directory, and on one it knows."""

import asyncio
import json
import re
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

from tests.bench.rig import items, path_of
from tests.builders import a_collection
from tests.ports import free_ports

DEADLINE_SECONDS = 120.0

MOCK_URL = re.compile(r"http://[^\s\x1b]+/mocks/[0-9a-f-]+")


async def starting_seconds(folder: Path) -> tuple[float, float]:
    """Start `up` twice on one data directory, and return how long each took until a mock answered.

    Raises RuntimeError where it ends before that.
    """
    collection = folder / "shop.json"
    collection.write_text(json.dumps(a_collection(*items(10))))
    first, url = await _start(folder, collection, None)
    again, _ = await _start(folder, collection, url)
    return first, again


async def _start(folder: Path, collection: Path, known_url: str | None) -> tuple[float, str]:
    """Return how long it took, and the mock's URL; where the URL is known it is tried from the beginning."""
    edge_port, *others = free_ports(4)
    if known_url:
        edge_port = httpx.URL(known_url).port or edge_port
    ports = [f"--{name}-port={port}" for name, port in zip(("gateway", "grpc", "metrics"), others, strict=True)]
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "up", str(collection), f"--data={folder / 'data'}"),
        *(f"--edge-port={edge_port}", *ports),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            url = known_url or await _printed_url(process)
            await _until_answered(process, url + path_of(0))
        return time.monotonic() - began, url
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def _printed_url(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    seen = []
    async for line in process.stdout:
        seen.append(line.decode())
        if (found := MOCK_URL.search(seen[-1])) is not None:
            return found[0]
    raise RuntimeError("understudy up ended without a mock's URL:\n" + "".join(seen))


async def _until_answered(process: asyncio.subprocess.Process, url: str) -> None:
    async with httpx.AsyncClient() as http:
        while process.returncode is None:
            with suppress(httpx.TransportError):
                if (await http.get(url)).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(0.02)
    raise RuntimeError("understudy up ended before its mock answered")
