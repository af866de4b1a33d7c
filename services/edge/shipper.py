"""The shipper: sends what is in journals to calllog, batch after batch, and deletes what is acknowledged.

A batch may arrive twice (the acknowledgement was lost, or the worker died before it could delete a segment); calllog
stores each entry once, so that does no harm, and nothing needs to be remembered but the place in the segment at hand.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

from services.core.errors import InvalidInput, TooLarge, UnderstudyError
from services.edge.journal import Journal
from services.edge.journal_folder import JournalFolder, orphans
from services.edge.metrics import JournalMetrics
from services.edge.segments import Batch, Segment, measure_segment, read_batch
from services.runtime.lifecycle import background

logger = structlog.get_logger(__name__)

BATCH_ENTRIES: Final = 1_000
"""A fifth of what calllog takes at once: large enough to be cheap, small enough to be stored in some milliseconds."""

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 5.0
"""A calllog that comes back is noticed within five seconds, and one that is away is not hammered."""

HURRIED_PAUSE_SECONDS: Final = 0.2
"""For a worker that is about to end: a calllog that comes back in its last seconds is worth asking for often."""

ADOPTION_SECONDS: Final = 10.0
"""How often a worker looks for journals that nobody ships; a worker that died is usually replaced sooner."""

Append = Callable[[Sequence[bytes]], Awaitable[int]]
"""Stores entries and returns how many were new. Raises UnderstudyError."""

RefusedEntries = Callable[[InvalidInput], frozenset[int]]
"""Tells which entries of a batch an error names."""


class Sender:
    """Sends entries until they are acknowledged, or found to be unacceptable."""

    def __init__(self, append: Append, refused: RefusedEntries, metrics: JournalMetrics) -> None:
        """Take what stores entries, and what reads its refusals."""
        self._append = append
        self._refused = refused
        self._metrics = metrics
        self._is_hurried = asyncio.Event()

    def hurry(self) -> None:
        """Stop waiting long between tries: there is not much time left."""
        self._is_hurried.set()

    async def send(self, entries: Sequence[bytes]) -> None:
        """Return when calllog has all entries but those that it refuses; wait for as long as it is away."""
        waiting = [tuple(entries)]
        pause = FIRST_PAUSE_SECONDS
        while waiting:
            try:
                await self._append(waiting[-1])
            except (InvalidInput, TooLarge) as error:
                waiting += self._without_refused(waiting.pop(), error)
            except UnderstudyError as error:
                logger.warning("calls cannot be shipped; trying again", reason=error.message, pause_seconds=pause)
                await self._pause(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            else:
                self._metrics.shipped(len(waiting.pop()))
                pause = FIRST_PAUSE_SECONDS

    async def _pause(self, seconds: float) -> None:
        if self._is_hurried.is_set():
            await asyncio.sleep(min(seconds, HURRIED_PAUSE_SECONDS))
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_hurried.wait(), seconds)

    def _without_refused(self, batch: tuple[bytes, ...], error: InvalidInput | TooLarge) -> list[tuple[bytes, ...]]:
        """Return what to send instead of a batch that was refused: less those named, or in halves where none is."""
        refused = self._refused(error) if isinstance(error, InvalidInput) else frozenset()
        kept = tuple(entry for place, entry in enumerate(batch) if place not in refused)
        if len(kept) == len(batch) > 1:
            middle = len(batch) // 2
            return [batch[middle:], batch[:middle]]
        kept = () if len(kept) == len(batch) else kept
        self._metrics.dropped(len(batch) - len(kept))
        logger.error("calllog refused calls", count=len(batch) - len(kept), reason=error.message)
        return [kept] if kept else []


class Shipper:
    """Ships a worker's own journal."""

    def __init__(self, journal: Journal, sender: Sender, *, gather_seconds: float) -> None:
        """Take the journal; entries gather for `gather_seconds`, unless a whole batch is there before."""
        self._journal = journal
        self._sender = sender
        self._gather_seconds = gather_seconds
        self._closing = asyncio.Event()

    async def run(self) -> None:
        """Ship until closed and everything is shipped."""
        while not (self._closing.is_set() and not self._journal.pending_count):
            await self._entries_or_closing()
            if self._journal.pending_count < BATCH_ENTRIES:
                await self._gather()
            await self._ship_all()

    def close(self) -> None:
        """Have `run` end as soon as nothing is left to ship."""
        self._closing.set()
        self._sender.hurry()
        self._journal.has_entries.set()

    async def _entries_or_closing(self) -> None:
        await self._journal.has_entries.wait()

    async def _gather(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), self._gather_seconds)

    async def _ship_all(self) -> None:
        """Ship batch after batch until the journal's end is reached."""
        while self._journal.pending_count:
            batch = self._next_batch()
            if batch is None:
                continue
            read_at = time.monotonic()
            is_everything = len(batch.entries) == self._journal.pending_count
            await self._sender.send(batch.entries)
            self._journal.acknowledge(batch, all_before=read_at if is_everything else None)
            if is_everything:
                return

    def _next_batch(self) -> Batch | None:
        """Return the oldest entries; None where they could not be read, and were given up."""
        segment = next(segment for segment in self._journal.segments if segment.pending_bytes)
        try:
            batch = read_batch(segment, maximum_entries=BATCH_ENTRIES)
        except OSError as error:
            self._journal.drop_rest(segment, str(error))
            return None
        if not batch.entries:
            self._journal.drop_rest(segment, "a segment is damaged")
            return None
        return batch


@asynccontextmanager
async def shipping(
    journal: Journal, sender: Sender, *, parent: Path, gather_seconds: float, drain_seconds: float
) -> AsyncIterator[None]:
    """Ship the journal, and those left behind in `parent`, until left; then what is left of it, for a bounded time."""
    shipper = Shipper(journal, sender, gather_seconds=gather_seconds)
    async with background(shipper.run(), name="shipper") as task:
        async with background(_adopt_orphans(parent, sender), name="journal adoption"):
            yield
        shipper.close()
        await asyncio.wait([task], timeout=drain_seconds)
        if journal.pending_count:
            logger.error(
                "calls are left in the journal; they reach the log only if another worker finds this folder",
                count=journal.pending_count,
                size_bytes=journal.pending_bytes,
                folder=str(parent),
            )


async def _adopt_orphans(parent: Path, sender: Sender) -> None:
    while True:
        for folder in orphans(parent):
            try:
                await _ship_folder(folder, sender)
            finally:
                folder.release()
        await asyncio.sleep(ADOPTION_SECONDS)


async def _ship_folder(folder: JournalFolder, sender: Sender) -> None:
    for path in folder.segment_paths():
        try:
            segment = await asyncio.to_thread(measure_segment, path)
            await _ship_segment(segment, sender)
            path.unlink(missing_ok=True)
        except OSError as error:
            logger.error("a journal that was left behind cannot be read", path=str(path), reason=str(error))  # noqa: TRY400 -- the reason says it all; a trace of ours would not help


async def _ship_segment(segment: Segment, sender: Sender) -> None:
    while (batch := read_batch(segment, maximum_entries=BATCH_ENTRIES)).entries:
        await sender.send(batch.entries)
        segment.shipped_bytes = batch.end
    logger.info("shipped a segment that was left behind", path=str(segment.path), count=segment.entry_count)
