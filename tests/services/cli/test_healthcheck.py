"""The image's healthcheck: which port it asks, and what it says."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest

from services.cli.healthcheck import metrics_port, trouble_at
from tests.e2e.suite import Suite
from tests.ports import free_ports


@pytest.mark.parametrize(
    ("command", "environment", "port"),
    [
        (["understudy", "serve", "edge"], {}, 9090),
        (["understudy", "serve", "edge"], {"EDGE_METRICS_PORT": "9191", "CATALOG_METRICS_PORT": "1"}, 9191),
        (["/sbin/docker-init", "--", "understudy", "serve", "calllog"], {"CALLLOG_METRICS_PORT": "9192"}, 9192),
        (["understudy", "up", "--metrics-port", "9193"], {"EDGE_METRICS_PORT": "1"}, 9193),
        (["understudy", "up", "--metrics-port=9194"], {}, 9194),
        (["understudy", "serve", "gateway"], {"GATEWAY_METRICS_PORT": ""}, 9090),
    ],
)
def test_the_port_follows_from_command_and_environment(
    command: Sequence[str], environment: Mapping[str, str], port: int
) -> None:
    assert port == metrics_port(command, environment)


def test_a_process_that_lives_has_no_trouble_and_one_that_does_not_answer_has(up: Suite) -> None:
    (nobody,) = free_ports(1)
    port = int(up.metrics_url.split(":")[2].partition("/")[0])

    assert trouble_at(port) is None
    assert f"port {nobody} does not answer: [Errno 111] Connection refused." == trouble_at(nobody)


def test_it_imports_nothing_of_the_suite() -> None:
    program = (
        "import sys, services.cli.healthcheck; print(*(m for m in sys.modules if m.split('.')[0] in sys.argv[1:]))"
    )
    heavy = ("typer", "grpc", "pydantic", "sqlalchemy", "asyncio", "understudy", "google")

    done = subprocess.run([sys.executable, "-c", program, *heavy], capture_output=True, text=True, check=True)

    assert "\n" == done.stdout
