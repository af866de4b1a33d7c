"""The whole suite around an edge, for its tests: catalog, registry and calllog on one port, as `up` runs them.

The services can be stopped and started again on the same port and databases while the edge goes on.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.calllog.app import calllog_parts
from services.calllog.settings import CallLogSettings
from services.catalog.app import catalog_parts
from services.catalog.settings import CatalogSettings
from services.core.access.visibility import Visibility
from services.core.call_log import CallLogEntry
from services.core.ids import CollectionId, MockId
from services.core.mocks import Mock, MockDraft
from services.edge.app import RunningEdge, edge_service
from services.edge.settings import EdgeSettings
from services.registry.app import registry_parts
from services.registry.settings import RegistrySettings
from services.runtime.grpc_server import grpc_server
from services.wire.authentication import credentials_of
from services.wire.calllog_client import CallLogClient
from services.wire.catalog_client import CatalogClient
from services.wire.channel import open_channel
from services.wire.interceptors import server_interceptors
from services.wire.registry_client import RegistryClient
from tests.builders import Json, a_collection, document
from tests.ports import free_port
from tests.services.process import logged_event
from tests.services.serving import SERVICE_TOKEN

_numbers = itertools.count(1)

API_KEY = "USK-the-key-of-the-first-administrator"

DEADLINE_SECONDS = 20.0
"""For what must happen at once; a busy machine may take a while nevertheless."""


@dataclass(slots=True)
class Suite:
    """The three gRPC services, and clients of them with the first administrator's key."""

    databases: dict[str, str]
    port: int = field(default_factory=free_port)
    running: AsyncExitStack = field(default_factory=AsyncExitStack)
    channel: grpc.aio.Channel | None = None

    @property
    def target(self) -> str:
        """Return where the services answer."""
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Run the services until `stop`."""
        token, metrics = SecretStr(SERVICE_TOKEN), CollectorRegistry()
        stack = self.running
        catalog = await stack.enter_async_context(
            catalog_parts(CatalogSettings(database_url=SecretStr(self.databases["catalog"])), metrics)
        )
        registry = await stack.enter_async_context(
            registry_parts(
                RegistrySettings(
                    database_url=SecretStr(self.databases["registry"]), catalog_target=self.target, service_token=token
                ),
                metrics,
            )
        )
        calllog = await stack.enter_async_context(
            calllog_parts(CallLogSettings(database_url=SecretStr(self.databases["calllog"])), metrics)
        )
        await registry.bootstrap(administrator_key=API_KEY)
        await stack.enter_async_context(
            grpc_server(
                (*catalog.services, *registry.services, *calllog.services),
                host="127.0.0.1",
                port=self.port,
                interceptors=server_interceptors(registry.keys, service_token=SERVICE_TOKEN, metrics=metrics),
                drain_seconds=0,
            )
        )

    async def stop(self) -> None:
        """Stop the services; databases and port stay what they are."""
        await self.running.aclose()
        self.running = AsyncExitStack()

    @property
    def catalog(self) -> CatalogClient:
        """Return the catalog as the administrator sees it."""
        assert self.channel is not None
        return CatalogClient(self.channel, credentials_of(API_KEY))

    @property
    def registry(self) -> RegistryClient:
        """Return the registry as the administrator sees it."""
        assert self.channel is not None
        return RegistryClient(self.channel, credentials_of(API_KEY))

    @property
    def calllog(self) -> CallLogClient:
        """Return the call log as the administrator sees it."""
        assert self.channel is not None
        return CallLogClient(self.channel, credentials_of(API_KEY))

    async def import_(self, *items: Json, **fields: Any) -> CollectionId:
        """Import a collection of these items."""
        return (await self.catalog.import_collection(document(a_collection(*items, **fields)))).collection.id

    async def mock(self, *items: Json, is_private: bool = False, **fields: Any) -> Mock:
        """Import a collection of its own with these items, and make a mock of it; `fields` are the mock's."""
        collection_id = await self.import_(*items, id=None, name=f"Shop {next(_numbers)}")
        visibility = Visibility.PRIVATE if is_private else Visibility.PUBLIC
        return await self.registry.create_mock(MockDraft(collection_id=collection_id, visibility=visibility, **fields))

    async def logged(self, mock_id: MockId, *, count: int = 1) -> list[CallLogEntry]:
        """Return the mock's entries, oldest first, as soon as there are `count`."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                entries = [entry async for entry in self.calllog.list_entries(mock_id, oldest_first=True)]
                if len(entries) >= count:
                    return entries
                await asyncio.sleep(0.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An edge beside the suite: what it runs, how it was set up, and a client of its port."""

    running: RunningEdge
    settings: EdgeSettings
    http: httpx.AsyncClient

    def url(self, mock: Mock, path: str = "/") -> str:
        """Return the URL of a path of a mock."""
        return f"http://127.0.0.1:{self.running.port}/mocks/{mock.id}{path}"

    async def call(self, mock: Mock, path: str = "/", *, method: str = "GET", **options: Any) -> httpx.Response:
        """Call a mock."""
        return await self.http.request(method, self.url(mock, path), **options)

    async def metric(self, sample: str) -> float:
        """Return a sample of the metrics endpoint; 0 where there is none."""
        scraped = await self.http.get(f"http://127.0.0.1:{self.running.metrics_port}/metrics")
        values = [line.rsplit(" ", 1)[1] for line in scraped.text.splitlines() if line.rsplit(" ", 1)[0] == sample]
        return float(values[0]) if values else 0.0


