"""HTTP at the door: what is answered before any service is asked, over real sockets and with no service there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from services.gateway.app import gateway_http, gateway_service
from services.gateway.settings import GatewaySettings
from tests.ports import free_port

NOBODY = "127.0.0.1:1"
"""A port that nothing listens on."""

ANY_KEY = {"x-api-key": "USK-a-key-that-nobody-can-check-00001"}


@dataclass(frozen=True)
class Lonely:
    """A gateway whose services are away."""

    client: httpx.AsyncClient
    port: int
    metrics: CollectorRegistry

    async def raw(self, request: bytes) -> bytes:
        """Send bytes as they are, and return the beginning of what comes back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        await writer.drain()
        try:
            return await asyncio.wait_for(reader.read(4096), 10)
        finally:
            writer.close()


def settings(**given: object) -> GatewaySettings:
    return GatewaySettings.model_validate(
        {
            "host": "127.0.0.1",
            "port": 0,
            "metrics_host": "127.0.0.1",
            "metrics_port": 0,
            "catalog_target": NOBODY,
            "registry_target": NOBODY,
            "calllog_target": NOBODY,
            **given,
        }
    )


@asynccontextmanager
async def lonely_gateway() -> AsyncIterator[Lonely]:
    metrics = CollectorRegistry()
    async with gateway_http(settings(), metrics) as port, httpx.AsyncClient(timeout=30) as client:
        client.base_url = httpx.URL(f"http://127.0.0.1:{port}")
        yield Lonely(client, port, metrics)


@pytest_asyncio.fixture
async def lonely() -> AsyncIterator[Lonely]:
    async with lonely_gateway() as gateway:
        yield gateway


async def test_the_root_says_what_this_is(lonely: Lonely) -> None:
    reply = await lonely.client.get("/")

    assert (200, "Understudy") == (reply.status_code, reply.json()["name"])


async def test_health_is_told_without_a_key_and_without_services(lonely: Lonely) -> None:
    reply = await lonely.client.get("/healthz")

    assert (200, {"status": "ok"}) == (reply.status_code, reply.json())


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-api-key": ""}, {"authorization": "Basic YTpi"}, {"x-api-key": "ä" * 40}, {"x-api-key": "k" * 100_000}],
    ids=["none", "empty", "another scheme", "not ASCII", "100 kB"],
)
async def test_a_missing_or_impossible_key_is_refused_in_form_a(lonely: Lonely, headers: dict[str, str]) -> None:
    reply = await lonely.client.get("/collections", headers=[(k.encode(), v.encode()) for k, v in headers.items()])

    assert 401 == reply.status_code
    assert {
        "error": {
            "name": "AuthenticationError",
            "message": "Invalid API Key. Every request requires a valid API Key to be sent.",
        }
    } == reply.json()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/me"), ("GET", "/collections"), ("POST", "/mocks"), ("DELETE", "/environments/x"), ("GET", "/mocks/x")],
)
async def test_services_that_are_away_are_a_503(lonely: Lonely, method: str, path: str) -> None:
    reply = await lonely.client.request(method, path, headers=ANY_KEY)

    assert 503 == reply.status_code
    assert "serviceUnavailableError" == reply.json()["error"]["name"]
    assert "127.0.0.1" not in reply.text


async def test_an_unknown_path_is_a_404_of_form_a(lonely: Lonely) -> None:
    for path in ("/nope", "/collections/x/y/z", "/static/x", "/%ff", "/me/x"):
        reply = await lonely.client.get(path)

        assert (404, {"error": {"name": "notFound", "message": "Requested resource not found"}}) == (
            reply.status_code,
            reply.json(),
        )


async def test_a_method_that_a_path_has_not_is_a_405_that_names_the_others(lonely: Lonely) -> None:
    reply = await lonely.client.patch("/collections")

    assert (405, "methodNotAllowedError") == (reply.status_code, reply.json()["error"]["name"])
    assert {"GET", "HEAD", "POST"} == set(reply.headers["allow"].split(", "))


async def test_every_reply_may_be_read_by_any_page(lonely: Lonely) -> None:
    for path in ("/", "/me", "/nope"):
        assert "*" == (await lonely.client.get(path)).headers["access-control-allow-origin"]


async def test_a_preflight_is_answered_without_a_key(lonely: Lonely) -> None:
    reply = await lonely.client.options(
        "/collections/x",
        headers={"access-control-request-method": "PUT", "access-control-request-headers": "x-api-key"},
    )

    assert (204, b"") == (reply.status_code, reply.content)
    assert "x-api-key" == reply.headers["access-control-allow-headers"]
    assert "PUT" in reply.headers["access-control-allow-methods"]


@pytest.mark.parametrize("path", ["/mocks/" + "a" * 100_000, "/mocks/a%00b", "/environments/%00"])
async def test_an_id_that_nothing_can_have_is_not_found(lonely: Lonely, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nx-api-key: {'k' * 40}\r\nConnection: close\r\n\r\n"

    assert b"HTTP/1.1 404" in await lonely.raw(request.encode())


@pytest.mark.parametrize(
    ("request_line", "status"),
    [(b"GET ? HTTP/1.1", b"200"), (b"OPTIONS * HTTP/1.1", b"404"), (b"GET x HTTP/1.1", b"404"), (b"GET /\xff", b"400")],
)
async def test_odd_requests_are_never_a_500(lonely: Lonely, request_line: bytes, status: bytes) -> None:
    reply = await lonely.raw(request_line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert b"HTTP/1.1 " + status in reply


async def test_requests_are_counted_by_route_and_not_by_path(lonely: Lonely) -> None:
    await lonely.client.get("/collections/one")
    await lonely.client.get("/collections/two")
    await lonely.client.request("BREW", "/coffee")

    def count(**labels: str) -> float | None:
        return lonely.metrics.get_sample_value("understudy_gateway_requests_total", labels)

    assert 2 == count(route="/collections/<collection_id>", method="GET", code_class="4xx")
    assert 1 == count(route="unmatched", method="OTHER", code_class="4xx")


async def test_the_service_has_metrics_and_probes_and_is_ready_without_the_others() -> None:
    async with gateway_service(settings(metrics_port=(port := free_port()))), httpx.AsyncClient() as client:
        ready = await client.get(f"http://127.0.0.1:{port}/readyz")
        metrics = await client.get(f"http://127.0.0.1:{port}/metrics")

    assert 200 == ready.status_code
    assert "understudy_gateway_request_seconds" in metrics.text
