"""Containers of the image as a careful cluster runs them: no root, no capabilities, nothing to write to but /tmp."""

import json
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.image.built import built_image

LABEL = "understudy-test-image"

COMMAND_SECONDS = 60.0

RESTRICTED = (
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--user=10001:10001",
    "--tmpfs=/tmp",
    f"--label={LABEL}",
)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a container did: its exit code, and what it printed."""

    code: int
    output: str
    errors: str


def run_image(*arguments: str, options: Sequence[str] = (), **environment: str) -> Ran:
    """Run a command of the image to its end."""
    name = f"{LABEL}-{uuid.uuid4()}"
    command = ["docker", "run", "--rm", f"--name={name}", *RESTRICTED, *_variables(environment), *options]
    try:
        done = subprocess.run(
            [*command, built_image(), *arguments], capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        remove(name)
        raise
    return Ran(done.returncode, done.stdout, done.stderr)


def run_inside(*command: str) -> Ran:
    """Run any other program that is in the image."""
    program, *arguments = command
    return run_image(*arguments, options=[f"--entrypoint={program}"])


@contextmanager
def container(*arguments: str, options: Sequence[str] = (), **environment: str) -> Iterator[str]:
    """Run a container until left, and yield its name; what it said is printed, for a test that fails."""
    name = f"{LABEL}-{uuid.uuid4()}"
    command = ["docker", "run", "--detach", f"--name={name}", *RESTRICTED, *_variables(environment), *options]
    docker(*command[1:], built_image(), *arguments)
    try:
        yield name
    finally:
        logs = subprocess.run(["docker", "logs", name], capture_output=True, text=True, check=False)
        print(logs.stdout, logs.stderr)
        remove(name)


def inspect(thing: str) -> Any:
    """Return what Docker knows of an image or a container."""
    return json.loads(docker("inspect", thing))[0]


def docker(*arguments: str) -> str:
    """Return what a command of Docker prints. Raises CalledProcessError."""
    done = subprocess.run(
        ["docker", *arguments], check=True, stdout=subprocess.PIPE, text=True, timeout=COMMAND_SECONDS
    )
    return done.stdout.strip()


def remove(name: str) -> None:
    """Remove a container, and the volumes that are its own."""
    subprocess.run(["docker", "rm", "--force", "--volumes", name], capture_output=True, check=False)


def _variables(environment: Mapping[str, str]) -> list[str]:
    return [f"--env={name}={value}" for name, value in environment.items()]
