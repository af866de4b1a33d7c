"""WireMock beside the edge, where it is installed: the same stubs, the same load, the same processor."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from tests.bench.rig import BODY, MEASURED_CORE, path_of, pin_to
from tests.ports import free_port

HOW_TO_GET_IT = "WireMock is not measured: it is not installed (npm install wiremock; it needs java)."

JAR_VARIABLE = "UNDERSTUDY_WIREMOCK_JAR"


def wiremock_jar() -> Path | None:
    """Return WireMock's jar: named by the environment, or in this folder's node_modules."""
    if shutil.which("java") is None:
        return None
    if named := os.environ.get(JAR_VARIABLE):
        return Path(named) if Path(named).is_file() else None
    return next(iter(sorted(Path("node_modules/wiremock").rglob("wiremock-standalone-*.jar"))), None)


@asynccontextmanager
async def wiremock(jar: Path, folder: Path, *, examples: int) -> AsyncIterator[int]:
    """Run WireMock with a stub for each example, and yield its port."""
    port = free_port()
    await asyncio.to_thread(_write_stubs, folder / f"wiremock-{examples}", examples)
    process = await asyncio.create_subprocess_exec(
        *("java", "-jar", str(jar), "--port", str(port), "--root-dir", str(folder / f"wiremock-{examples}")),
        *("--disable-banner", "--max-request-journal-entries", "1000"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    pin_to(MEASURED_CORE, process.pid)
    try:
        await _until_it_answers(process, f"http://127.0.0.1:{port}{path_of(0)}")
        yield port
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _write_stubs(folder: Path, examples: int) -> None:
    (folder / "mappings").mkdir(parents=True)
    stubs = [
        {
            "request": {"method": "GET", "urlPath": path_of(number)},
            "response": {"status": 200, "body": BODY, "headers": {"Content-Type": "application/json"}},
        }
        for number in range(examples)
    ]
    (folder / "mappings" / "stubs.json").write_text(json.dumps({"mappings": stubs}))


async def _until_it_answers(process: asyncio.subprocess.Process, url: str) -> None:
    async with asyncio.timeout(120), httpx.AsyncClient(timeout=30) as http:
        while process.returncode is None:
            with suppress(httpx.TransportError):
                if (await http.get(url)).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(0.1)
    raise RuntimeError("WireMock ended before it answered")
