"""`understudy check`: what it does, what it says of a failure, and that it leaves nothing behind."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.e2e.separate import separate_suite
from tests.e2e.suite import API_KEY, Suite
from tests.ports import free_ports
from tests.services.cli.command import Understudy, run

STEPS = ["know the key", "import a collection", "mock it", "call it by path", "find the call in the log"]


def left_behind(understudy: Understudy) -> list[str]:
    things = [*understudy.json("collections", "list"), *understudy.json("mocks", "list")]
    return [thing["name"] for thing in things if thing["name"].startswith("understudy check-")]


def test_each_step_is_said_with_its_time_and_nothing_is_left(understudy: Understudy) -> None:
    ran = understudy("check")

    assert ran.code == 0, ran.errors
    *steps, last = ran.output.splitlines()
    shown = [re.fullmatch(r"ok +[\d,]+ ms  (.+)", line) for line in steps]
    assert [*STEPS, "delete all of it"] == [line and line[1] for line in shown]
    assert re.fullmatch(r"Understudy works: 6 steps in \d+\.\d s\.", last)
    assert [] == left_behind(understudy)


def test_programs_get_the_steps_as_json(understudy: Understudy) -> None:
    report = understudy.json("check")

    assert [*STEPS, "delete all of it"] == [step["name"] for step in report["steps"]]
    assert report["seconds"] == pytest.approx(sum(step["seconds"] for step in report["steps"]))


def test_an_edge_that_does_not_answer_fails_the_step_and_everything_is_deleted(understudy: Understudy) -> None:
    (port,) = free_ports(1)

    ran = understudy("check", "--edge-url", f"http://localhost:{port}", "--deadline", "1")

    assert ran.code == 1
    assert ran.errors.startswith(
        f"Error: The check failed at the step 'call it by path': http://localhost:{port}/mocks/"
    )
    assert [] == left_behind(understudy)


@pytest.mark.parametrize("url", ["localhost:8080", "edge", "ftp://edge", "http://", "http://edge:port"])
def test_what_is_no_url_of_an_edge_is_refused_before_anything_is_made(understudy: Understudy, url: str) -> None:
    ran = understudy("check", "--edge-url", url)

    assert (1, "") == (ran.code, ran.output)
    assert f"Error: --edge-url: {url!r} is no URL of an edge. Write http://host:port or https://host.\n" == ran.errors


def test_another_answer_than_the_example_is_shown(understudy: Understudy) -> None:
    with somebody_else() as port:
        ran = understudy("check", "--deadline", "1", UNDERSTUDY_EDGE_URL=f"http://127.0.0.1:{port}")

    assert ran.code == 1
    assert "answered 200 with 'somebody else' instead of the example." in ran.errors


def test_services_that_are_away_are_waited_for_until_the_deadline(understudy: Understudy, up: Suite) -> None:
    (port,) = free_ports(1)

    ran = understudy(
        *("check", "--deadline", "2", "--edge-url", up.edge_url, "--server", f"localhost:{port}"),
        UNDERSTUDY_API_KEY=up.api_key,
    )

    assert ran.code == 1
    assert ran.errors.startswith("Error: The check failed at the step 'know the key': ")


def test_an_edge_must_be_named_where_the_services_are(understudy: Understudy, up: Suite) -> None:
    ran = understudy("check", "--server", up.grpc_target, UNDERSTUDY_API_KEY=up.api_key)

    assert (1, "Error: This needs to know where an edge answers: set UNDERSTUDY_EDGE_URL, or give --edge-url.\n") == (
        ran.code,
        ran.errors,
    )


def test_a_check_that_is_stopped_cleans_up(understudy: Understudy, up: Suite) -> None:
    environment = {"UNDERSTUDY_SERVER": up.grpc_target, "UNDERSTUDY_API_KEY": up.api_key}
    with somebody_else() as port:
        command = [sys.executable, "-m", "services.cli", "check", "--edge-url", f"http://127.0.0.1:{port}"]
        with subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as checking:
            assert checking.stdout is not None
            for _ in range(3):
                checking.stdout.readline()
            made = left_behind(understudy)
            checking.send_signal(signal.SIGTERM)
            _, errors = checking.communicate(timeout=30)

    assert 2 == len(made)
    assert (1, "Error: The check was stopped before it came to its end.\n") == (checking.returncode, errors)
    assert [] == left_behind(understudy)


async def test_where_mocks_answer_by_host_they_are_called_so_too(tmp_path: Path) -> None:
    told = {"MOCK_URL_TEMPLATE": "https://{mock_id}.mocks.example:8443", "MOCK_DOMAIN": "mocks.example"}
    async with separate_suite(tmp_path, told=told) as suite:
        targets = {f"UNDERSTUDY_{part.name.upper()}_SERVER": f"127.0.0.1:{part.port}" for part in suite.behind}
        environment = {"UNDERSTUDY_EDGE_URL": suite.edges[0].url, "UNDERSTUDY_API_KEY": API_KEY, **targets}
        ran = await asyncio.to_thread(run, "check", "--json", **environment)

    assert ran.code == 0, ran.errors
    assert [*STEPS[:4], "call it by host", STEPS[4], "delete all of it"] == [step["name"] for step in ran.json["steps"]]


@contextmanager
def somebody_else() -> Iterator[int]:
    """Serve one answer to every call, and yield the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"somebody else")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's own name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
