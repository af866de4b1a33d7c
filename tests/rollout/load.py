"""Calls at a steady rate, whether or not the earlier ones have been answered, and what became of each.

They come as an ingress sends them: over connections that are kept and used again until the reply says otherwise, and
now and then over a new one. No call is tried twice.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.rollout.connections import Broken, Connections

CALL_SECONDS = 20.0
"""Longer than any mock of the test waits; who has no reply by then never gets one."""

NEW_CONNECTION_EVERY = 10
"""One call in ten comes over a connection of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of call: where it goes, and what must come back."""

    name: str
    mock_id: str
    path: str
    body: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A call that failed: its kind, when it was made (seconds into the run), and what came instead of its reply."""

    kind: str
    at_seconds: float
    reason: str


@dataclass
class Record:
    """What became of all calls. Each answered one is known by the path that it alone had, by mock."""

    began: float = field(default_factory=time.monotonic)
    answered: dict[str, list[str]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    longest_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Return how many calls have ended."""
        return self.counts.total()

    @property
    def seconds(self) -> float:
        """Return how long the run has lasted."""
        return time.monotonic() - self.began

    def fail(self, kind: str, reason: str) -> None:
        """Take in a failure."""
        self.failures.append(Failure(kind=kind, at_seconds=round(self.seconds, 2), reason=reason))

    def took(self, kind: str, seconds: float) -> None:
        """Take in how long a call of a kind took."""
        self.longest_seconds[kind] = max(self.longest_seconds.get(kind, 0.0), seconds)


class Caller:
    """Makes calls at one address."""

    def __init__(self, port: int, record: Record) -> None:
        """Take the port of the address on loopback, and where to record."""
        self._connections = Connections("127.0.0.1", port)
        self._record = record
        self._numbers = itertools.count()

    async def call(self, kind: Kind) -> None:
        """Make one call, and record what came of it."""
        number = next(self._numbers)
        path = f"{kind.path}?n={number}"
        content = b'{"n": 1}' if kind.method == "POST" else b""
        began = time.monotonic()
        try:
            async with asyncio.timeout(CALL_SECONDS):
                status, body = await self._connections.exchange(
                    kind.method,
                    f"/mocks/{kind.mock_id}{path}",
                    kind.headers,
                    content,
                    is_kept=number % NEW_CONNECTION_EVERY != 0,
                )
        except (Broken, OSError, TimeoutError) as error:
            self._record.fail(kind.name, f"{type(error).__name__} {error}")
        else:
            self._take(kind, path, status, body.decode())
        self._record.counts[kind.name] += 1
        self._record.took(kind.name, time.monotonic() - began)

    def close(self) -> None:
        """Close all connections."""
        self._connections.close()

    def _take(self, kind: Kind, path: str, status: int, body: str) -> None:
        if (status, body) == (kind.status, kind.body):
            self._record.answered.setdefault(kind.mock_id, []).append(path)
        else:
            self._record.fail(kind.name, f"{status} {body[:200]!r}")


@asynccontextmanager
async def steady_load(port: int, kinds: Sequence[Kind], *, rate: float) -> AsyncIterator[tuple[Record, Caller]]:
    """Make `rate` calls a second, of each kind in turn, for the length of the context; then wait for the last one."""
    record, stop = Record(), asyncio.Event()
    caller = Caller(port, record)
    try:
        async with asyncio.TaskGroup() as calls:
            calls.create_task(_keep_calling(calls, caller, kinds, rate, stop))
            try:
                yield record, caller
            finally:
                stop.set()
    finally:
        caller.close()


async def _keep_calling(
    calls: asyncio.TaskGroup, caller: Caller, kinds: Sequence[Kind], rate: float, stop: asyncio.Event
) -> None:
    """Begin each call when its time has come; those that are late, because the machine was busy, all at once."""
    began = time.monotonic()
    for number in itertools.count():
        if stop.is_set():
            return
        if (ahead := began + number / rate - time.monotonic()) > 0:
            await asyncio.sleep(ahead)
        calls.create_task(caller.call(kinds[number % len(kinds)]))
