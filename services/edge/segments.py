"""Segments: the files of a journal, and the records in them.

A record is eight bytes, its length and the CRC-32 of its content (little endian), and the content. A process that is
killed while it writes leaves at most a torn record at the end; its call was never answered, so it may be cut. Whatever
is damaged in another way, by a machine that lost power, ends a segment at that place too.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUFFIX: Final = ".journal"

HEADER: Final = struct.Struct("<II")

READ_BYTES: Final = 2 * 1024 * 1024
"""Read at once. A record that is longer is read alone."""


def record_of(entry: bytes) -> bytes:
    """Return the record that holds an entry."""
    return HEADER.pack(len(entry), zlib.crc32(entry)) + entry


@dataclass(slots=True, kw_only=True)
class Segment:
    """A file of a journal, what was written to it and how much of that is acknowledged."""

    path: Path
    size_bytes: int = 0
    entry_count: int = 0
    shipped_bytes: int = 0
    shipped_count: int = 0
    is_dropped: bool = False

    @property
    def pending_bytes(self) -> int:
        """Return what has not been acknowledged."""
        return self.size_bytes - self.shipped_bytes

    @property
    def pending_count(self) -> int:
        """Return how many entries have not been acknowledged."""
        return self.entry_count - self.shipped_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Entries read from a segment, and where the next ones begin."""

    segment: Segment
    entries: tuple[bytes, ...]
    end: int


def segment_path(folder: Path, number: int) -> Path:
    """Return the path of a folder's segment; names sort by number."""
    return folder / f"{number:08d}{SUFFIX}"


def read_batch(segment: Segment, *, maximum_entries: int) -> Batch:
    """Return the next entries behind what is acknowledged; none where there are none. Raises OSError."""
    data = _read(segment.path, segment.shipped_bytes)
    entries: list[bytes] = []
    end = 0
    for entry in whole_entries(data):
        if len(entries) == maximum_entries:
            break
        entries.append(entry)
        end += HEADER.size + len(entry)
    return Batch(segment=segment, entries=tuple(entries), end=segment.shipped_bytes + end)


def whole_entries(data: bytes) -> Iterator[bytes]:
    """Yield the entries of the undamaged records at the beginning of `data`."""
    start = HEADER.size
    while start <= len(data):
        length, checksum = HEADER.unpack_from(data, start - HEADER.size)
        entry = data[start : start + length]
        if not length or len(entry) < length or zlib.crc32(entry) != checksum:
            return
        yield entry
        start += length + HEADER.size


def measure_segment(path: Path) -> Segment:
    """Return the segment that a file is, cut behind its last whole record. Raises OSError."""
    segment = Segment(path=path, size_bytes=path.stat().st_size)
    while (batch := read_batch(segment, maximum_entries=READ_BYTES)).entries:
        segment.shipped_bytes = batch.end
        segment.entry_count += len(batch.entries)
    segment.size_bytes, segment.shipped_bytes = segment.shipped_bytes, 0
    return segment


def _read(path: Path, start: int) -> bytes:
    """Return the next bytes of a file: a fixed number, or as many as its next record has where that is more."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.pread(descriptor, READ_BYTES, start)
        if len(data) >= HEADER.size and (needed := HEADER.size + HEADER.unpack_from(data)[0]) > len(data):
            data = os.pread(descriptor, min(needed, os.fstat(descriptor).st_size - start), start)
        return data
    finally:
        os.close(descriptor)
