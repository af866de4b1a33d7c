"""Running the `understudy` command, as a person does, and looking at what it printed."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from services.cli.__main__ import application

COMMAND_SECONDS = 60.0
"""A command takes a second; a machine busy with other tests may take its time."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did: its exit code, and what it printed."""

    code: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        """Return the JSON document it printed."""
        return json.loads(self.output)


@dataclass(frozen=True, slots=True)
class Understudy:
    """The command, for the `up` on a data directory; it runs inside the test's process, which saves half a second."""

    data: Path

    def __call__(self, *arguments: object, **environment: str) -> Ran:
        """Run the command with these arguments, whatever comes of it."""
        variables = {**dict.fromkeys(_variables_of_ours()), "UNDERSTUDY_DATA": str(self.data), **environment}
        result = CliRunner().invoke(application(), [str(argument) for argument in arguments], env=variables)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def json(self, *arguments: object) -> Any:
        """Run the command with `--json`, and return the document; fails where the command does."""
        ran = self(*arguments, "--json")
        assert ran.code == 0, ran.errors
        return ran.json


def run(*arguments: object, **environment: str) -> Ran:
    """Run the command in a process of its own, without anything of the outer environment that it would listen to."""
    outer = {name: value for name, value in os.environ.items() if name not in _variables_of_ours()}
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", *map(str, arguments)],
        env={**outer, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def _variables_of_ours() -> list[str]:
    return [name for name in os.environ if name.startswith("UNDERSTUDY_")]
