"""Postman's libraries, installed with npm in the versions that `tests/tools.txt` pins, and asked through Node."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

PACKAGES = ("postman-collection", "postman-collection-transformer")
TESTS = Path(__file__).parent.parent
CACHE = TESTS / ".npm"
"""Where packages are kept from one run to the next. The folder tells git to overlook it."""


class NoLibraries(Exception):
    """Postman's libraries cannot be had here; the message says why."""


class Threw(Exception):
    """The library threw an error of its own."""


class Sdk:
    """A running Node that answers for Postman's libraries."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Take the process that runs `sdk.js`."""
        self._process = process

    def ask(self, op: str, **question: Any) -> Any:
        """Return the answer to a question; raises Threw where the library throws."""
        sent, received = self._process.stdin, self._process.stdout
        assert sent is not None
        assert received is not None
        sent.write(json.dumps({"op": op, **question}) + "\n")
        sent.flush()
        reply = json.loads(received.readline())
        if "error" in reply:
            raise Threw(reply["error"])
        return reply["answer"]


@contextmanager
def running_sdk() -> Iterator[Sdk]:
    """Run the libraries, which are installed where they are not yet. Raises NoLibraries."""
    modules = installed(pinned_packages())
    command = [_tool("node"), str(Path(__file__).with_name("sdk.js"))]
    with subprocess.Popen(
        command,
        env={**os.environ, "NODE_PATH": str(modules)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        yield Sdk(process)


def pinned_packages() -> list[str]:
    """Return the packages as npm takes them, each with its version."""
    lines = (TESTS / "tools.txt").read_text(encoding="utf-8").split()
    return [line for line in lines if line.rpartition("@")[0] in PACKAGES]


def installed(packages: list[str]) -> Path:
    """Return the folder of modules that holds the packages. Raises NoLibraries."""
    modules = CACHE / sha256(" ".join(packages).encode()).hexdigest()[:12] / "node_modules"
    if not modules.exists():
        modules.parent.mkdir(parents=True, exist_ok=True)
        (CACHE / ".gitignore").write_text("*\n", encoding="utf-8")
        _install(packages, modules)
    return modules


def _install(packages: list[str], modules: Path) -> None:
    """Install elsewhere and rename, so that of several processes the first one wins and all see it whole."""
    with tempfile.TemporaryDirectory(dir=CACHE) as workshop:
        command = [_tool("npm"), "install", "--prefix", workshop, "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            subprocess.run([*command, *packages], check=True, capture_output=True, encoding="utf-8", timeout=100)
        except subprocess.CalledProcessError as error:
            raise NoLibraries(f"npm could not install {' '.join(packages)}: {error.stderr}") from None
        except subprocess.TimeoutExpired as error:
            raise NoLibraries(f"npm took too long: {error}") from None
        try:
            Path(workshop, "node_modules").rename(modules)
        except OSError:  # Another process was faster, or else nothing is there.
            if not modules.exists():
                raise


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NoLibraries(f"{name} is not installed")
    return found
