"""The command as a process: help, usage, `serve`, `migrate`, and the program of the README."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import asyncpg
import httpx
import pytest

from services.cli.demo import SHOP
from tests.builders import an_environment, document
from tests.e2e.suite import Suite, eventually, running_suite
from tests.postgres import database_url
from tests.services.cli.command import Understudy, run


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    """Return the owner's URL of a database with nothing in it."""
    name = f"empty_{uuid.uuid4().hex}"
    asyncio.run(execute(postgres_url, f'CREATE DATABASE "{name}"'))
    yield database_url(postgres_url, name)
    asyncio.run(execute(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


README = Path(__file__).parents[3] / "README.md"


def test_the_help_names_every_command() -> None:
    shown = run("--help")

    assert shown.code == 0
    for command in (
        "up",
        "serve",
        "migrate",
        "import",
        "apply",
        "call",
        "logs",
        "check",
        "collections",
        "environments",
        "mocks",
        "keys",
    ):
        assert re.search(rf"^  {command} +\S", shown.output, re.MULTILINE)


def test_the_version_is_the_packages() -> None:
    assert f"understudy {version('understudy')}\n" == run("--version").output


def test_a_mistyped_command_is_answered_with_the_usage() -> None:
    mistyped = run("mocks", "lst")

    assert mistyped.code == 2
    assert "Error: No such command 'lst'." in mistyped.errors
    assert "Traceback" not in mistyped.errors


def test_a_service_without_its_settings_names_the_missing_variable() -> None:
    served = run("serve", "catalog")

    assert served.code == 1
    assert served.errors == (
        "Error: CATALOG_DATABASE_URL is missing: set it, or CATALOG_DATABASE_HOST and the variables beside it.\n"
    )


def test_migrate_says_what_ran_and_then_that_nothing_is_left(empty_database: str) -> None:
    first = run("migrate", UNDERSTUDY_DATABASE_URL=empty_database)
    second = run("migrate", "catalog", "--phase", "pre", UNDERSTUDY_DATABASE_URL=empty_database)

    assert (0, 0) == (first.code, second.code), first.errors + second.errors
    assert ["catalog", "registry", "calllog"] == [line.split()[0] for line in first.output.splitlines()]
    assert "0001_pre_" in first.output
    assert "catalog  up to date\n" == second.output


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("", "UNDERSTUDY_DATABASE_URL is missing: set it, or UNDERSTUDY_DATABASE_HOST and the variables beside it."),
        ("nonsense", "UNDERSTUDY_DATABASE_URL is no URL; write postgresql://role:password@host:port/database."),
        (
            "postgresql://nobody@localhost:1/none",
            "The database cannot be reached: Connection refused. Check its URL, or host and port.",
        ),
    ],
)
def test_a_database_that_cannot_be_migrated_is_explained(url: str, error: str) -> None:
    ran = run("migrate", "--database-url", url)

    assert (1, f"Error: {error}\n") == (ran.code, ran.errors)


def test_up_runs_on_a_database_of_somebody_else_and_gives_the_only_environment_to_the_mocks(
    empty_database: str, tmp_path: Path
) -> None:
    environment = tmp_path / "environment.json"
    environment.write_bytes(document(an_environment(id="env-1")))

    with running_suite(tmp_path / "data", [SHOP, environment], options=["--database-url", empty_database]):
        mocks = Understudy(tmp_path / "data").json("mocks", "list")

    assert [("Small shop", "env-1")] == [(mock["name"], mock["environment_id"]) for mock in mocks]
    assert not (tmp_path / "data" / "postgres").exists()
    assert (tmp_path / "data" / "roles.json").stat().st_mode & 0o777 == 0o600


def test_a_followed_log_shows_what_is_there_and_then_what_comes(up: Suite, understudy: Understudy) -> None:
    mock = understudy.json("mocks", "create", "Small shop", "--name", f"followed {uuid.uuid4()}")
    httpx.get(mock["url"] + "/products/before").raise_for_status()
    eventually(lambda: shows("/products/before", understudy("logs", mock["id"]).output))
    command = [sys.executable, "-m", "services.cli", "logs", mock["id"], "--follow"]
    environment = {"UNDERSTUDY_SERVER": up.grpc_target, "UNDERSTUDY_API_KEY": up.api_key}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}) as following:
        assert following.stdout is not None
        first = following.stdout.readline()
        httpx.get(mock["url"] + "/products/after").raise_for_status()
        second = following.stdout.readline()
        following.send_signal(signal.SIGINT)

    assert "  200   GET      /products/before  " in first
    assert "  200   GET      /products/after  " in second
    assert following.returncode == 130


def test_the_program_of_the_readme_runs(up: Suite, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert found is not None
    program = tmp_path / "provision.py"
    program.write_text(found[1].replace("localhost:7000", up.grpc_target))

    ran = run_program(program, str(SHOP), UNDERSTUDY_API_KEY=up.api_key)

    assert "15 examples answer at http://localhost:" in ran


def shows(text: str, output: str) -> None:
    assert text in output


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def run_program(program: Path, *arguments: str, **environment: str) -> str:
    command = [sys.executable, str(program), *arguments]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
