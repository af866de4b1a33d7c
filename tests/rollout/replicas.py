"""The replicas of one component: processes that are started, probed and ended as Kubernetes does it.

A replica takes part once its readiness probe succeeds. When one is to go, two things happen at the same time and in no
order: it is sent SIGTERM, and the word that it must get no new connections goes out to proxies and name server, which
hear it late. `Word` makes both orders happen.
"""

import asyncio
import itertools
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from services.runtime.lifecycle import background
from tests.rollout.proxy import Address

PROBE_SECONDS = 0.2
"""A kubelet asks every ten seconds unless told otherwise; the test has no time to wait so long."""

START_SECONDS = 60.0

GRACE_SECONDS = 40.0
"""What the longest of the test's calls may take, lingering and shipping included, on a busy machine."""

WORD_SECONDS = 1.0
"""How long the word that a replica goes may travel."""

READY = b"HTTP/1.1 200"

_hosts = itertools.count(2)


class Word(Enum):
    """When proxies hear that a replica goes: well before it is told itself, or well after."""

    EARLY = "early"
    LATE = "late"


@dataclass(eq=False, kw_only=True)
class Replica:
    """One process, with an address of its own."""

    component: str
    environment: Mapping[str, str]
    log: Path
    metrics_port: int
    host: str
    is_ready: bool = False
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", f"services.{self.component}", env=os.environ | self.environment, stderr=log
            )

    async def probe(self) -> bool:
        """Ask whether it is ready."""
        try:
            async with asyncio.timeout(5):
                reader, writer = await asyncio.open_connection(self.host, self.metrics_port)
                writer.write(b"GET /readyz HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n\r\n")
                status = await reader.readline()
                writer.close()
        except (OSError, TimeoutError):
            return False
        return status.startswith(READY)

    def tell_to_stop(self) -> None:
        """Send SIGTERM."""
        assert self.process is not None
        self.process.terminate()

    async def ended(self) -> int:
        """Wait until it has ended, and return its status. Raises TimeoutError where the grace period is not enough."""
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), GRACE_SECONDS)

    async def kill(self) -> None:
        """End the process, if it still runs."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """How the place of one replica was taken by another, and how long it took: to be ready, and to leave."""

    component: str
    word: Word
    start_seconds: float
    leave_seconds: float
    status: int


NewReplica = Callable[[str], Replica]
"""Describes a replica at an address."""


@dataclass(eq=False, kw_only=True)
class Workload:
    """The replicas of a component."""

    component: str
    new_replica: NewReplica
    replicas: list[Replica] = field(default_factory=list)
    every_log: list[Path] = field(default_factory=list)
    _words: "itertools.cycle[Word]" = field(default_factory=lambda: itertools.cycle((Word.LATE, Word.EARLY)))

    def ready_hosts(self) -> list[str]:
        """Return the addresses of the replicas that get new connections."""
        return [replica.host for replica in self.replicas if replica.is_ready]

    def ready_addresses(self, port: int) -> list[Address]:
        """Return them with a port."""
        return [(host, port) for host in self.ready_hosts()]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Probe for the length of the context, and leave nothing running behind."""
        try:
            async with background(self._probe_all(), name=f"probes of {self.component}"):
                yield
        finally:
            for replica in self.replicas:
                await replica.kill()

    async def add(self) -> float:
        """Start one more replica, wait until it is ready, and return how long that took."""
        began = time.monotonic()
        replica = self.new_replica(f"127.77.0.{next(_hosts)}")
        self.every_log.append(replica.log)
        await replica.start()
        self.replicas.append(replica)
        async with asyncio.timeout(START_SECONDS):
            while not replica.is_ready:
                assert replica.process is not None
                assert replica.process.returncode is None, f"{self.component} ended:\n{replica.log.read_text()}"
                await asyncio.sleep(PROBE_SECONDS / 4)
        return time.monotonic() - began

    async def remove_oldest(self) -> tuple[Word, float, int]:
        """End the oldest replica; return when the word was out, how long it took to leave, and its status."""
        replica, word = self.replicas[0], next(self._words)
        if word is Word.EARLY:
            self._withdraw(replica)
            await asyncio.sleep(WORD_SECONDS)
        began = time.monotonic()
        replica.tell_to_stop()
        if word is Word.LATE:
            asyncio.get_running_loop().call_later(WORD_SECONDS, self._withdraw, replica)
        status = await replica.ended()
        return word, time.monotonic() - began, status

    async def restart_oldest(self) -> Restart:
        """Put a new replica in the place of the oldest one, as a rolling update does: first the new one."""
        start_seconds = await self.add()
        word, leave_seconds, status = await self.remove_oldest()
        return Restart(
            component=self.component,
            word=word,
            start_seconds=start_seconds,
            leave_seconds=leave_seconds,
            status=status,
        )

    def _withdraw(self, replica: Replica) -> None:
        if replica in self.replicas:
            self.replicas.remove(replica)

    async def _probe_all(self) -> None:
        """Probe those that are not ready; the ready ones are taken out by word alone, which is the harder case."""
        while True:
            for replica in [each for each in self.replicas if not each.is_ready]:
                replica.is_ready = await replica.probe()
            await asyncio.sleep(PROBE_SECONDS)
