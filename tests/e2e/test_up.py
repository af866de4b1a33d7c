"""`understudy up`, as a person runs it: what it prints, what it keeps, and what killed processes do to it."""

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.cli.demo import SHOP
from tests.e2e.suite import Suite, eventually, running_suite
from tests.ports import free_ports
from tests.services.cli.command import Understudy, run

ALL_PRODUCTS = "All products"

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture(scope="module")
def up(data: Path) -> Iterator[Suite]:
    """Return an `up` with two edge workers and the demo collection, for the tests that harm nothing."""
    with running_suite(data, [SHOP], edge_workers=2) as suite:
        yield suite


def test_up_prints_where_everything_is_and_then_ready(up: Suite, data: Path) -> None:
    facts = facts_of(up)

    assert f"http://localhost:{port_of(up.edge_url)}/mocks/" in facts["mock"]
    assert facts["gateway"].startswith(f"http://localhost:{port_of(up.gateway_url)} ")
    assert f"localhost:{port_of('//' + up.grpc_target)}" == facts["gRPC"]
    assert f"http://localhost:{port_of(up.metrics_url)}/metrics" == facts["metrics"]
    assert up.api_key == facts["key"]
    assert str(data) == facts["data"]
    assert up.said.text.splitlines()[-1] == "ready"


def test_the_printed_line_answers_with_a_saved_example(up: Suite) -> None:
    reply = call_printed_line(facts_of(up)["try"])

    assert saved_body(ALL_PRODUCTS) == reply


def test_a_second_up_on_the_same_data_is_refused_in_a_sentence(up: Suite, data: Path) -> None:
    second = run("up", "--data", data, "--edge-port", 0, "--gateway-port", 0, "--grpc-port", 0, "--metrics-port", 0)

    assert second.code == 1
    assert f"Error: Another `understudy up` runs on {data} already (process {up.process.pid}," in second.errors
    assert second.errors.count("\n") == 1


def test_a_port_that_is_taken_is_named_with_the_option_to_change_it(up: Suite, tmp_path: Path) -> None:
    port = port_of("//" + up.grpc_target)
    others = ("--edge-port", 0, "--gateway-port", 0, "--metrics-port", 0)

    refused = run("up", "--data", tmp_path / "data", "--grpc-port", port, *others)

    assert (1, f"Error: Port {port} is taken: choose another with --grpc-port.\n") == (refused.code, refused.errors)
    assert not (tmp_path / "data" / "postgres").exists()


def test_the_metrics_of_all_processes_are_served_in_one_place(up: Suite) -> None:
    text = httpx.get(up.metrics_url).text
    families = [family.name for family in text_string_to_metric_families(text)]
    memory = next(
        family for family in text_string_to_metric_families(text) if family.name == "process_resident_memory_bytes"
    )

    assert len(set(families)) == len(families)
    assert {None, "0", "1"} == {sample.labels.get("worker") for sample in memory.samples}
    assert "understudy_edge_workers 2.0" in text
    assert httpx.get(up.metrics_url.replace("/metrics", "/readyz")).text == "ready\n"


def test_secrets_in_the_data_directory_are_readable_by_their_owner_alone(up: Suite, data: Path) -> None:
    credentials = data / "credentials"

    assert up.api_key == credentials.read_text().strip()
    assert credentials.stat().st_mode & 0o777 == 0o600


def test_data_and_key_are_there_after_stop_and_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    no_key = ("--api-key", "")
    with running_suite(data, [SHOP], options=no_key) as first:
        before = facts_of(first)
        httpx.get(mock_url(first) + "/products").raise_for_status()
        first.process.send_signal(signal.SIGTERM)
        code = first.process.wait(30)

    with running_suite(data, [SHOP], options=no_key) as second:
        after = facts_of(second)
        answered = httpx.get(mock_url(second) + "/products")
        mocks = Understudy(data).json("mocks", "list")
        logged = eventually(lambda: logged_at_least(data, 2))

    assert code == 0
    assert first.said.text.splitlines()[-2:] == ["stopping", "stopped"]
    assert before["key"].startswith("USK-")
    assert before["key"] == after["key"]
    assert mock_id(before["mock"]) == mock_id(after["mock"])
    assert len(mocks) == 1
    assert saved_body(ALL_PRODUCTS) == answered.json()
    assert ["/products", "/products"] == [entry["request"]["path"] for entry in logged]