@asynccontextmanager
async def running_suite(databases: dict[str, str]) -> AsyncIterator[Suite]:
    """Run the three services on migrated databases."""
    async with running_suite_of(Suite(databases)) as suite:
        yield suite


@asynccontextmanager
async def running_suite_of(suite: Suite) -> AsyncIterator[Suite]:
    """Run a suite that was described before."""
    await suite.start()
    try:
        async with open_channel(suite.target) as suite.channel:
            yield suite
    finally:
        await suite.stop()


def edge_settings(suite: Suite, journal_dir: Path, **settings: Any) -> EdgeSettings:
    """Return the settings of an edge beside the suite, on free ports."""
    quick = {"ship_seconds": 0.02, "drain_seconds": 2}
    return EdgeSettings(**(_beside(suite, journal_dir) | quick | settings))


def edge_environment(suite: Suite, journal_dir: Path, **settings: Any) -> dict[str, str]:
    """Return the variables of a process that is such an edge, at its usual pace."""
    told = _beside(suite, journal_dir) | settings
    return {f"EDGE_{name.upper()}": str(value) for name, value in told.items()}


def _beside(suite: Suite, journal_dir: Path) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": 0,
        "metrics_host": "127.0.0.1",
        "metrics_port": 0,
        "registry_target": suite.target,
        "catalog_target": suite.target,
        "calllog_target": suite.target,
        "service_token": SERVICE_TOKEN,
        "journal_dir": journal_dir,
    }


@asynccontextmanager
async def running_edge(suite: Suite, journal_dir: Path, **settings: Any) -> AsyncIterator[Edge]:
    """Run an edge beside the suite, and wait until it follows the watches."""
    told = edge_settings(suite, journal_dir, **settings)
    async with edge_service(told) as running, httpx.AsyncClient(timeout=DEADLINE_SECONDS) as http:
        await asyncio.wait_for(running.following.wait_until_synced(), DEADLINE_SECONDS)
        yield Edge(running=running, settings=told, http=http)


async def listening_line(log: asyncio.StreamReader) -> dict[str, Any]:
    """Return an edge's log line that says where it listens. Raises RuntimeError with the log where none comes."""
    return await asyncio.wait_for(logged_event(log, "listening"), 60)
