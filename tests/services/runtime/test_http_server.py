"""The endpoint of metrics and probes, and the HTTP server under it."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter

from services.runtime.http_server import http_server, listening_socket, metrics_endpoint
from services.runtime.leaving import Leaving
from services.runtime.metrics import process_registry
from tests.services.runtime.slow_app import SlowApp
from tests.services.waiting import until


class Readiness:
    """What the probes are told."""

    def __init__(self) -> None:
        self.is_ready = True

    async def ask(self) -> bool:
        return self.is_ready


async def test_metrics_are_served_in_prometheus_form() -> None:
    registry = CollectorRegistry()
    Counter("understudy_test", "Things that happened.", registry=registry).inc(3)
    endpoint = metrics_endpoint(registry, host="127.0.0.1", port=0, is_ready=Readiness().ask)
    async with endpoint as port, httpx.AsyncClient() as http:
        response = await http.get(f"http://127.0.0.1:{port}/metrics")

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    assert "understudy_test_total 3.0" in response.text


async def test_what_must_be_gathered_is_gathered_before_each_scrape() -> None:
    registry = CollectorRegistry()
    scrapes = Counter("understudy_scrapes", "Scrapes.", registry=registry)

    async def gather() -> None:
        scrapes.inc()

    endpoint = metrics_endpoint(registry, host="127.0.0.1", port=0, is_ready=Readiness().ask, before_scrape=gather)
    async with endpoint as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        assert "understudy_scrapes_total 1.0" in (await http.get("/metrics")).text
        assert "understudy_scrapes_total 2.0" in (await http.get("/metrics")).text


async def test_a_process_that_is_not_ready_is_alive_all_the_same() -> None:
    readiness = Readiness()
    endpoint = metrics_endpoint(CollectorRegistry(), host="127.0.0.1", port=0, is_ready=readiness.ask)
    async with endpoint as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        assert (await http.get("/readyz")).status_code == 200
        readiness.is_ready = False

        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/livez")).status_code == 200


async def test_other_paths_say_what_is_there() -> None:
    endpoint = metrics_endpoint(CollectorRegistry(), host="127.0.0.1", port=0, is_ready=Readiness().ask)
    async with endpoint as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        response = await http.get("/else")

    assert response.status_code == 404
    assert "/metrics" in response.text


async def test_a_port_that_is_taken_is_an_error_that_says_so() -> None:
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"Cannot listen on 127.0.0.1:{port}"):
            listening_socket("127.0.0.1", port)


async def test_ipv6_addresses_can_be_listened_on() -> None:
    with listening_socket("::1", 0) as listener:
        assert listener.getsockname()[0] == "::1"


async def test_a_request_in_flight_is_answered_before_the_server_ends() -> None:
    app = SlowApp()
    async with AsyncExitStack() as server, httpx.AsyncClient() as http:
        port = await server.enter_async_context(http_server(app, listening_socket("127.0.0.1", 0), drain_seconds=20))
        in_flight = asyncio.create_task(http.get(f"http://127.0.0.1:{port}/slow"))
        await app.has_begun.wait()
        leaving = asyncio.create_task(server.pop_all().aclose())
        await asyncio.sleep(0)

        assert not leaving.done()

        app.may_end.set()

        assert (await in_flight).status_code == 200
        await asyncio.wait_for(leaving, 20)


async def test_a_server_whose_lingering_is_cancelled_is_gone_all_the_same() -> None:
    listener = listening_socket("127.0.0.1", 0)
    port = listener.getsockname()[1]
    leaving = Leaving(linger_seconds=3600)
    serves = asyncio.Event()

    async def serve() -> None:
        async with http_server(SlowApp(), listener, drain_seconds=1, leaving=leaving):
            serves.set()
            await asyncio.Event().wait()

    serving = asyncio.create_task(serve())
    await serves.wait()
    serving.cancel()
    await until(lambda: leaving.has_begun)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving

    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("127.0.0.1", port)


async def test_paths_and_headers_of_100_kb_reach_the_app() -> None:
    async with http_server(SlowApp(), listening_socket("127.0.0.1", 0), drain_seconds=1) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        long = b"x" * 100_000
        writer.write(b"GET /" + long + b" HTTP/1.1\r\nhost: localhost\r\nx-long: " + long + b"\r\n\r\n")
        status = await asyncio.wait_for(reader.readline(), 10)
        writer.close()

    assert status.startswith(b"HTTP/1.1 200")


def test_a_process_tells_about_itself() -> None:
    registry = process_registry("test")

    assert (registry.get_sample_value("process_resident_memory_bytes") or 0) > 1_000_000
    assert registry is not process_registry("test")
