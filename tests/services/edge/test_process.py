"""The edge as a process: what it imports, how it starts, shares a port, and leaves."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.edge.settings import EdgeSettings
from tests.builders import an_example, an_item
from tests.services.edge.suite import Suite, edge_environment, listening_line, running_suite

FOUND = an_item(an_example(url="https://api.example/a", body="found"))


@asynccontextmanager
async def edge_process(
    suite: Suite, journal_dir: Path, *inherited: int, **settings: Any
) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    """Run `python -m services.edge`, and yield it with its log line that says where it listens."""
    environment = os.environ | edge_environment(suite, journal_dir, **settings)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.edge", env=environment, stderr=subprocess.PIPE, pass_fds=inherited
    )
    assert process.stderr is not None
    try:
        yield process, await listening_line(process.stderr)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def test_an_edge_imports_neither_database_nor_command_line_libraries() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "services.edge"]
    environment = os.environ | {"EDGE_PORT": "none, so that it ends when everything is imported"}
    listing = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stderr
    modules = {line.rsplit("|", 1)[-1].strip() for line in listing.splitlines() if line.startswith("import time:")}

    assert (
        not {"sqlalchemy.sql", "alembic.config", "typer.main", "rich.console", "asyncpg.pool", "faker.proxy"} & modules
    )
    assert "services.edge.app" in modules


async def test_a_process_answers_logs_and_leaves_cleanly_on_sigterm(
    fresh_databases: dict[str, str], tmp_path: Path
) -> None:
    async with running_suite(fresh_databases) as suite, edge_process(suite, tmp_path) as (process, listening):
        mock = await suite.mock(FOUND)
        url = f"http://127.0.0.1:{listening['port']}/mocks/{mock.id}/a"
        async with httpx.AsyncClient(timeout=20) as http:
            replies = [await http.get(url) for _ in range(20)]
            slow = asyncio.create_task(http.get(url, headers={"x-mock-response-delay": "700"}))
            await asyncio.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            last = await slow
        status = await asyncio.wait_for(process.wait(), 10)

        assert {(200, "found")} == {(reply.status_code, reply.text) for reply in (*replies, last)}
        assert 0 == status
        assert 21 == len(await suite.logged(mock.id, count=21))
        assert [] == os.listdir(tmp_path)  # noqa: PTH208 -- a listing of a test's own folder


async def test_kill_9_loses_no_call_that_was_answered(fresh_databases: dict[str, str], tmp_path: Path) -> None:
    async with running_suite(fresh_databases) as suite:
        mock = await suite.mock(FOUND)
        async with edge_process(suite, tmp_path, ship_seconds=0.5) as (process, listening):
            url = f"http://127.0.0.1:{listening['port']}/mocks/{mock.id}/a"
            async with httpx.AsyncClient(timeout=20) as http:
                for number in range(300):
                    assert 200 == (await http.get(url, headers={"x-number": str(number)})).status_code
            process.kill()
            await process.wait()
        async with edge_process(suite, tmp_path):
            entries = await suite.logged(mock.id, count=300)

        assert [str(number) for number in range(300)] == [dict(entry.request.headers)["x-number"] for entry in entries]


async def test_workers_share_a_socket_that_they_inherit(fresh_databases: dict[str, str], tmp_path: Path) -> None:
    async with running_suite(fresh_databases) as suite:
        mock = await suite.mock(FOUND)
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            port, shared = listener.getsockname()[1], listener.fileno()
            async with (
                edge_process(suite, tmp_path, shared, listen_fd=shared) as (first, _),
                edge_process(suite, tmp_path, shared, listen_fd=shared),
            ):
                url = f"http://127.0.0.1:{port}/mocks/{mock.id}/a"
                statuses = await _calls(url, 20)
                first.send_signal(signal.SIGTERM)
                await asyncio.wait_for(first.wait(), 10)
                after = await _calls(url, 20)

        assert {200} == {*statuses, *after}


async def test_a_worker_leaves_when_its_parent_is_gone(fresh_databases: dict[str, str], tmp_path: Path) -> None:
    async with running_suite(fresh_databases) as suite:
        told, ours = os.pipe()
        async with edge_process(suite, tmp_path, told, parent_fd=told) as (process, _):
            os.close(told)
            os.close(ours)

            assert 0 == await asyncio.wait_for(process.wait(), 10)


async def _calls(url: str, count: int) -> list[int]:
    """Make calls, each on a connection of its own, and return their statuses."""

    async def one() -> int:
        async with httpx.AsyncClient(timeout=20) as http:
            return (await http.get(url)).status_code

    return list(await asyncio.gather(*(one() for _ in range(count))))


@pytest.mark.parametrize("prefix", ["", "/", "/_understudy/mocks"])
def test_a_path_prefix_that_would_hide_other_pages_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="must be a path of its own"):
        EdgeSettings(path_prefix=prefix)


def test_a_journal_smaller_than_two_segments_is_refused() -> None:
    with pytest.raises(ValueError, match="at least twice"):
        EdgeSettings(journal_bytes=10_000, journal_segment_bytes=8_000)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_PATH_PREFIX", "m/")
    monkeypatch.setenv("EDGE_MOCK_DOMAIN", ".Mock.Example.com")

    settings = EdgeSettings()

    assert ("/m", "mock.example.com") == (settings.path_prefix, settings.mock_domain)
