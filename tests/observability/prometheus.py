"""A real Prometheus that scrapes the suite of a test, where Debian's package is installed."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.ports import free_port
from tests.services.edge.suite import DEADLINE_SECONDS

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Answers expressions of PromQL."""

    http: httpx.AsyncClient

    async def query(self, expr: str) -> Rows | str:
        """Return what an expression gives now, or what is wrong with it."""
        reply = (await self.http.post("/api/v1/query", data={"query": expr})).json()
        return list(reply["data"]["result"]) if reply["status"] == "success" else str(reply["error"])

    async def scraped_all(self, targets: int) -> None:
        """Wait until each of the targets was scraped once more. Raises TimeoutError where they are not in time."""
        everything = f"count((timestamp(up) > {time.time()}) and (up == 1)) == {targets}"
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not await self.query(everything):
                await asyncio.sleep(0.1)


@asynccontextmanager
async def running_prometheus(command: str, ports: Mapping[str, int], folder: Path) -> AsyncIterator[Prometheus]:
    """Scrape each port once a second, until left, with the labels that the Prometheus Operator gives a target."""
    config, port = folder / "prometheus.yaml", free_port()
    config.write_text(yaml.safe_dump(_config(ports)), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        command,
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE_SECONDS) as http:
            await _until_ready(http)
            yield Prometheus(http)
    finally:
        process.terminate()
        await process.wait()


async def _until_ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            try:
                if (await http.get("/-/ready")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


def _config(ports: Mapping[str, int]) -> dict[str, Any]:
    def job(name: str, port: int) -> dict[str, Any]:
        service = f"understudy-{name}"
        labels = {"namespace": "mocks", "service": service, "pod": f"{service}-0", "container": name}
        target = {"targets": [f"127.0.0.1:{port}"], "labels": labels | {"endpoint": "metrics"}}
        return {"job_name": service, "static_configs": [target]}

    return {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [job(name, port) for name, port in ports.items()],
    }