def test_a_killed_edge_worker_is_replaced_and_no_answered_call_is_missing_in_the_log(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running_suite(data, [SHOP]) as suite:
        url = mock_url(suite)
        answered = [call(url, number) for number in range(20)]
        [worker] = edge_workers(suite)
        worker.kill()
        answered += [call(url, number) for number in range(20, 40)]
        logged = eventually(lambda: logged_at_least(data, 40), seconds=20)

    assert set(range(40)) == set(answered)
    assert sorted(answered) == sorted(number_in(entry["request"]["path"]) for entry in logged)


def test_after_the_supervisor_was_killed_the_next_up_starts_cleanly(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with contextlib.ExitStack() as killed:
        suite = killed.enter_context(running_suite(data, [SHOP]))
        answered = [call(mock_url(suite), number) for number in range(20)]
        orphans = edge_workers(suite)
        suite.process.kill()
        suite.process.wait(10)

    with running_suite(data, [SHOP]) as successor:
        left_behind = [process.pid for process in orphans if is_alive(process)]
        answered.append(call(mock_url(successor), 20))
        logged = eventually(lambda: logged_at_least(data, 21), seconds=20)

    assert [] == left_behind
    assert list(range(21)) == sorted(answered)
    assert list(range(21)) == sorted(number_in(entry["request"]["path"]) for entry in logged)
    assert "Traceback" not in data.with_name("data.log").read_text()


def test_a_worker_that_outlives_its_killed_supervisor_is_ended_by_the_next_up(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with contextlib.ExitStack() as killed:
        suite = killed.enter_context(running_suite(data, [SHOP]))
        [stuck] = edge_workers(suite)
        stuck.suspend()
        suite.process.kill()
        suite.process.wait(10)

    with running_suite(data, [SHOP]) as successor:
        is_left_behind = is_alive(stuck)
        answered = call(mock_url(successor), 1)

    assert not is_left_behind
    assert answered == 1


def test_a_killed_postgresql_is_started_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running_suite(data, [SHOP]) as suite:
        url = mock_url(suite)
        call(url, 0)
        os.kill(int((data / "postgres" / "postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)
        answered_meanwhile = call(url, 1)
        logged = eventually(lambda: logged_at_least(data, 2), seconds=30)

    assert answered_meanwhile == 1
    assert [0, 1] == [number_in(entry["request"]["path"]) for entry in logged]


def test_a_start_can_be_interrupted_and_leaves_nothing_running(tmp_path: Path) -> None:
    data = tmp_path / "data"
    edge, gateway, grpc, metrics = free_ports(4)
    ports = ["--edge-port", edge, "--gateway-port", gateway, "--grpc-port", grpc, "--metrics-port", metrics]
    command = [sys.executable, "-m", "services.cli", "up", "--data", str(data), *map(str, ports)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as starting:
        eventually(lambda: exists(data / "postgres"), seconds=30)
        starting.send_signal(signal.SIGTERM)
        said, errors = starting.communicate(timeout=30)

    assert (0, "stopped\n", "") == (starting.returncode, said, errors)
    assert not (data / "postgres" / "postmaster.pid").exists()
    assert [] == [each.pid for each in psutil.process_iter() if str(data) in " ".join(command_line(each))]


def facts_of(suite: Suite) -> dict[str, str]:
    """Return the aligned lines that `up` printed, by their first word."""
    lines = (line.split(maxsplit=1) for line in suite.said.text.splitlines())
    return {words[0]: words[1].strip() for words in lines if len(words) == 2}


def mock_url(suite: Suite) -> str:
    return f"{suite.edge_url}/mocks/{mock_id(facts_of(suite)['mock'])}"


def mock_id(fact: str) -> str:
    found = re.search(r"/mocks/([0-9a-f-]+)", fact)
    assert found is not None
    return found[1]


def port_of(url: str) -> int:
    port = httpx.URL(url if "//" in url[:8] else "//" + url).port
    assert port is not None
    return port


def call_printed_line(line: str) -> Any:
    command = shlex.split(line)
    assert command[0] == "curl"
    return httpx.get(command[-1]).raise_for_status().json()


def call(url: str, number: int) -> int:
    """Call the wildcard with a number of its own, and return the number that the reply repeats."""
    reply = httpx.get(f"{url}/products/{number}", timeout=30).raise_for_status()
    return int(reply.json()["id"])


def number_in(path: str) -> int:
    return int(path.rpartition("/")[2])


def logged_at_least(data: Path, count: int) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = Understudy(data).json("logs", "Small shop", "--limit", 1000)
    assert len(entries) >= count
    return entries


def saved_body(name: str) -> Any:
    items = [item for folder in json.loads(SHOP.read_text())["item"] for item in folder.get("item", [folder])]
    return next(
        json.loads(example["body"]) for item in items for example in item["response"] if example["name"] == name
    )


def edge_workers(suite: Suite) -> list[psutil.Process]:
    children = psutil.Process(suite.process.pid).children()
    return [child for child in children if "services.edge" in child.cmdline()]


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def exists(path: Path) -> None:
    assert path.exists()


def command_line(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []
