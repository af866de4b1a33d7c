"""Snapshots: loaded once, current soon after a change whatever happens meanwhile, shared, bounded, and never away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio
from prometheus_client import CollectorRegistry

from services.core.changes import CatalogSubject, ChangeKind
from services.core.errors import Unavailable, UnderstudyError
from services.core.ids import EnvironmentId, MockId
from services.core.matching.settings import MatchSettings
from services.core.mocks import MockConfig
from services.core.serving.freshness import Part
from services.edge.loading import SnapshotLoader
from services.edge.metrics import SnapshotMetrics
from services.edge.snapshots import UNKNOWN_LIMIT, Snapshots
from tests.services.edge.sources import (
    MemorySource,
    body_of,
    catalog_changed,
    collection_changed,
    mock_changed,
)
from tests.services.waiting import until

MOCK = MockId("mock")


class Setup:
    """Snapshots over a source in memory."""

    def __init__(self, *, limit_bytes: int = 1 << 30) -> None:
        self.source = MemorySource()
        self.loader = SnapshotLoader(self.source)
        self.registry = CollectorRegistry()
        self.clock = 100.0
        self.snapshots = Snapshots(
            self.loader.load,
            limit_bytes=limit_bytes,
            metrics=SnapshotMetrics(self.registry),
            now=lambda: self.clock,
        )

    def body(self, mock_id: MockId = MOCK) -> str | bytes | None:
        return body_of(self.snapshots.loaded(mock_id))

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"understudy_{name}", labels) or 0.0


@pytest_asyncio.fixture
async def setup() -> AsyncIterator[Setup]:
    made = Setup()
    made.source.add_mock(MOCK)
    async with made.snapshots.running():
        yield made
    made.loader.close()


async def test_a_mock_is_loaded_once_however_many_wait_for_it(setup: Setup) -> None:
    found = await asyncio.gather(*(setup.snapshots.get(MOCK) for _ in range(50)))

    assert {"first"} == {body_of(snapshot) for snapshot in found}
    assert {"mock": 1, "collection_etag": 1, "collection": 1} == dict(setup.source.asked)


async def test_a_caller_that_gives_up_does_not_take_the_load_with_it(setup: Setup) -> None:
    setup.source.hold = asyncio.Event()
    impatient = asyncio.create_task(setup.snapshots.get(MOCK))
    await setup.source.is_held.wait()

    impatient.cancel()
    setup.source.hold.set()

    assert "first" == body_of(await setup.snapshots.get(MOCK))
    assert 1 == setup.source.asked["mock"]


async def test_an_unknown_mock_is_asked_for_once_a_second(setup: Setup) -> None:
    unknown = MockId("unknown")

    found = [await setup.snapshots.get(unknown) for _ in range(20)]
    asked_at_once = setup.source.asked["mock"]
    setup.clock += 1.1
    await setup.snapshots.get(unknown)

    assert [None] * 20 == found
    assert (1, 2) == (asked_at_once, setup.source.asked["mock"])


async def test_an_unknown_mock_is_found_as_soon_as_its_event_came(setup: Setup) -> None:
    assert await setup.snapshots.get(MockId("new")) is None
    setup.source.add_mock("new")

    setup.snapshots.note(mock_changed("new"))

    assert "first" == body_of(await setup.snapshots.get(MockId("new")))


async def test_a_mock_that_is_made_while_its_load_finds_nothing_is_not_remembered_as_unknown(setup: Setup) -> None:
    asking = asyncio.create_task(setup.snapshots.get(MockId("new")))
    while not setup.source.asked["mock"]:
        await asyncio.sleep(0)

    setup.snapshots.note(mock_changed("new"))
    await asking
    setup.source.add_mock("new")

    assert await setup.snapshots.get(MockId("new")) is not None


async def test_what_is_remembered_of_unknown_mocks_is_bounded(setup: Setup) -> None:
    for number in range(UNKNOWN_LIMIT + 10):
        setup.snapshots._remember_unknown(MockId(str(number)))

    assert UNKNOWN_LIMIT == len(setup.snapshots._unknown)


async def test_a_mock_that_cannot_be_loaded_says_so_to_everybody_who_waits(setup: Setup) -> None:
    setup.source.failure = Unavailable()

    found = await asyncio.gather(*(setup.snapshots.get(MOCK) for _ in range(3)), return_exceptions=True)

    assert [Unavailable] * 3 == [type(error) for error in found]
    setup.source.failure = None
    assert await setup.snapshots.get(MOCK) is not None


async def test_a_change_replaces_the_snapshot_while_the_old_one_goes_on_answering(setup: Setup) -> None:
    await setup.snapshots.get(MOCK)
    setup.source.hold = asyncio.Event()
    setup.source.bodies["shop"] = "second"

    setup.snapshots.note(collection_changed())
    await setup.source.is_held.wait()
    during = setup.body()
    setup.source.hold.set()
    await until(lambda: setup.body() == "second")

    assert "first" == during
    assert 1 == setup.metric("propagation_seconds_count")


async def test_a_change_that_comes_during_the_first_load_is_not_lost(setup: Setup) -> None:
    setup.source.hold = asyncio.Event()
    loading = asyncio.create_task(setup.snapshots.get(MOCK))
    await setup.source.is_held.wait()
    setup.source.bodies["shop"] = "second"

    setup.snapshots.note(collection_changed())
    setup.source.hold.set()

    assert "first" == body_of(await loading)
    await until(lambda: setup.body() == "second")


async def test_a_change_that_comes_during_a_reload_is_not_lost(setup: Setup) -> None:
    await setup.snapshots.get(MOCK)
    setup.source.hold = asyncio.Event()
    setup.source.bodies["shop"] = "second"
    setup.snapshots.note(collection_changed())
    await setup.source.is_held.wait()
    setup.source.bodies["shop"] = "third"

    setup.snapshots.note(collection_changed())
    setup.source.hold.set()

    await until(lambda: setup.body() == "third")


async def test_a_change_of_the_collection_a_mock_is_just_moving_to_is_not_lost(setup: Setup) -> None:
    await setup.snapshots.get(MOCK)
    setup.source.bodies["other"] = "other, first"
    setup.source.mocks[MOCK] = replace(setup.source.mocks[MOCK], collection_id="other")  # type: ignore[arg-type] # a test's shorthand for CollectionId
    setup.source.hold = asyncio.Event()
    setup.snapshots.note(mock_changed(MOCK))
    await setup.source.is_held.wait()
    setup.source.bodies["other"] = "other, second"

    setup.snapshots.note(collection_changed("other"))
    setup.source.hold.set()

    await until(lambda: setup.body() == "other, second")


async def test_a_mock_that_is_deleted_during_its_load_does_not_come_back(setup: Setup) -> None:
    setup.source.hold = asyncio.Event()
    loading = asyncio.create_task(setup.snapshots.get(MOCK))
    await setup.source.is_held.wait()
    del setup.source.mocks[MOCK]

    setup.snapshots.note(mock_changed(MOCK, kind=ChangeKind.DELETED))
    setup.source.hold.set()
    await loading

    assert setup.body() is None
    assert await setup.snapshots.get(MOCK) is None


async def test_fifty_changes_in_a_row_become_a_few_loads(setup: Setup) -> None:
    await setup.snapshots.get(MOCK)
    for number in range(50):
        setup.source.bodies["shop"] = f"number {number}"
        setup.snapshots.note(collection_changed())
        await asyncio.sleep(0)

    await until(lambda: setup.body() == "number 49")

    assert setup.source.asked["collection"] <= 5
    assert 1 == setup.source.asked["mock"]


async def test_only_what_changed_is_read_again(setup: Setup) -> None:
    setup.source.add_environment("staging", who="Ada")
    setup.source.add_mock(MOCK, environment_id=EnvironmentId("staging"))
    before = await setup.snapshots.get(MOCK)
    asked = setup.source.asked.copy()
    setup.source.add_environment("staging", who="Grace")

    setup.snapshots.note(catalog_changed(CatalogSubject.ENVIRONMENT, "staging"))
    await until(lambda: setup.snapshots.loaded(MOCK) is not before)

    after = setup.snapshots.loaded(MOCK)
    assert {"environment": 1} == dict(setup.source.asked - asked)
    assert before is not None
    assert after is not None
    assert before.collection is after.collection
    assert before.index is not after.index


async def test_a_write_that_changed_nothing_keeps_collection_and_index(setup: Setup) -> None:
    before = await setup.snapshots.get(MOCK)

    setup.snapshots.note(collection_changed())
    await until(lambda: setup.snapshots.loaded(MOCK) is not before)

    after = setup.snapshots.loaded(MOCK)
    assert 1 == setup.source.asked["collection"]
    assert before is not None
    assert after is not None
    assert (before.collection, before.index) == (after.collection, after.index)


async def test_two_mocks_of_one_collection_share_what_was_parsed(setup: Setup) -> None:
    setup.source.add_mock("same")
    literal = MockConfig(match_settings=MatchSettings(match_wildcards=False))
    setup.source.add_mock("other settings", config=literal)

    first, same, other = await asyncio.gather(
        *(setup.snapshots.get(MockId(name)) for name in (MOCK, "same", "other settings"))
    )

    assert first
    assert same
    assert other
    assert 1 == setup.source.asked["collection"]
    assert first.index is same.index
    assert first.collection is other.collection
    assert first.index is not other.index


async def test_a_gap_in_the_watch_compares_everything_that_is_loaded(setup: Setup) -> None:
    setup.source.add_mock("other", "other")
    for mock_id in (MOCK, MockId("other")):
        await setup.snapshots.get(mock_id)
    setup.source.bodies["shop"] = "second"

    setup.snapshots.note_gap(Part.COLLECTION)
    await until(lambda: setup.body() == "second")
    await until(lambda: not setup.snapshots._works)

    assert 3 == setup.source.asked["collection"]
    assert 2 == setup.source.asked["mock"]


async def test_a_gap_during_a_load_is_not_lost(setup: Setup) -> None:
    setup.source.hold = asyncio.Event()
    loading = asyncio.create_task(setup.snapshots.get(MOCK))
    await setup.source.is_held.wait()
    setup.source.bodies["shop"] = "second"

    setup.snapshots.note_gap(Part.COLLECTION)
    setup.source.hold.set()
    await loading

    await until(lambda: setup.body() == "second")


async def test_a_mock_goes_on_answering_while_it_cannot_be_brought_up_to_date(setup: Setup) -> None:
    await setup.snapshots.get(MOCK)
    setup.source.bodies["shop"] = "second"
    setup.source.failure = Unavailable()

    setup.snapshots.note(collection_changed())
    await until(lambda: setup.metric("snapshot_loads_total", result="failed") >= 2)
    during = setup.body()
    setup.source.failure = None
    await until(lambda: setup.body() == "second")

    assert "first" == during


async def test_a_change_that_comes_between_two_attempts_is_not_lost(setup: Setup) -> None:
    setup.source.add_environment("staging", who="Ada")
    setup.source.add_mock(MOCK, environment_id=EnvironmentId("staging"))
    await setup.snapshots.get(MOCK)
    setup.source.failure = UnderstudyError("broken")
    setup.snapshots.note(collection_changed())
    await until(lambda: setup.metric("snapshot_loads_total", result="failed") >= 1)

    setup.source.add_environment("staging", who="Grace")
    setup.snapshots.note(catalog_changed(CatalogSubject.ENVIRONMENT, "staging"))
    setup.source.failure = None

    await until(lambda: _value(setup) == "Grace")


async def test_a_deactivated_mock_answers_nothing_until_it_is_active_again(setup: Setup) -> None:
    active = setup.source.mocks[MOCK]
    setup.source.mocks[MOCK] = replace(active, is_deactivated=True)
    snapshot = await setup.snapshots.get(MOCK)

    setup.source.mocks[MOCK] = active
    setup.snapshots.note(mock_changed(MOCK))
    await until(lambda: setup.body() == "first")

    assert snapshot is not None
    assert snapshot.index is None


async def test_a_mock_without_its_collection_or_environment_answers_nothing(setup: Setup) -> None:
    setup.source.add_mock("no environment", environment_id=EnvironmentId("gone"))
    await setup.snapshots.get(MOCK)
    del setup.source.bodies["shop"]

    setup.snapshots.note(collection_changed(kind=ChangeKind.DELETED))
    await until(lambda: setup.body() is None)

    assert body_of(await setup.snapshots.get(MockId("no environment"))) is None


async def test_the_least_recently_used_mocks_make_room_and_come_back_when_called() -> None:
    setup = Setup(limit_bytes=60_000)
    names = [MockId(f"mock {number}") for number in range(20)]
    for name in names:
        setup.source.add_mock(name, name)
    async with setup.snapshots.running():
        for name in names:
            await setup.snapshots.get(name)
            await setup.snapshots.get(names[0])

        assert setup.snapshots.size_bytes <= 60_000
        assert 0 < len(setup.snapshots) < 20
        assert setup.snapshots.loaded(names[0]) is not None
        assert setup.snapshots.loaded(names[1]) is None
        assert 20 - len(setup.snapshots) == setup.metric("snapshot_evictions_total")
        assert 20 == setup.metric("snapshot_misses_total")
        assert 60_000 == setup.metric("snapshot_limit_bytes")
        assert "first" == body_of(await setup.snapshots.get(names[1]))
        assert 21 == setup.metric("snapshot_misses_total")


async def test_an_index_that_mocks_share_counts_once() -> None:
    setup = Setup()
    for number in range(10):
        setup.source.add_mock(f"mock {number}")
    async with setup.snapshots.running():
        first = await setup.snapshots.get(MockId("mock 0"))
        for number in range(10):
            await setup.snapshots.get(MockId(f"mock {number}"))

        assert first is not None
        assert first.index is not None
        assert setup.snapshots.size_bytes < 3 * first.index.index.size_bytes + 10 * 4096
        for number in range(10):
            setup.snapshots.note(mock_changed(f"mock {number}", kind=ChangeKind.DELETED))
        assert 0 == setup.snapshots.size_bytes


async def test_a_mock_larger_than_the_bound_is_served_nevertheless() -> None:
    setup = Setup(limit_bytes=1)
    setup.source.add_mock(MOCK)
    async with setup.snapshots.running():
        assert "first" == body_of(await setup.snapshots.get(MOCK))
        assert setup.snapshots.loaded(MOCK) is not None


def _value(setup: Setup) -> str:
    snapshot = setup.snapshots.loaded(MOCK)
    assert snapshot is not None
    assert snapshot.environment is not None
    return snapshot.environment.variables[0].value
