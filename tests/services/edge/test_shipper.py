"""The shipper: everything arrives once calllog takes it, refused entries go alone, and orphans are adopted."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from prometheus_client import CollectorRegistry

from services.core.errors import FieldViolation, InvalidInput, TooLarge, Unavailable, UnderstudyError
from services.edge.journal import Journal
from services.edge.journal_folder import new_folder
from services.edge.metrics import JournalMetrics
from services.edge.shipper import BATCH_ENTRIES, Sender, shipping
from services.wire.calllog_client import refused_entries
from tests.services.waiting import until


class Receiver:
    """Takes batches as calllog does, or fails in the ways that calllog can fail.

    What stands in here is the far end of a network; calllog itself is behind the shipper in `test_outages.py`.
    """

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.batches: list[int] = []
        self.failures: list[UnderstudyError] = []
        self.poison: frozenset[bytes] = frozenset()
        self.names_the_poison = True

    async def append(self, entries: Sequence[bytes]) -> int:
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        if bad := [place for place, entry in enumerate(entries) if entry in self.poison]:
            fields = [f"entries[{place}].id" if self.names_the_poison else "entries" for place in bad]
            raise InvalidInput([FieldViolation(field=field, problem="is bad") for field in fields])
        self.taken += entries
        self.batches.append(len(entries))
        return len(entries)


class Setup:
    """A journal, a receiver, and metrics."""

    def __init__(self, parent: Path) -> None:
        self.parent = parent
        self.registry = CollectorRegistry()
        self.metrics = JournalMetrics(self.registry)
        self.receiver = Receiver()
        self.sender = Sender(self.receiver.append, refused_entries, self.metrics)
        self.journal = self.new_journal()

    def new_journal(self) -> Journal:
        metrics = JournalMetrics(CollectorRegistry())
        return Journal(new_folder(self.parent), segment_bytes=64 * 1024, limit_bytes=1 << 24, metrics=metrics)

    def shipping(self, *, drain_seconds: float = 5) -> AbstractAsyncContextManager[None]:
        return shipping(self.journal, self.sender, parent=self.parent, gather_seconds=0.01, drain_seconds=drain_seconds)

    def metric(self, name: str) -> float:
        return self.registry.get_sample_value(f"understudy_{name}") or 0.0


def folder_count(parent: Path) -> int:
    return len(list(parent.iterdir()))


def entries_of(count: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(count)]


async def test_everything_that_is_appended_is_shipped_in_order(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    async with setup.shipping():
        for entry in entries_of(5_000):
            setup.journal.append(entry)
        await until(lambda: not setup.journal.pending_count)

    assert entries_of(5_000) == setup.receiver.taken
    assert max(setup.receiver.batches) <= BATCH_ENTRIES
    assert 5_000 == setup.metric("shipped_total")


async def test_entries_that_come_while_a_batch_is_under_way_are_shipped_too(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    async with setup.shipping():
        for entry in entries_of(300):
            setup.journal.append(entry)
            await asyncio.sleep(0)
        await until(lambda: len(setup.receiver.taken) == 300)

    assert entries_of(300) == setup.receiver.taken


async def test_a_calllog_that_was_away_gets_everything_when_it_is_back(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    setup.receiver.failures = [Unavailable(), UnderstudyError("no"), Unavailable()]
    async with setup.shipping():
        for entry in entries_of(10):
            setup.journal.append(entry)
        await until(lambda: not setup.journal.pending_count)

    assert entries_of(10) == setup.receiver.taken


async def test_refused_entries_are_dropped_alone_and_counted(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    setup.receiver.poison = frozenset({b"entry 3", b"entry 7"})
    async with setup.shipping():
        for entry in entries_of(10):
            setup.journal.append(entry)
        await until(lambda: not setup.journal.pending_count)

    assert [entry for entry in entries_of(10) if entry not in setup.receiver.poison] == setup.receiver.taken
    assert 2 == setup.metric("journal_dropped_total")


async def test_a_batch_that_is_refused_without_a_name_is_halved_until_only_the_culprit_is_lost(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    setup.receiver.poison = frozenset({b"entry 3"})
    setup.receiver.names_the_poison = False
    async with setup.shipping():
        for entry in entries_of(10):
            setup.journal.append(entry)
        await until(lambda: not setup.journal.pending_count)

    assert [entry for entry in entries_of(10) if entry != b"entry 3"] == setup.receiver.taken
    assert 1 == setup.metric("journal_dropped_total")


async def test_a_batch_that_is_too_large_is_sent_in_halves(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    setup.receiver.failures = [TooLarge()]
    async with setup.shipping():
        for entry in entries_of(10):
            setup.journal.append(entry)
        await until(lambda: not setup.journal.pending_count)

    assert entries_of(10) == setup.receiver.taken
    assert [5, 5] == setup.receiver.batches


async def test_a_worker_that_leaves_ships_the_rest(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    async with setup.shipping():
        for entry in entries_of(2_500):
            setup.journal.append(entry)

    assert entries_of(2_500) == setup.receiver.taken
    setup.journal.close()
    assert 0 == folder_count(tmp_path)


async def test_a_worker_that_cannot_ship_the_rest_leaves_in_time_and_keeps_it(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    setup.receiver.failures = [Unavailable() for _ in range(1_000)]
    async with asyncio.timeout(5):
        async with setup.shipping(drain_seconds=0.1):
            setup.journal.append(b"kept")

    assert 1 == setup.journal.pending_count
    setup.journal.close()
    another = Setup(tmp_path)
    async with another.shipping():
        await until(lambda: bool(another.receiver.taken))
    assert [b"kept"] == another.receiver.taken


async def test_a_worker_that_leaves_asks_a_calllog_that_is_away_often(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    setup.receiver.failures = [Unavailable() for _ in range(9)]  # With the usual pauses they take 25 seconds.
    async with setup.shipping():
        setup.journal.append(b"last")
    setup.journal.close()

    assert [b"last"] == setup.receiver.taken
    assert 0 == folder_count(tmp_path)


async def test_what_dead_workers_left_behind_is_adopted_shipped_and_removed(tmp_path: Path) -> None:
    for name in (b"one", b"two"):
        dead = Setup(tmp_path)
        for _ in range(2_000):
            dead.journal.append(name)
        dead.journal.close()
    setup = Setup(tmp_path)

    async with setup.shipping():
        await until(lambda: folder_count(tmp_path) == 1)

    assert {b"one": 2_000, b"two": 2_000} == {name: setup.receiver.taken.count(name) for name in (b"one", b"two")}
