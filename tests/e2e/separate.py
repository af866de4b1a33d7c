"""The suite as a cluster runs it: each service a process of its own, that a test can stop, kill and start again.

async with separate_suite(tmp_path, edges=2) as suite:
    await suite.catalog.kill()
    httpx.get(suite.edges[0].url + "/mocks/…")
    await suite.catalog.start()
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from services.client import Targets, Understudy, connect
from services.runtime.embedded import EmbeddedServer, is_alive, start_embedded
from tests.e2e.suite import API_KEY
from tests.ports import free_ports

SERVICE_TOKEN = "the token that the processes of this test share"  # noqa: S105 -- it guards loopback for a moment

START_SECONDS = 60.0


@dataclass(kw_only=True)
class Part:
    """One process of the suite, and how to run it."""

    name: str
    environment: dict[str, str]
    port: int
    metrics_port: int
    log: Path
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Return where it answers HTTP, if it does."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Return the process's id."""
        assert self.process is not None
        return self.process.pid

    async def start(self, *, until_ready: bool = True) -> None:
        """Start the process, and wait until it says that it is ready."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", f"services.{self.name}", env={**os.environ, **self.environment}, stderr=log
            )
        if until_ready:
            await self.wait_until_ready()

    async def wait_until_ready(self) -> None:
        """Wait until `/readyz` says yes."""
        async with asyncio.timeout(START_SECONDS):
            while not await asyncio.to_thread(self._is_ready):
                assert self.process is not None
                assert self.process.returncode is None, f"{self.name} ended:\n{self.log.read_text()}"
                await asyncio.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.metrics_port}/readyz", timeout=5) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    async def kill(self) -> None:
        """End the process without a word of warning."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask the process to end, and wait for it."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)
            await asyncio.wait_for(self.process.wait(), 30)


class Postgres:
    """A PostgreSQL server of the test's own, that it may stop."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._server: EmbeddedServer | None = None

    async def start(self) -> str:
        """Start the server, and return its URL."""
        self._server = await asyncio.to_thread(start_embedded, self._data)
        return self._server.get_uri()

    async def stop(self) -> None:
        """Stop the server."""
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)

    async def kill(self) -> None:
        """End the server without a word of warning; its children follow as soon as they notice."""
        number = int((self._data / "postmaster.pid").read_text().partition("\n")[0])
        os.kill(number, signal.SIGKILL)
        async with asyncio.timeout(START_SECONDS):
            while is_alive(self._data):
                await asyncio.sleep(0.01)


@dataclass(frozen=True, kw_only=True)
class SeparateSuite:
    """The processes of a suite, its database, and a client."""

    postgres: Postgres
    catalog: Part
    registry: Part
    calllog: Part
    edges: tuple[Part, ...]
    understudy: Understudy

    @property
    def behind(self) -> tuple[Part, Part, Part]:
        """Return the services behind the edges."""
        return self.catalog, self.registry, self.calllog


@asynccontextmanager
async def separate_suite(
    folder: Path, *, edges: int = 1, told: Mapping[str, str] | None = None
) -> AsyncIterator[SeparateSuite]:
    """Run PostgreSQL, the three services and some edges, until left; `told` are settings that all of them get."""
    postgres = Postgres(folder / "postgres")
    url = await postgres.start()
    parts: list[Part] = []
    try:
        await _migrate(url)
        new_part = _part_maker(folder, url, parts, told or {})
        registry, catalog, calllog = new_part("registry"), new_part("catalog"), new_part("calllog")
        workers = tuple(new_part("edge") for _ in range(edges))
        _tell_targets(registry, catalog, calllog, workers)
        await asyncio.gather(*(part.start() for part in parts))
        targets = Targets(catalog=_target(catalog), registry=_target(registry), calllog=_target(calllog))
        async with connect(targets, api_key=API_KEY) as understudy:
            yield SeparateSuite(
                postgres=postgres,
                catalog=catalog,
                registry=registry,
                calllog=calllog,
                edges=workers,
                understudy=understudy,
            )
    finally:
        for part in reversed(parts):
            await part.stop()
        await postgres.stop()


def _part_maker(folder: Path, database_url: str, parts: list[Part], told: Mapping[str, str]) -> Callable[[str], Part]:
    def new_part(name: str) -> Part:
        number = len(parts)
        port, metrics_port = free_ports(2)
        prefix = name.upper()
        settings: dict[str, object] = {
            "METRICS_HOST": "127.0.0.1",
            "METRICS_PORT": metrics_port,
            "SERVICE_TOKEN": SERVICE_TOKEN,
        }
        if name == "edge":
            settings |= {"HOST": "127.0.0.1", "PORT": port, "JOURNAL_DIR": folder / f"journal-{number}"}
        else:
            settings |= {"GRPC_HOST": "127.0.0.1", "GRPC_PORT": port, "HEALTH_PORT": 0, "DATABASE_URL": database_url}
        environment = {f"{prefix}_{key}": str(value) for key, value in (settings | dict(told)).items()}
        part = Part(
            name=name,
            environment=environment,
            port=port,
            metrics_port=metrics_port,
            log=folder / f"{name}-{number}.log",
        )
        parts.append(part)
        return part

    return new_part


def _tell_targets(registry: Part, catalog: Part, calllog: Part, edges: tuple[Part, ...]) -> None:
    registry.environment |= {
        "REGISTRY_CATALOG_TARGET": _target(catalog),
        "REGISTRY_ADMINISTRATOR_KEY": API_KEY,
    }
    catalog.environment["CATALOG_REGISTRY_TARGET"] = _target(registry)
    calllog.environment["CALLLOG_REGISTRY_TARGET"] = _target(registry)
    for edge in edges:
        for part in (registry, catalog, calllog):
            edge.environment[f"EDGE_{part.name.upper()}_TARGET"] = _target(part)


def _target(part: Part) -> str:
    return f"127.0.0.1:{part.port}"


async def _migrate(url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "migrate", "--database-url", url, stdout=asyncio.subprocess.DEVNULL
    )
    assert await asyncio.wait_for(process.wait(), START_SECONDS) == 0
