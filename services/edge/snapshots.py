"""The snapshots of an edge worker: loaded on first use, kept current by what the watches tell, never away meanwhile.

    not loaded --call--> loading --> loaded --change--> stale, being brought up to date --> loaded
                            |  (still answering from the old snapshot) ^            |
                            '-- a change that comes during a load ----'-- is not lost

A mock has at most one task at work on it. Changes that come during a load are noted, and where they touch what was
loaded, it is loaded again: the load may have read before the write. Many changes in a row thus become one or two loads.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import structlog

from services.core.errors import Unavailable, UnderstudyError
from services.core.ids import MockId
from services.core.serving.freshness import EVERYTHING, FRESH, AnyChange, Part, removes_mock, stale_parts
from services.edge.metrics import SnapshotMetrics
from services.edge.snapshot import MockSnapshot
from services.edge.snapshot_cache import SnapshotCache

logger = structlog.get_logger(__name__)

UNKNOWN_SECONDS: Final = 1.0
"""How long an id that registry does not know is not asked for again; an event about it ends that at once."""

UNKNOWN_LIMIT: Final = 10_000
"""Clients may make ids up; about a megabyte of them is remembered."""

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = {True: 1.0, False: 30.0}
"""Between attempts to bring a snapshot up to date: a change must be served within a second of being readable again.
Errors that are no outage (False) seldom go away by themselves."""

Load = Callable[[MockId, MockSnapshot | None, Part], Awaitable[MockSnapshot | None]]
"""Makes a snapshot from the one before and what is stale in it. Raises UnderstudyError."""


@dataclass(slots=True)
class Work:
    """What is being done about one mock.

    stale: what is to be read anew, beside what is being read just now.
    heard: the changes that came during a load; whether they touch it is known when it ends.
    relisted: the parts whose changes may have been missed during a load.
    change_time: when the oldest change was written that is not served yet.
    """

    stale: Part
    heard: list[AnyChange] = field(default_factory=list)
    relisted: Part = FRESH
    change_time: datetime | None = None
    task: "asyncio.Task[MockSnapshot | None] | None" = None

    @property
    def running(self) -> "asyncio.Task[MockSnapshot | None]":
        """Return the task, which every work has from its beginning."""
        if self.task is None:
            raise RuntimeError("work without a task")
        return self.task

    def take_in(self, snapshot: MockSnapshot | None) -> None:
        """Count as stale what the changes heard so far touch in a snapshot; where there is none, forget them."""
        for change in self.heard if snapshot is not None else ():
            if snapshot is not None and (stale := stale_parts(snapshot.mock, change)):
                self.stale |= stale
                self.change_time = min(self.change_time or change.change_time, change.change_time)
        self.stale |= self.relisted
        self.heard.clear()
        self.relisted = FRESH


class Snapshots:
    """The snapshots of one worker. It belongs to one event loop."""

    def __init__(
        self,
        load: Load,
        *,
        limit_bytes: int,
        metrics: SnapshotMetrics,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what makes snapshots, and how much memory they may take up."""
        self._load = load
        self._cache = SnapshotCache(limit_bytes=limit_bytes)
        self._metrics = metrics
        self._now = now
        self._works: dict[MockId, Work] = {}
        self._unknown: OrderedDict[MockId, float] = OrderedDict()
        self.loaded = self._cache.get
        metrics.measure(
            mocks=lambda: float(len(self._cache)),
            size_bytes=lambda: float(self._cache.size_bytes),
            limit_bytes=limit_bytes,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Own the tasks that load, for the length of the context."""
        try:
            yield
        finally:
            tasks = [work.running for work in self._works.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def __len__(self) -> int:
        return len(self._cache)

    @property
    def size_bytes(self) -> int:
        """Return about how much memory they take up."""
        return self._cache.size_bytes

    async def get(self, mock_id: MockId) -> MockSnapshot | None:
        """Return a mock's snapshot, loaded first where it is not; None where there is no such mock.

        However many wait for a mock, it is loaded once. Raises UnderstudyError where it cannot be.
        """
        if (snapshot := self.loaded(mock_id)) is not None:
            return snapshot
        if self._is_known_to_be_unknown(mock_id):
            return None
        self._metrics.missed()
        is_first = mock_id not in self._works
        snapshot = await self._loaded_soon(mock_id)
        if snapshot is None and not is_first and not self._is_known_to_be_unknown(mock_id):
            return await self._loaded_soon(mock_id)  # The load that found nothing may have begun before the mock did.
        return snapshot

    def note(self, change: AnyChange) -> None:
        """Take in a change: what it makes stale is loaded again, while the old snapshot goes on answering."""
        self._unknown.pop(MockId(change.id), None)
        if (removed := removes_mock(change)) is not None:
            self._cache.remove(MockId(removed))
        for work in self._works.values():
            work.heard.append(change)
        for snapshot in self._cache:
            if snapshot.mock.id not in self._works and (stale := stale_parts(snapshot.mock, change)):
                self._begin(snapshot.mock.id, Work(stale, change_time=change.change_time), self._refresh)

    def note_gap(self, parts: Part) -> None:
        """Take in that changes of these parts may have been missed: everything loaded is compared with what is now."""
        self._unknown.clear()
        for work in self._works.values():
            work.relisted |= parts
        for snapshot in self._cache:
            if snapshot.mock.id not in self._works:
                self._begin(snapshot.mock.id, Work(parts), self._refresh)

    def _is_known_to_be_unknown(self, mock_id: MockId) -> bool:
        return self._unknown.get(mock_id, 0.0) > self._now()

    def _remember_unknown(self, mock_id: MockId) -> None:
        self._unknown[mock_id] = self._now() + UNKNOWN_SECONDS
        self._unknown.move_to_end(mock_id)
        if len(self._unknown) > UNKNOWN_LIMIT:
            self._unknown.popitem(last=False)

    async def _loaded_soon(self, mock_id: MockId) -> MockSnapshot | None:
        work = self._works.get(mock_id) or self._begin(mock_id, Work(EVERYTHING), self._load_first)
        return await asyncio.shield(work.running)

    def _begin(self, mock_id: MockId, work: Work, doing: "Doing") -> Work:
        self._works[mock_id] = work
        work.task = asyncio.create_task(doing(mock_id, work), name=f"{doing.__name__} {mock_id}")
        work.task.add_done_callback(_report)
        return work

    async def _load_first(self, mock_id: MockId, work: Work) -> MockSnapshot | None:
        """Load a mock that nobody holds; its callers wait, so a failure is theirs to know."""
        try:
            snapshot = await self._load_once(mock_id, work, None)
        except UnderstudyError as error:
            self._metrics.loaded("failed")
            logger.warning("mock cannot be loaded", mock=mock_id, reason=error.message)
            raise
        finally:
            del self._works[mock_id]
        if work.stale and snapshot is not None:
            self._begin(mock_id, work, self._refresh)
        return snapshot

    async def _refresh(self, mock_id: MockId, work: Work) -> None:
        """Bring a loaded mock up to date, however often it takes; the old snapshot answers until then."""
        pause = FIRST_PAUSE_SECONDS
        try:
            while work.stale and (previous := self._cache.peek(mock_id)) is not None:
                try:
                    await self._load_once(mock_id, work, previous)
                    pause = FIRST_PAUSE_SECONDS
                except UnderstudyError as error:
                    self._metrics.loaded("failed")
                    if pause == FIRST_PAUSE_SECONDS:
                        logger.warning("mock is out of date; trying again", mock=mock_id, reason=error.message)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE_SECONDS[isinstance(error, Unavailable)])
        finally:
            del self._works[mock_id]

    async def _load_once(self, mock_id: MockId, work: Work, previous: MockSnapshot | None) -> MockSnapshot | None:
        """Load what is stale and put it in place. What was heard meanwhile is stale afterwards."""
        work.take_in(previous)
        stale, change_time = work.stale, work.change_time
        work.stale, work.change_time = FRESH, None
        try:
            snapshot = await self._load(mock_id, previous, stale)
        except UnderstudyError:
            work.stale |= stale
            work.change_time = change_time
            raise
        if any(removes_mock(change) == mock_id for change in work.heard):
            snapshot = None
        self._put_in_place(mock_id, work, previous, snapshot)
        if change_time is not None:
            self._metrics.propagated((datetime.now(UTC) - change_time).total_seconds())
        return snapshot

    def _put_in_place(
        self, mock_id: MockId, work: Work, previous: MockSnapshot | None, snapshot: MockSnapshot | None
    ) -> None:
        if snapshot is None:
            self._cache.remove(mock_id)
            if not any(change.id == mock_id for change in work.heard):
                self._remember_unknown(mock_id)
        elif previous is None or self._cache.peek(mock_id) is not None:  # Else it had to make room meanwhile.
            self._metrics.evicted(self._cache.put(snapshot, is_use=previous is None))
        self._metrics.loaded("ok" if snapshot else "not_found")
        work.take_in(snapshot)


Doing = Callable[[MockId, Work], Coroutine[object, object, MockSnapshot | None]]


def _report(task: "asyncio.Task[MockSnapshot | None]") -> None:
    """Log what must not happen: an error that is none of ours ended the work on a mock."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, UnderstudyError):
        logger.error("loading a mock failed", task=task.get_name(), exc_info=error)
