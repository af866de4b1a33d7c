"""`understudy up` among the variables of others: what it settles itself it is not told, the rest it listens to."""

import asyncio
import secrets
from pathlib import Path

import httpx
import pytest

from services.calllog.settings import CallLogSettings
from services.catalog.settings import CatalogSettings
from services.cli.demo import SHOP
from services.cli.surroundings import SETTLED
from services.edge.settings import EdgeSettings
from services.gateway.settings import GatewaySettings
from services.registry.settings import RegistrySettings
from tests.e2e.suite import running_suite
from tests.services.cli.command import Understudy, run
from tests.tracing.collector import collecting

pytestmark = pytest.mark.timeout(240)

OF_OTHERS = {
    "EDGE_TLS_CERTIFICATE_FILE": "/nowhere/tls.crt",
    "GATEWAY_TLS_KEY_FILE": "/nowhere/tls.key",
    "catalog_tls_authority_file": "/nowhere/ca.crt",
    "CATALOG_DATABASE_PASSWORD": "another one",
    "CALLLOG_DATABASE_HOST": "db.example",
    "REGISTRY_DATABASE_TLS": "verify-full",
    "REGISTRY_SERVICE_TOKEN": "another token",
    "EDGE_SERVICE_TOKEN": "another token",
    "EDGE_PORT": "tcp://10.0.0.7:80",
    "GATEWAY_PORT": "tcp://10.0.0.8:80",
    "CATALOG_METRICS_PORT": "tcp://10.0.0.9:80",
    "EDGE_CATALOG_TARGET": "dns:///catalog:7000",
    "EDGE_LINGER_SECONDS": "600",
    "GATEWAY_TRACING_ENDPOINT": "no URL",
}
"""What a shell or a pod may have set for services that run on their own."""


def test_variables_for_services_elsewhere_do_not_disturb_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**OF_OTHERS, "EDGE_MOCK_DOMAIN": "mocks.example", "CALLLOG_RETENTION_DAYS": "7"}.items():
        monkeypatch.setenv(name, value)
    with running_suite(tmp_path / "data", [SHOP]) as suite:
        (mock,) = Understudy(tmp_path / "data").json("mocks", "list")
        key = suite.key_header

        by_path = httpx.get(mock["url"] + "/products")
        by_domain = httpx.get(f"{suite.edge_url}/products", headers={"host": f"{mock['id']}.mocks.example"})
        call_logs = httpx.get(f"{suite.gateway_url}/mocks/{mock['id']}/call-logs", headers=key)

    assert (200, 200, 200) == (by_path.status_code, by_domain.status_code, call_logs.status_code)


def test_every_name_among_what_up_settles_is_a_setting() -> None:
    services = (CatalogSettings, RegistrySettings, CallLogSettings, EdgeSettings, GatewaySettings)
    fields = {field for service in services for field in service.model_fields}

    assert set() == SETTLED - fields


def test_a_variable_that_is_not_valid_is_named(tmp_path: Path) -> None:
    ports = ("--edge-port", 0, "--gateway-port", 0, "--grpc-port", 0, "--metrics-port", 0)
    ran = run("up", "--data", tmp_path / "data", *ports, EDGE_SNAPSHOT_BYTES="plenty")

    assert ran.code == 1
    assert "Error: EDGE_SNAPSHOT_BYTES: Input should be a valid integer" in ran.errors


@pytest.mark.parametrize("endpoint", ["collector:4317", "http://", "http://collector:seven"])
def test_a_tracing_endpoint_that_is_none_is_refused_before_anything_starts(tmp_path: Path, endpoint: str) -> None:
    ran = run("up", "--data", tmp_path / "data", "--tracing-endpoint", endpoint)

    assert ran.code == 1
    assert ran.errors.startswith("Error: --tracing-endpoint: ")
    assert not (tmp_path / "data").exists()


async def test_a_call_is_traced_through_every_process_of_up(tmp_path: Path) -> None:
    trace_id = secrets.token_hex(16)
    traceparent = f"00-{trace_id}-{secrets.token_hex(8)}-01"
    async with collecting() as collector:
        starting = running_suite(tmp_path / "data", [SHOP], options=("--tracing-endpoint", collector.endpoint))
        suite = await asyncio.to_thread(starting.__enter__)
        try:
            (mock,) = await asyncio.to_thread(Understudy(tmp_path / "data").json, "mocks", "list")
            async with httpx.AsyncClient(headers={**suite.key_header, "traceparent": traceparent}) as http:
                await http.get(mock["url"] + "/products")
                await http.get(f"{suite.gateway_url}/mocks/{mock['id']}")
            spans = await collector.trace(trace_id, "edge GET", "up GetMock", "up GET /mocks/<mock_id>")
        finally:
            await asyncio.to_thread(starting.__exit__, None, None, None)

    assert {"understudy-edge", "understudy-up"} == {span.service for span in spans}
