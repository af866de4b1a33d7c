"""Tracing that is off, that cannot be had, and settings that make no sense."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.edge.settings import EdgeSettings

LIFE_OF_A_SERVICE = """
import asyncio, importlib, sys

name = sys.argv[1]
app = importlib.import_module(f"services.{name}.app")
(settings,) = (value for key, value in vars(importlib.import_module(f"services.{name}.__main__")).items()
               if key.endswith("Settings"))

async def live():
    async with getattr(app, f"{name}_service")(settings()):
        await asyncio.sleep(0.2)

asyncio.run(live())
print([module for module in sys.modules if module.startswith("opentelemetry")])
"""

NOWHERE = "127.0.0.1:1"

SETTINGS = {
    "HOST": "127.0.0.1",
    "PORT": "0",
    "GRPC_HOST": "127.0.0.1",
    "GRPC_PORT": "0",
    "HEALTH_PORT": "0",
    "METRICS_HOST": "127.0.0.1",
    "METRICS_PORT": "0",
    "DATABASE_URL": f"postgresql://nobody@{NOWHERE}/nothing",
    "REGISTRY_TARGET": NOWHERE,
    "CATALOG_TARGET": NOWHERE,
    "CALLLOG_TARGET": NOWHERE,
}


@pytest.mark.parametrize("service", ["catalog", "registry", "calllog", "edge", "gateway"])
def test_a_service_that_does_not_trace_never_imports_opentelemetry(service: str, tmp_path: Path) -> None:
    told = {f"{service.upper()}_{name}": value for name, value in SETTINGS.items()}
    environment = os.environ | told | {"EDGE_JOURNAL_DIR": str(tmp_path)}

    ran = subprocess.run(
        [sys.executable, "-c", LIFE_OF_A_SERVICE, service],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ("[]", 0) == (ran.stdout.splitlines()[-1], ran.returncode), ran.stderr


def test_an_endpoint_without_the_extra_is_refused_with_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "opentelemetry").mkdir()
    (tmp_path / "opentelemetry" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'opentelemetry'\", name='opentelemetry')\n"
    )
    told = {f"EDGE_{name}": value for name, value in SETTINGS.items()}
    told |= {"EDGE_JOURNAL_DIR": str(tmp_path / "journal"), "EDGE_TRACING_ENDPOINT": f"http://{NOWHERE}"}

    ran = subprocess.run(
        [sys.executable, "-m", "services.cli", "serve", "edge"],
        env=os.environ | told | {"PYTHONPATH": str(tmp_path), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert 0 != ran.returncode
    assert (
        "EDGE_TRACING_ENDPOINT is set, but opentelemetry is not installed: "
        'install it with `pip install "understudy[tracing]"`, or leave the endpoint empty.'
    ) in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "endpoint", ["collector:4317", "grpc://collector:4317", "http://", "http://collector:port", "collector"]
)
def test_an_endpoint_that_is_no_url_is_refused(endpoint: str) -> None:
    with pytest.raises(ValidationError, match="tracing_endpoint"):
        EdgeSettings(tracing_endpoint=endpoint)


@pytest.mark.parametrize("endpoint", ["", "http://collector:4317", "https://collector.example"])
def test_an_endpoint_is_a_url_or_empty(endpoint: str) -> None:
    assert endpoint == EdgeSettings(tracing_endpoint=endpoint).tracing_endpoint


@pytest.mark.parametrize("ratio", [-0.1, 1.1])
def test_a_share_of_traces_is_between_none_and_all(ratio: float) -> None:
    with pytest.raises(ValidationError, match="tracing_ratio"):
        EdgeSettings(tracing_ratio=ratio)
