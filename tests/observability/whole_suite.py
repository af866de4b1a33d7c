"""The five parts of the suite as the chart runs them, each with its own metrics port, after a little of everything.

They speak TLS to each other and the edge traces, since what is measured of both is there only then.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import trustme
from pydantic import SecretStr

from services.calllog.app import calllog_service
from services.calllog.settings import CallLogSettings
from services.catalog.app import catalog_service
from services.catalog.settings import CatalogSettings
from services.client import ClientTls, MockDraft, Targets, Understudy, connect
from services.core.errors import Unauthenticated
from services.core.ids import MockId
from services.edge.app import edge_service
from services.edge.settings import EdgeSettings
from services.gateway.app import gateway_service
from services.gateway.settings import GatewaySettings
from services.registry.app import registry_service
from services.registry.settings import RegistrySettings
from tests.builders import a_collection, an_example, an_item, document
from tests.observability.exposition import Exposition, exposition_of
from tests.ports import free_ports
from tests.services.edge.suite import API_KEY, DEADLINE_SECONDS
from tests.services.serving import SERVICE_TOKEN

COMPONENTS = ("catalog", "registry", "calllog", "edge", "gateway")

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class WholeSuite:
    """Where everything answers, and a client of it."""

    metrics_ports: Mapping[str, int]
    edge_port: int
    gateway_port: int
    understudy: Understudy
    http: httpx.AsyncClient

    async def expositions(self) -> dict[str, Exposition]:
        """Scrape every component."""
        return {component: await self._scrape(component) for component in COMPONENTS}

    async def until_scraped(self, component: str, sample: str, **labels: str) -> None:
        """Wait until a component tells a value above 0."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not (await self._scrape(component)).value(sample, **labels):
                await asyncio.sleep(0.02)

    async def _scrape(self, component: str) -> Exposition:
        reply = await self.http.get(f"http://{HOST}:{self.metrics_ports[component]}/metrics")
        return exposition_of(reply.text)


@asynccontextmanager
async def whole_suite(databases: Mapping[str, str], folder: Path) -> AsyncIterator[WholeSuite]:
    """Run everything on migrated databases, until left."""
    tls = _certificates(folder)
    free = iter(free_ports(2 * len(COMPONENTS)))
    ports, metrics_ports = ({name: next(free) for name in COMPONENTS} for _ in range(2))
    targets = {name: f"{HOST}:{ports[name]}" for name in ("catalog", "registry", "calllog")}

    def told(name: str) -> dict[str, Any]:
        return {
            "metrics_host": HOST,
            "metrics_port": metrics_ports[name],
            "service_token": SecretStr(SERVICE_TOKEN),
            "tls_certificate_file": tls.certificate,
            "tls_key_file": tls.key,
            "tls_authority_file": tls.authority,
            **{f"{other}_target": target for other, target in targets.items()},
        }

    def told_service(name: str) -> dict[str, Any]:
        url = SecretStr(databases[name])
        return told(name) | {"grpc_host": HOST, "grpc_port": ports[name], "health_port": 0, "database_url": url}

    edge = EdgeSettings(
        **told("edge"),
        host=HOST,
        port=ports["edge"],
        journal_dir=folder / "journal",
        ship_seconds=0.02,
        tracing_endpoint=f"http://{HOST}:1",
    )
    async with AsyncExitStack() as stack:
        for service in (
            registry_service(RegistrySettings(**told_service("registry"), administrator_key=SecretStr(API_KEY))),
            catalog_service(CatalogSettings(**told_service("catalog"))),
            calllog_service(CallLogSettings(**told_service("calllog"))),
        ):
            await stack.enter_async_context(service)
        running_edge = await stack.enter_async_context(edge_service(edge))
        await stack.enter_async_context(
            gateway_service(GatewaySettings(**told("gateway"), host=HOST, port=ports["gateway"]))
        )
        understudy = await stack.enter_async_context(connect(Targets(**targets), api_key=API_KEY, tls=tls))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=DEADLINE_SECONDS))
        await asyncio.wait_for(running_edge.following.wait_until_synced(), DEADLINE_SECONDS)
        await _until_known(understudy)
        yield WholeSuite(metrics_ports, ports["edge"], ports["gateway"], understudy, http)


async def use(suite: WholeSuite) -> MockId:
    """Do a little of everything that is counted with labels, and return the mock that was called."""
    item = an_item(an_example(url="https://api.example/a", body="found"))
    imported = await suite.understudy.catalog.import_collection(document(a_collection(item)))
    mock = await suite.understudy.registry.create_mock(MockDraft(collection_id=imported.collection.id))
    url = f"http://{HOST}:{suite.edge_port}/mocks/{mock.id}"
    answered = await suite.http.get(f"{url}/a", headers={"x-mock-response-delay": "20"})
    missed = await suite.http.get(f"{url}/nothing-like-it")
    nearly = await suite.http.get(f"{url}/a", headers={"x-mock-response-code": "418"})
    stranger = await suite.http.get(f"http://{HOST}:{suite.gateway_port}/me")
    caller = await suite.http.get(f"http://{HOST}:{suite.gateway_port}/me", headers={"x-api-key": API_KEY})
    await suite.understudy.catalog.import_collection(document(a_collection(item, name="Changed")))
    await suite.until_scraped("edge", "understudy_propagation_seconds_count")
    await suite.understudy.catalog.delete_collection(imported.collection.id)
    await suite.until_scraped("registry", "understudy_mocks_switched_total", state="deactivated")
    await suite.until_scraped("calllog", "understudy_call_log_entries_stored_total")
    for component in COMPONENTS:
        await suite.until_scraped(component, "understudy_ready")
    replies = (answered, missed, nearly, stranger, caller)
    assert [reply.status_code for reply in replies] == [200, 404, 404, 401, 200]
    return mock.id


async def _until_known(understudy: Understudy) -> None:
    """Wait until the first administrator's key, which is made beside the first calls, has reached the catalog."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            with suppress(Unauthenticated):
                _ = [collection async for collection in understudy.catalog.list_collections()]
                return
            await asyncio.sleep(0.02)


def _certificates(folder: Path) -> ClientTls:
    """Make an authority and one certificate for everybody on this machine."""
    authority = trustme.CA()
    certificate = authority.issue_cert(HOST, "localhost")
    files = ClientTls(
        certificate=folder / "tls.crt",
        key=folder / "tls.key",
        authority=folder / "ca.crt",
    )
    assert files.certificate is not None
    assert files.key is not None
    assert files.authority is not None
    certificate.cert_chain_pems[0].write_to_path(files.certificate)
    certificate.private_key_pem.write_to_path(files.key)
    authority.cert_pem.write_to_path(files.authority)
    return files
