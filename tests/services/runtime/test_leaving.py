"""How servers leave: they linger, ask their clients to go elsewhere, finish what they have begun, and are gone."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.core.errors import Unavailable
from services.runtime.grpc_server import grpc_server
from services.runtime.http_server import http_server, listening_socket
from services.runtime.leaving import Leaving
from services.wire.channel import open_channel
from tests.ports import free_ports
from tests.rollout.names import name_server
from tests.services.runtime.echo import Echo, EchoClient
from tests.services.runtime.slow_app import SlowApp
from tests.services.waiting import until

DEADLINE_SECONDS = 20.0


class Gate(Leaving):
    """A process whose lingering ends when the test says so."""

    def __init__(self) -> None:
        super().__init__(linger_seconds=DEADLINE_SECONDS)
        self.may_close = asyncio.Event()

    async def linger(self) -> None:
        self._has_begun = True
        await self.may_close.wait()


async def test_a_process_that_leaves_is_no_longer_ready() -> None:
    async def is_ready() -> bool:
        return True

    leaving = Leaving()
    asked = leaving.unless_begun(is_ready)
    before = await asked()
    await leaving.linger()

    assert (True, False) == (before, await asked())


async def test_an_http_server_that_lingers_accepts_and_asks_each_client_to_come_back_elsewhere() -> None:
    gate = Gate()
    async with AsyncExitStack() as server, httpx.AsyncClient() as http, httpx.AsyncClient() as newcomer:
        url = await left_open(server, SlowApp(), gate)
        before = await http.get(url)
        leaving = asyncio.create_task(server.pop_all().aclose())
        await until(lambda: gate.has_begun)

        known, new = await http.get(url), await newcomer.get(url)
        gate.may_close.set()
        await asyncio.wait_for(leaving, DEADLINE_SECONDS)

        assert "connection" not in before.headers
        assert [(200, "close")] * 2 == [(each.status_code, each.headers["connection"]) for each in (known, new)]
        with pytest.raises(httpx.ConnectError):
            await newcomer.get(url)


async def test_a_call_that_began_before_the_server_leaves_is_answered_and_told_so_too() -> None:
    gate, app = Gate(), SlowApp()
    async with AsyncExitStack() as server, httpx.AsyncClient() as http:
        url = await left_open(server, app, gate)
        in_flight = asyncio.create_task(http.get(f"{url}slow"))
        await app.has_begun.wait()
        leaving = asyncio.create_task(server.pop_all().aclose())
        gate.may_close.set()
        await until(lambda: gate.has_begun)
        app.may_end.set()

        assert "close" == (await in_flight).headers["connection"]
        await asyncio.wait_for(leaving, DEADLINE_SECONDS)


async def test_an_http_server_does_not_wait_for_connections_on_which_nothing_is_asked() -> None:
    gate = Gate()
    gate.may_close.set()
    async with AsyncExitStack() as server:
        url = httpx.URL(await left_open(server, SlowApp(), gate))
        assert url.port is not None
        reader, writer = await asyncio.open_connection(url.host, url.port)

        await asyncio.wait_for(server.aclose(), DEADLINE_SECONDS / 2)

        assert b"" == await reader.read()
        writer.close()


async def test_a_connection_serves_any_number_of_requests_over_http_2() -> None:
    async with AsyncExitStack() as server, httpx.AsyncClient(http1=False, http2=True) as http:
        url = await left_open(server, SlowApp(), Leaving())

        assert {200} == {(await http.get(url)).status_code for _ in range(1_100)}


async def test_a_grpc_server_that_lingers_accepts_new_clients_and_reports_that_it_goes() -> None:
    gate = Gate()
    async with AsyncExitStack() as server:
        address = await served(server, Echo(), gate)
        async with open_channel(address) as known, open_channel(address) as new:
            await EchoClient(known).say("before")
            leaving = asyncio.create_task(server.pop_all().aclose())
            await until(lambda: gate.has_begun)

            assert ["x", "x"] == [await EchoClient(channel).say("x") for channel in (known, new)]
            assert health_pb2.HealthCheckResponse.NOT_SERVING == (await health_of(new)).status
            gate.may_close.set()
            await asyncio.wait_for(leaving, DEADLINE_SECONDS)
            with pytest.raises(Unavailable):
                await EchoClient(known).say("after")


async def test_an_upload_and_a_download_in_flight_are_finished_before_a_grpc_server_ends() -> None:
    may_end = asyncio.Event()

    async def count(text: str) -> AsyncIterator[str]:
        yield "begun"
        await may_end.wait()
        yield text

    gate = Gate()
    gate.may_close.set()
    async with AsyncExitStack() as server:
        address = await served(server, Echo(count=count), gate)
        async with open_channel(address) as channel:
            download, upload = EchoClient(channel).count("the end"), EchoClient(channel).chat("first")
            assert ["begun", "begun"] == [await anext(download), await anext(upload)]
            leaving = asyncio.create_task(server.pop_all().aclose())
            await until(lambda: gate.has_begun)
            may_end.set()

            assert [["the end"], ["first"]] == [[each async for each in stream] for stream in (download, upload)]
            await asyncio.wait_for(leaving, DEADLINE_SECONDS)


async def test_a_watch_of_the_health_does_not_hold_a_grpc_server_up() -> None:
    async with AsyncExitStack() as server:
        address = await served(server, Echo(), Leaving())
        async with open_channel(address) as channel:
            watch = health_stub(channel).Watch(health_pb2.HealthCheckRequest())
            first = await watch.read()

            await asyncio.wait_for(server.aclose(), DEADLINE_SECONDS / 2)

            assert health_pb2.HealthCheckResponse.SERVING == first.status


async def test_calls_go_to_every_address_of_a_name_and_none_fails_when_one_of_them_leaves() -> None:
    async with replicas(2) as (hosts, target, servers), open_channel(target) as channel:
        client = EchoClient(channel)
        both = {await client.say("who") for _ in range(10)}
        calls = asyncio.create_task(called_until(client, {hosts[1]}))
        await servers[hosts[0]].aclose()

        assert set(hosts) == both
        await asyncio.wait_for(calls, DEADLINE_SECONDS)


async def test_an_address_that_came_later_is_called_once_those_before_it_have_left() -> None:
    async with replicas(2, known=1) as (hosts, target, servers), open_channel(target) as channel:
        client = EchoClient(channel)
        before = {await client.say("who") for _ in range(10)}
        calls = asyncio.create_task(called_until(client, {hosts[1]}))
        hosts_of_name.remove(hosts[0])
        hosts_of_name.append(hosts[1])
        await servers[hosts[0]].aclose()

        assert {hosts[0]} == before
        await asyncio.wait_for(calls, DEADLINE_SECONDS)


hosts_of_name: list[str] = []
"""What the name server of the test at hand knows."""

_numbers = itertools.count(2)


@pytest.fixture(autouse=True)
def _forget_hosts() -> Iterator[None]:
    hosts_of_name.clear()
    yield
    hosts_of_name.clear()


@asynccontextmanager
async def replicas(
    number: int, *, known: int | None = None
) -> AsyncIterator[tuple[list[str], str, dict[str, AsyncExitStack]]]:
    """Serve on several addresses; yield them, a target that names the first `known` of them, and what ends each."""
    (port,) = free_ports(1)
    hosts = [f"127.78.0.{next(_numbers)}" for _ in range(number)]
    hosts_of_name.extend(hosts[:known])
    async with AsyncExitStack() as all_servers, name_server(lambda _name: list(hosts_of_name)) as names:
        servers = {}
        for host in hosts:
            servers[host] = await all_servers.enter_async_context(AsyncExitStack())
            await servers[host].enter_async_context(
                grpc_server([told(host).service], host=host, port=port, interceptors=(), drain_seconds=DEADLINE_SECONDS)
            )
        yield hosts, f"dns://127.0.0.1:{names}/echo.test:{port}", servers


def told(host: str) -> Echo:
    """Return a service that says where it is."""

    async def say(_text: str) -> str:
        return host

    return Echo(say=say)


async def called_until(client: EchoClient, expected: set[str]) -> None:
    """Call without a pause until the last calls all came to where they should. Raises Unavailable where one fails."""
    while {await client.say("who") for _ in range(20)} != expected:
        pass


async def left_open(server: AsyncExitStack, app: Any, leaving: Leaving) -> str:
    """Serve the app until the stack is closed, and return its URL."""
    listener = listening_socket("127.0.0.1", 0)
    port = await server.enter_async_context(http_server(app, listener, drain_seconds=DEADLINE_SECONDS, leaving=leaving))
    return f"http://127.0.0.1:{port}/"


async def served(server: AsyncExitStack, echo: Echo, leaving: Leaving) -> str:
    """Serve the service until the stack is closed, and return its address."""
    running = await server.enter_async_context(
        grpc_server(
            [echo.service],
            host="127.0.0.1",
            port=0,
            interceptors=(),
            drain_seconds=DEADLINE_SECONDS,
            leaving=leaving,
        )
    )
    return f"127.0.0.1:{running.port}"


async def health_of(channel: grpc.aio.Channel) -> Any:
    """Ask the server for its health."""
    return await health_stub(channel).Check(health_pb2.HealthCheckRequest(), timeout=DEADLINE_SECONDS)


def health_stub(channel: grpc.aio.Channel) -> Any:
    """Return the stub of the health service, whose published types do not know its methods."""
    return health_pb2_grpc.HealthStub(channel)
