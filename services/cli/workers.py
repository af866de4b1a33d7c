"""The edge workers of an `up`: processes that share one listening socket, started again when they die.

The supervisor opens the socket and each worker inherits it, so that a connection that comes in while a worker is being
replaced waits in the socket's queue instead of being refused. Each worker also inherits

- the reading end of a pipe whose other end the supervisor holds: when the supervisor dies, however it dies, the pipe
  ends and the worker stops too;
- a locked file, which stays locked until the last worker is gone: the next `up` waits for that.

Workers are in a session of their own: Ctrl-C is the supervisor's to hear, which stops them in the right order.
"""

import asyncio
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from services.runtime.lifecycle import background

logger = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
"""A worker that dies at once is started again ever more slowly: it must not eat the processor it needs."""

SOUND_SECONDS = 10.0
"""A worker that lived this long was well; when it dies, the pauses begin from the shortest again."""

STOP_SECONDS = 20.0
"""Longer than a worker takes to drain its calls and to ship its journal; then it is killed, and loses nothing."""

ORPHAN_SECONDS = 5.0
"""How long a killed predecessor's workers may take to notice; then they are killed."""


class EdgeWorkers:
    """The workers, each in its place; `ports` are where they serve their metrics and probes."""

    def __init__(
        self,
        *,
        count: int,
        listener: socket.socket,
        environment: Mapping[str, str],
        lock: int,
        metrics: CollectorRegistry,
    ) -> None:
        """Take how many to run, the socket they share, their settings and the locked file's descriptor."""
        self.ports = [_free_port() for _ in range(count)]
        self._processes: list[asyncio.subprocess.Process | None] = [None] * count
        self._listener = listener
        self._environment = environment
        self._lock = lock
        self._stopping = asyncio.Event()
        self._parent_end, self._worker_end = _pipe()
        self._restarts = Counter(
            "understudy_edge_worker_restarts", "Edge workers that died and were started again.", registry=metrics
        )
        Gauge("understudy_edge_workers", "Edge workers that are running.", registry=metrics).set_function(
            lambda: len(self.pids)
        )

    @property
    def pids(self) -> tuple[int, ...]:
        """Return the process ids of the workers that are running."""
        return tuple(each.pid for each in self._processes if each is not None and each.returncode is None)

    async def keep_running(self, place: int) -> None:
        """Run the worker of a place, and start it again whenever it dies, until the workers are stopped."""
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            began = time.monotonic()
            process = self._processes[place] = await self._start(place)
            self._note_pids()
            code = await process.wait()
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE_SECONDS if time.monotonic() - began > SOUND_SECONDS else pause
            logger.warning("edge worker died; starting it again", worker=place, code=code, pause_seconds=pause)
            self._restarts.inc()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def stop(self) -> None:
        """Let the workers drain and stop; kill those that take too long. To be called again does no harm."""
        self._stopping.set()
        running = [each for each in self._processes if each is not None and each.returncode is None]
        for process in running:
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            await _ended_by(process, deadline)

    def close(self) -> None:
        """Give back the descriptors."""
        os.close(self._parent_end)
        os.close(self._worker_end)

    def _note_pids(self) -> None:
        """Write down who runs, in the locked file, for a successor that finds it locked."""
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, " ".join(map(str, self.pids)).encode(), 0)

    async def _start(self, place: int) -> asyncio.subprocess.Process:
        self.ports[place] = _free_port()
        inherited = (self._listener.fileno(), self._worker_end, self._lock)
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.edge",
            env={
                **os.environ,
                **self._environment,
                "EDGE_LISTEN_FD": str(self._listener.fileno()),
                "EDGE_PARENT_FD": str(self._worker_end),
                "EDGE_METRICS_HOST": "127.0.0.1",
                "EDGE_METRICS_PORT": str(self.ports[place]),
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,  # They have nothing to say there, and must not hold our pipe open.
            pass_fds=inherited,
            start_new_session=True,
        )


@asynccontextmanager
async def edge_workers(
    *, count: int, listener: socket.socket, environment: Mapping[str, str], lock: int, metrics: CollectorRegistry
) -> AsyncIterator[EdgeWorkers]:
    """Run workers until left. They are started at once and are ready when they say so on their metrics ports."""
    workers = EdgeWorkers(count=count, listener=listener, environment=environment, lock=lock, metrics=metrics)
    try:
        async with AsyncExitStack() as places:
            for place in range(count):
                _ = await places.enter_async_context(
                    background(workers.keep_running(place), name=f"edge worker {place}")
                )
            places.push_async_callback(workers.stop)
            yield workers
    finally:
        workers.close()


@asynccontextmanager
async def workers_lock(path: Path) -> AsyncIterator[int]:
    """Yield the descriptor of the locked file, once a killed predecessor's workers are gone.

    They stop by themselves when the pipe ends. Those that do not are killed: what they have answered is in their
    journals, which the next workers ship.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not await _locked_within(descriptor, ORPHAN_SECONDS):
            for pid in filter(_is_edge_worker, _noted_pids(descriptor)):
                logger.warning("killing an edge worker that was left behind", pid=pid)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await _locked_within(descriptor, ORPHAN_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


async def _ended_by(process: asyncio.subprocess.Process, deadline: float) -> None:
    """Wait until a process has ended; after the deadline it is killed."""
    try:
        await asyncio.wait_for(process.wait(), max(deadline - time.monotonic(), 0))
    except TimeoutError:
        logger.warning("edge worker did not stop in time; killing it", pid=process.pid)
        process.kill()
        await process.wait()


async def _locked_within(descriptor: int, seconds: float) -> bool:
    """Take the lock, trying again until the deadline: the kernel can wait for a lock, but an event loop must not."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.05)


def _noted_pids(descriptor: int) -> list[int]:
    return [int(word) for word in os.pread(descriptor, 4096, 0).split() if word.isdigit()]


def _is_edge_worker(pid: int) -> bool:
    """Tell whether the process is an edge worker still: its number may be somebody else's by now."""
    try:
        return b"services.edge" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _pipe() -> tuple[int, int]:
    """Return the writing and the reading end of a pipe, neither inherited unless named."""
    reading, writing = os.pipe()
    return writing, reading


def _free_port() -> int:
    """Return a port that is free now. Should somebody take it first, the worker fails and is started with another."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
