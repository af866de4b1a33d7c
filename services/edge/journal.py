"""The journal: where every call is written down before it is answered, until calllog has it.

One write to a file opened for appending, then the reply goes out. What was written is in the kernel's page cache, which
survives the death of the process, kill -9 included; so no fsync is needed for the promise that an answered call is
in the log, and only a machine that loses power can lose the last moments.

A journal never fails a call. Where the disk is full or the journal is at its bound, entries are lost: counted, logged,
and visible as a metric.
"""

import asyncio
import errno
import os
import time
from collections import deque
from collections.abc import Callable
from typing import Final

import structlog

from services.edge.journal_folder import JournalFolder
from services.edge.metrics import JournalMetrics
from services.edge.segments import Batch, Segment, record_of, segment_path

logger = structlog.get_logger(__name__)

QUIET_SECONDS: Final = 10.0
"""Between two log lines about losses: a full disk at thousands of calls a second must not fill the log as well."""

NO_FILE: Final = -1


class Journal:
    """The journal of one worker. It belongs to one event loop; nothing in it waits."""

    def __init__(
        self,
        folder: JournalFolder,
        *,
        segment_bytes: int,
        limit_bytes: int,
        metrics: JournalMetrics,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a held folder and the bounds: of one segment, and of all together."""
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._limit_bytes = limit_bytes
        self._metrics = metrics
        self._now = now
        self._file = NO_FILE
        self._next_number = 0
        self._lost_unlogged = 0
        self._quiet_until = 0.0
        self._pending_since = 0.0
        metrics.measure(
            size_bytes=lambda: self.pending_bytes, oldest_seconds=self.oldest_seconds, limit_bytes=limit_bytes
        )
        self.segments: deque[Segment] = deque()
        self.size_bytes = 0
        self.pending_count = 0
        self.has_entries = asyncio.Event()

    def append(self, entry: bytes) -> None:
        """Write an entry down. Never raises: what cannot be kept is counted as dropped."""
        record = record_of(entry)
        try:
            self._make_room(len(record))
            self._write(record)
        except OSError as error:
            self._lost(1, str(error))

    def oldest_seconds(self) -> float:
        """Return for how long the oldest entry has been waiting; while a backlog is worked off, at most that long."""
        return self._now() - self._pending_since if self.pending_count else 0.0

    @property
    def pending_bytes(self) -> int:
        """Return how much of what was written is not acknowledged yet."""
        return sum(segment.pending_bytes for segment in self.segments)

    def acknowledge(self, batch: Batch, *, all_before: float | None = None) -> None:
        """Forget the entries of a batch; a segment that is done is deleted.

        all_before: where the batch held everything there was, the time when it was read.
        """
        segment = batch.segment
        if segment.is_dropped:
            return
        self.pending_count -= len(batch.entries)
        segment.shipped_bytes = batch.end
        segment.shipped_count += len(batch.entries)
        if all_before is not None:
            self._pending_since = all_before
        if segment is not self.segments[-1] and not segment.pending_bytes:
            self._remove(segment)
        if not self.pending_count:
            self.has_entries.clear()

    def close(self) -> None:
        """Close the journal; what was not shipped stays for whoever adopts the folder."""
        self._close_file()
        for segment in self.segments:
            if not segment.pending_bytes:
                segment.path.unlink(missing_ok=True)
        self._folder.release()

    def drop_rest(self, segment: Segment, reason: str) -> None:
        """Give up what is left of a segment that cannot be read any more."""
        self._drop(segment, reason)
        if segment is self.segments[-1]:
            self._close_file()
        self._remove(segment)

    def _write(self, record: bytes) -> None:
        segment = self.segments[-1]
        written = os.write(self._file, record)
        if written != len(record):
            os.ftruncate(self._file, segment.size_bytes)
            raise OSError(errno.ENOSPC, "the disk took only a part of an entry")
        if not self.pending_count:
            self._pending_since = self._now()
            self.has_entries.set()
        self.pending_count += 1
        self.size_bytes += written
        segment.size_bytes += written
        segment.entry_count += 1

    def _make_room(self, needed: int) -> None:
        if self._file == NO_FILE or self.segments[-1].size_bytes + needed > self._segment_bytes:
            self._begin_segment()
        while self.size_bytes + needed > self._limit_bytes and len(self.segments) > 1:
            oldest = self.segments[0]
            self._drop(oldest, "the journal is full")
            self._remove(oldest)

    def _begin_segment(self) -> None:
        path = segment_path(self._folder.path, self._next_number)
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._close_file()
        self._file = file
        self._next_number += 1
        if self.segments and not self.segments[-1].pending_bytes:
            self._remove(self.segments[-1])
        self.segments.append(Segment(path=path))

    def _close_file(self) -> None:
        if self._file != NO_FILE:
            os.close(self._file)
            self._file = NO_FILE

    def _drop(self, segment: Segment, reason: str) -> None:
        segment.is_dropped = True
        self.pending_count -= segment.pending_count
        self._lost(segment.pending_count, reason)

    def _remove(self, segment: Segment) -> None:
        self.segments.remove(segment)
        self.size_bytes -= segment.size_bytes
        segment.path.unlink(missing_ok=True)
        if not self.pending_count:
            self.has_entries.clear()

    def _lost(self, count: int, reason: str) -> None:
        self._metrics.dropped(count)
        self._lost_unlogged += count
        if count and self._now() >= self._quiet_until:
            logger.error("journal lost calls", count=self._lost_unlogged, reason=reason, folder=str(self._folder.path))
            self._lost_unlogged = 0
            self._quiet_until = self._now() + QUIET_SECONDS
