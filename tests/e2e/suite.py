"""The whole suite as a user runs it: `understudy up` in a process of its own, on free ports and a data directory.

with running_suite(tmp_path / "data") as suite:
    httpx.get(suite.gateway_url + "/me", headers=suite.key_header)
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.ports import free_ports

API_KEY = "USK-the-key-of-the-end-to-end-tests-0001"

START_SECONDS = 60.0
"""The first start makes a database, on a machine that may be busy with other tests."""

STOP_SECONDS = 30.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A running suite, and where it answers."""

    gateway_url: str
    edge_url: str
    grpc_target: str
    metrics_url: str
    api_key: str
    process: subprocess.Popen[str]
    said: "Said"

    @property
    def key_header(self) -> dict[str, str]:
        """Return the header that proves the administrator."""
        return {"x-api-key": self.api_key}


@contextmanager
def running_suite(
    data: Path, files: Sequence[Path] = (), *, edge_workers: int = 1, options: Sequence[str] = ()
) -> Iterator[Suite]:
    """Run `understudy up` with FILES until left. Raises AssertionError, with what it said, where it does not start."""
    edge, gateway, grpc, metrics = free_ports(4)
    ports = ("--edge-port", edge, "--gateway-port", gateway, "--grpc-port", grpc, "--metrics-port", metrics)
    command = [sys.executable, "-m", "services.cli", "up", "--data", data, *ports, "--edge-workers", edge_workers]
    command += ["--api-key", API_KEY, *options, *files]
    with _started([str(part) for part in command], data.with_name(f"{data.name}.log")) as (process, said):
        yield Suite(
            gateway_url=f"http://127.0.0.1:{gateway}",
            edge_url=f"http://127.0.0.1:{edge}",
            grpc_target=f"127.0.0.1:{grpc}",
            metrics_url=f"http://127.0.0.1:{metrics}/metrics",
            api_key=API_KEY,
            process=process,
            said=said,
        )


def eventually(check: Callable[[], Result], *, seconds: float = 10.0) -> Result:
    """Return what `check` returns once it no longer fails; after the deadline, its last failure is raised."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        threading.Event().wait(0.05)


@contextmanager
def _started(command: Sequence[str], log: Path) -> Iterator[tuple[subprocess.Popen[str], "Said"]]:
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, "NO_COLOR": "1"}
        ) as process,
    ):
        try:
            said = _said_until_ready(process)
            assert said.is_ready, f"`up` did not start. It said:\n{said.text}\n{log.read_text()}"
            yield process, said
        finally:
            _stop(process)


class Said:
    """What a process says on standard output, read to its end so that it never blocks on a full pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._lines: list[str] = []
        self._settled = threading.Event()
        threading.Thread(target=self._read, args=(process,), daemon=True).start()

    @property
    def text(self) -> str:
        """Return everything that was said so far."""
        return "".join(self._lines)

    @property
    def is_ready(self) -> bool:
        return any(line.strip() == "ready" for line in self._lines)

    def wait(self, seconds: float) -> None:
        """Wait until the process is ready, or says no more."""
        self._settled.wait(seconds)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.append(line)
            if self.is_ready:
                self._settled.set()
        self._settled.set()


def _said_until_ready(process: subprocess.Popen[str]) -> Said:
    said = Said(process)
    said.wait(START_SECONDS)
    return said


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
