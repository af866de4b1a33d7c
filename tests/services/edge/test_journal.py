"""The journal and its folder: what is written is read again, whatever ends the process, and nothing grows for ever."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.core.errors import FailedPrecondition
from services.edge.journal import Journal
from services.edge.journal_folder import new_folder, orphans
from services.edge.metrics import JournalMetrics
from services.edge.segments import Segment, measure_segment, read_batch, record_of

KIB = 1024


class Setup:
    """A journal with its metrics."""

    def __init__(self, parent: Path, *, segment_bytes: int = 64 * KIB, limit_bytes: int = 256 * KIB) -> None:
        self.registry = CollectorRegistry()
        self.parent = parent
        self.clock = 100.0
        self.folder = new_folder(parent)
        self.journal = Journal(
            self.folder,
            segment_bytes=segment_bytes,
            limit_bytes=limit_bytes,
            metrics=JournalMetrics(self.registry),
            now=lambda: self.clock,
        )

    def metric(self, name: str) -> float:
        return self.registry.get_sample_value(f"understudy_{name}") or 0.0

    def ship(self) -> list[bytes]:
        """Read and acknowledge everything, as the shipper does."""
        shipped: list[bytes] = []
        while self.journal.pending_count:
            segment = next(segment for segment in self.journal.segments if segment.pending_bytes)
            batch = read_batch(segment, maximum_entries=100)
            shipped += batch.entries
            self.journal.acknowledge(batch, all_before=self.clock)
        return shipped


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    made = Setup(tmp_path)
    yield made
    made.journal.close()


def test_a_place_that_cannot_be_written_to_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(FailedPrecondition) as refused:
        new_folder(tmp_path / "file" / "journal")

    assert refused.value.message == (
        f"The journal cannot be kept in {tmp_path}/file/journal: Not a directory. "
        f"Let user {os.getuid()} write there, or name another folder with EDGE_JOURNAL_DIR."
    )


def test_what_is_appended_is_read_in_order(setup: Setup) -> None:
    entries = [f"entry {number}".encode() for number in range(1_000)]
    for entry in entries:
        setup.journal.append(entry)

    assert entries == setup.ship()


def test_segments_rotate_and_are_deleted_once_acknowledged(setup: Setup) -> None:
    for _ in range(10):
        setup.journal.append(b"x" * 20 * KIB)
    assert len(setup.folder.segment_paths()) == 4

    setup.ship()

    assert 1 == len(setup.folder.segment_paths())
    assert 0 == setup.metric("journal_bytes")


def test_an_entry_larger_than_a_segment_is_kept(setup: Setup) -> None:
    setup.journal.append(b"x" * 100 * KIB)
    setup.journal.append(b"y")

    assert [b"x" * 100 * KIB, b"y"] == setup.ship()


def test_a_full_journal_drops_its_oldest_segment_and_counts_what_it_held(setup: Setup) -> None:
    entries = [bytes([number]) * 20 * KIB for number in range(20)]
    for entry in entries:
        setup.journal.append(entry)

    kept = setup.ship()

    assert entries[-len(kept) :] == kept
    assert len(entries) - len(kept) == setup.metric("journal_dropped_total") > 0
    assert len(kept) * 20 * KIB <= 256 * KIB


def test_acknowledging_a_batch_of_a_segment_that_was_dropped_meanwhile_is_harmless(setup: Setup) -> None:
    setup.journal.append(b"first")
    batch = read_batch(setup.journal.segments[0], maximum_entries=10)
    for _ in range(20):
        setup.journal.append(b"x" * 20 * KIB)

    setup.journal.acknowledge(batch)

    assert setup.journal.pending_count == len(setup.ship())


def test_the_age_of_the_oldest_entry_is_told(setup: Setup) -> None:
    assert 0 == setup.metric("journal_oldest_seconds")
    setup.journal.append(b"x")
    setup.clock += 7
    setup.journal.append(b"y")

    assert 7 == setup.metric("journal_oldest_seconds")
    setup.ship()
    assert 0 == setup.metric("journal_oldest_seconds")


def test_a_disk_that_cannot_be_written_loses_the_entry_and_nothing_else(tmp_path: Path) -> None:
    made = Setup(tmp_path)
    made.journal.append(b"before")
    read_only = os.open(made.folder.segment_paths()[0], os.O_RDONLY)
    os.dup2(read_only, made.journal._file)
    os.close(read_only)

    made.journal.append(b"lost")
    made.journal.append(b"lost too")

    assert 2 == made.metric("journal_dropped_total")
    assert [b"before"] == made.ship()
    made.journal.close()


def test_a_disk_that_takes_half_an_entry_leaves_no_torn_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Setup(tmp_path)
    write = os.write
    made.journal.append(b"before")
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[: len(data) // 2]))
    made.journal.append(b"only a half of this fits")
    monkeypatch.undo()
    made.journal.append(b"after")

    assert [b"before", b"after"] == made.ship()
    assert 1 == made.metric("journal_dropped_total")
    made.journal.close()


@pytest.mark.parametrize("damage", [b"", b"\x05", b"\x05\0\0\0\0\0\0\0abc", b"\0" * 50, record_of(b"torn")[:-1]])
def test_a_segment_ends_at_its_last_whole_record(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "00000000.journal"
    path.write_bytes(record_of(b"one") + record_of(b"two") + damage)

    segment = measure_segment(path)

    assert (2, len(record_of(b"one")) * 2) == (segment.entry_count, segment.size_bytes)
    assert (b"one", b"two") == read_batch(segment, maximum_entries=10).entries


def test_an_entry_longer_than_what_is_read_at_once_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "00000000.journal"
    long = b"x" * (3 * KIB * KIB)
    path.write_bytes(record_of(long) + record_of(b"next"))
    segment = measure_segment(path)

    first = read_batch(segment, maximum_entries=10)
    segment.shipped_bytes = first.end

    assert ((long,), (b"next",)) == (first.entries, read_batch(segment, maximum_entries=10).entries)


def test_a_batch_holds_no_more_entries_than_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "00000000.journal"
    path.write_bytes(b"".join(record_of(bytes([number])) for number in range(10)))

    batch = read_batch(Segment(path=path), maximum_entries=3)

    assert (b"\0", b"\1", b"\2") == batch.entries


def test_a_folder_that_somebody_holds_is_no_orphan(setup: Setup) -> None:
    assert [] == list(orphans(setup.parent))


def test_a_folder_with_nothing_in_it_is_removed_when_its_worker_leaves(tmp_path: Path) -> None:
    made = Setup(tmp_path)
    made.journal.append(b"x")
    made.ship()

    made.journal.close()

    assert [] == list(tmp_path.iterdir())


def test_what_was_not_shipped_stays_for_whoever_adopts_the_folder(tmp_path: Path) -> None:
    made = Setup(tmp_path)
    made.journal.append(b"x")
    made.journal.close()

    (orphan,) = orphans(tmp_path)

    (path,) = orphan.segment_paths()
    assert (b"x",) == read_batch(measure_segment(path), maximum_entries=10).entries
    orphan.release()


def test_kill_9_loses_nothing_that_was_appended(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    parent, child = context.Pipe(duplex=False)
    worker = context.Process(target=append_until_killed, args=(str(tmp_path), child))
    worker.start()
    assert parent.poll(30)
    while (answered := parent.recv()) < 2_000:
        pass
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    child.close()
    while True:
        try:
            answered = parent.recv()
        except (EOFError, OSError):
            break

    (orphan,) = orphans(tmp_path)
    entries: list[bytes] = []
    for path in orphan.segment_paths():
        segment = measure_segment(path)
        while (batch := read_batch(segment, maximum_entries=1_000)).entries:
            entries += batch.entries
            segment.shipped_bytes = batch.end

    assert [f"entry {number}".encode() for number in range(len(entries))] == entries
    assert len(entries) > answered
    orphan.release()


def append_until_killed(parent: str, answered: "Connection[int, int]") -> None:
    """Append for ever, saying after each entry that it was answered."""
    made = Setup(Path(parent), limit_bytes=1024 * KIB * KIB)
    number = 0
    while True:
        made.journal.append(f"entry {number}".encode())
        answered.send(number)
        number += 1
