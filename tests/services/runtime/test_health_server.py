"""The port of gRPC probes: liveness never looks at anything, readiness is what the process says at this moment."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import trustme
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.calllog.app import calllog_service
from services.calllog.settings import CallLogSettings
from services.catalog.app import catalog_service
from services.catalog.settings import CatalogSettings
from services.registry.app import registry_service
from services.registry.settings import RegistrySettings
from services.runtime import health_server as health_server_module
from services.runtime.grpc_server import Service
from services.runtime.health_server import health_server
from services.runtime.parts import Parts
from services.runtime.standalone import RunningService, standalone
from services.wire.certificates import server_credentials
from services.wire.channel import open_channel
from tests.services.runtime.authorities import new_pki
from tests.services.runtime.echo import Echo, EchoClient, health_of

DEADLINE_SECONDS = 20

NOWHERE = "127.0.0.1:1"

SERVICES = {
    "catalog": (CatalogSettings, catalog_service),
    "registry": (RegistrySettings, registry_service),
    "calllog": (CallLogSettings, calllog_service),
}


@pytest.fixture
def migrated_url(name: str, new_database: Callable[[str], str]) -> str:
    """Return the URL of a migrated database of the service that the test is about."""
    return new_database(name)


@pytest.mark.parametrize("service", ["", "liveness", "readiness"])
async def test_a_process_that_can_work_serves_under_every_name(service: str) -> None:
    async with probed(ready) as channel:
        assert "SERVING" == await health_of(channel, service)


async def test_a_process_that_cannot_work_is_alive_and_not_ready() -> None:
    async with probed(not_ready) as channel:
        assert "SERVING" == await health_of(channel, "")
        assert "SERVING" == await health_of(channel, "liveness")
        assert "NOT_SERVING" == await health_of(channel, "readiness")


async def test_readiness_is_asked_for_at_every_probe() -> None:
    answers = iter([True, False, True])

    async def is_ready() -> bool:
        return next(answers)

    async with probed(is_ready) as channel:
        assert ["SERVING", "NOT_SERVING", "SERVING"] == [await health_of(channel, "readiness") for _ in range(3)]


async def test_who_cannot_tell_in_time_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_server_module, "READY_SECONDS", 0.05)

    async def never() -> bool:
        return await asyncio.Event().wait()

    async with probed(never) as channel:
        assert "NOT_SERVING" == await health_of(channel, "readiness")
        assert "SERVING" == await health_of(channel, "liveness")


async def test_a_name_that_is_not_known_is_not_found() -> None:
    async with probed(ready) as channel:
        with pytest.raises(grpc.aio.AioRpcError, match="NOT_FOUND"):
            await health_of(channel, "understudy.catalog.v1.CollectionService")


async def test_a_port_that_is_taken_is_an_error_that_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"Cannot listen on 127.0.0.1:{port}"):
            await health_server(ready, host="127.0.0.1", port=port).__aenter__()


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_is_ready_when_its_schema_is_there(name: str, migrated_url: str) -> None:
    async with running(name, migrated_url) as (service, probe):
        assert "SERVING" == await health_of(probe, "readiness")
        assert "SERVING" == await health_of(probe, "liveness")
        async with open_channel(f"127.0.0.1:{service.port}") as channel:
            assert "SERVING" == await health_of(channel)


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_whose_schema_was_not_migrated_is_alive_and_not_ready(name: str, postgres_url: str) -> None:
    async with running(name, postgres_url) as (_, probe):
        assert "NOT_SERVING" == await health_of(probe, "readiness")
        assert "SERVING" == await health_of(probe, "liveness")


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_whose_database_hangs_is_alive_and_not_ready(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        async with running(name, url) as (_, probe):
            assert "SERVING" == await health_of(probe, "liveness")
            assert "NOT_SERVING" == await health_of(probe, "readiness")


async def test_a_service_that_drains_is_not_ready_and_stays_alive_until_it_has_ended() -> None:
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    async def say(text: str) -> str:
        has_begun.set()
        await may_end.wait()
        return text

    async with AsyncExitStack() as leaving:
        service = await leaving.enter_async_context(serving(Echo(say=say).service))
        target = f"127.0.0.1:{service.port}"
        async with open_channel(target) as channel, plain(service.health_port) as probe:
            in_flight = asyncio.create_task(EchoClient(channel).say("in flight"))
            await has_begun.wait()
            assert "SERVING" == await health_of(probe, "readiness")

            stopping = asyncio.create_task(leaving.pop_all().aclose())
            async with asyncio.timeout(DEADLINE_SECONDS):
                while await health_of(probe, "readiness") == "SERVING":
                    await asyncio.sleep(0.01)

            assert "SERVING" == await health_of(probe, "liveness")
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.metrics_port}") as http:
                assert 503 == (await http.get("/readyz")).status_code
                assert 200 == (await http.get("/livez")).status_code
            may_end.set()

            assert "in flight" == await in_flight
            await asyncio.wait_for(stopping, DEADLINE_SECONDS)


async def test_probes_need_no_certificate_where_calls_do(tmp_path: Path) -> None:
    pki = new_pki(tmp_path / "pki", trustme.CA())
    async with (
        serving(Echo().service, credentials=server_credentials(pki)) as service,
        plain(service.health_port) as probe,
        open_channel(f"127.0.0.1:{service.port}", pki) as channel,
    ):
        assert "SERVING" == await health_of(probe, "readiness")
        assert "x" == await EchoClient(channel).say("x")


async def ready() -> bool:
    return True


async def not_ready() -> bool:
    return False


@asynccontextmanager
async def probed(is_ready: Callable[[], Awaitable[bool]]) -> AsyncIterator[grpc.aio.Channel]:
    """Yield what kubelet has: a channel in the clear to the probes of a process."""
    async with health_server(is_ready, host="127.0.0.1", port=0) as port, plain(port) as channel:
        yield channel


@asynccontextmanager
async def plain(port: int) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel


@asynccontextmanager
async def running(name: str, database_url: str) -> AsyncIterator[tuple[RunningService, grpc.aio.Channel]]:
    """Run a service as a process would, and yield it with a channel to its probes."""
    settings, service = SERVICES[name]
    told = {**LOOPBACK, "database_url": SecretStr(database_url)}
    targets = dict.fromkeys(("catalog_target", "registry_target"), NOWHERE)
    async with (
        service(settings(**told, **targets)) as running_service,  # type: ignore[operator] # each has its own
        plain(running_service.health_port) as channel,
    ):
        yield running_service, channel


@asynccontextmanager
async def serving(service: Service, credentials: grpc.ServerCredentials | None = None) -> AsyncIterator[RunningService]:
    settings = CatalogSettings(**LOOPBACK, database_host="nowhere", drain_seconds=DEADLINE_SECONDS)
    parts = Parts(services=(service,), is_ready=ready)
    async with standalone(parts, settings, (), CollectorRegistry(), credentials=credentials) as running_service:
        yield running_service


LOOPBACK: dict[str, Any] = {
    "grpc_host": "127.0.0.1",
    "grpc_port": 0,
    "health_port": 0,
    "metrics_host": "127.0.0.1",
    "metrics_port": 0,
}
