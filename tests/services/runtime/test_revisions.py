"""Revisions: every write has a number, numbers become visible in order, and a watcher misses none."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.core.errors import RevisionExpired, Unavailable
from services.core.ids import Revision
from services.runtime import watch_stream
from services.runtime.database import database, transaction
from services.runtime.revisions import BATCH_SIZE, Event, RevisionLog, revision_tables
from services.runtime.watch_stream import Bookmark, watch_events
from tests.migrations.schemas import create_from, empty_database
from tests.postgres import database_url

SCHEMA = "sample"
DEADLINE_SECONDS = 60
START = Revision(0)


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """Return the URL of a database with the tables of a revision log, before its first write."""
    metadata = MetaData(schema=SCHEMA)
    revision_tables(metadata)
    with empty_database(postgres_url) as empty:
        asyncio.run(create_from(metadata, empty))
        asyncio.run(execute(empty, "INSERT INTO sample.revision (number) VALUES (0)"))
        yield empty


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@asynccontextmanager
async def a_replica(url: str, *, pool_size: int = 5) -> AsyncIterator[tuple[RevisionLog, AsyncEngine]]:
    """Yield a log that listens, as each replica of a service has one, and its engine."""
    async with database(url, pool_size=pool_size, service="test") as engine:
        log = RevisionLog(engine, SCHEMA)
        async with log.listening():
            yield log, engine


async def write(log: RevisionLog, engine: AsyncEngine, **payload: object) -> Revision:
    async with transaction(engine) as connection:
        return await log.append(connection, payload)


async def write_and_fail(log: RevisionLog, engine: AsyncEngine) -> None:
    async with transaction(engine) as connection:
        await log.append(connection, {})
        raise ZeroDivisionError


async def next_events(stream: AsyncIterator[Event | Bookmark], count: int) -> list[Event]:
    events: list[Event] = []
    async with asyncio.timeout(DEADLINE_SECONDS):
        async for told in stream:
            if isinstance(told, Event):
                events.append(told)
            if len(events) >= count:
                break
    return events


async def test_writes_are_numbered_from_one_and_keep_what_was_said(url: str) -> None:
    async with a_replica(url) as (log, engine):
        assert await log.newest() == 0
        assert [1, 2, 3] == [await write(log, engine, subject="mock", number=number) for number in range(3)]
        assert await log.newest() == 3

        events = await log.read_after(START)

    assert [1, 2, 3] == [event.revision for event in events]
    assert [{"subject": "mock", "number": number} for number in range(3)] == [event.payload for event in events]


async def test_a_write_that_is_rolled_back_takes_no_number(url: str) -> None:
    async with a_replica(url) as (log, engine):
        with pytest.raises(ZeroDivisionError):
            await write_and_fail(log, engine)

        assert await write(log, engine) == 1


async def test_twenty_writers_at_once_are_seen_by_every_watcher_in_order_and_whole(url: str) -> None:
    writers, writes_each = 20, 25
    total = writers * writes_each

    async def write_all(log: RevisionLog, engine: AsyncEngine) -> None:
        for number in range(writes_each):
            await write(log, engine, number=number)

    async with a_replica(url, pool_size=10) as (log, engine), a_replica(url, pool_size=10) as (other, other_engine):
        watching = [
            asyncio.create_task(next_events(watch_events(replica, START), total)) for replica in (log, other, other)
        ]
        await asyncio.gather(
            *(write_all(log, engine) if n % 2 else write_all(other, other_engine) for n in range(writers))
        )
        seen = await asyncio.gather(*watching)

    for events in seen:
        assert list(range(1, total + 1)) == [event.revision for event in events]


async def test_a_watcher_that_resumes_sees_what_came_behind_its_revision(url: str) -> None:
    async with a_replica(url) as (log, engine):
        for _ in range(5):
            await write(log, engine)
        stream = watch_events(log, Revision(3))

        assert Bookmark(Revision(3)) == await anext(stream)
        assert [4, 5] == [event.revision for event in await next_events(stream, 2)]


async def test_a_watcher_without_a_revision_begins_behind_the_newest(url: str) -> None:
    async with a_replica(url) as (log, engine):
        await write(log, engine)
        stream = watch_events(log, None)

        assert Bookmark(Revision(1)) == await anext(stream)
        await write(log, engine)
        assert [2] == [event.revision for event in await next_events(stream, 1)]


async def test_a_watcher_that_is_far_behind_reads_in_batches(url: str) -> None:
    total = BATCH_SIZE * 2 + 1
    await execute(
        url,
        f"INSERT INTO sample.events (revision, payload) SELECT n, '{{}}' FROM generate_series(1, {total}) n;"  # noqa: S608 -- numbers of the test
        f"UPDATE sample.revision SET number = {total}",
    )
    async with a_replica(url) as (log, _engine):
        assert len(await log.read_after(START)) == BATCH_SIZE
        assert list(range(1, total + 1)) == [
            event.revision for event in await next_events(watch_events(log, START), total)
        ]


async def test_a_write_of_another_replica_wakes_a_watcher_well_within_a_second(url: str) -> None:
    async with a_replica(url) as (log, _), a_replica(url) as (other, other_engine):
        stream = watch_events(log, None)
        await anext(stream)
        delays = []
        for _number in range(10):
            await write(other, other_engine)
            written = time.monotonic()
            await next_events(stream, 1)
            delays.append(time.monotonic() - written)

    assert max(delays) < 1


async def test_a_watcher_hears_of_writes_whose_notification_was_lost(url: str) -> None:
    async with a_replica(url) as (log, engine):
        stream = watch_events(log, None)
        await anext(stream)
        for _ in range(3):
            await execute(
                url,
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            revision = await write(log, engine)

            assert [revision] == [event.revision for event in await next_events(stream, 1)]


async def test_events_older_than_a_day_are_pruned_and_resuming_before_them_has_expired(url: str) -> None:
    async with a_replica(url) as (log, engine):
        for _ in range(3):
            await write(log, engine)
        await age_until(engine, 2)
        await log.prune()

        with pytest.raises(RevisionExpired):
            await log.read_after(START)
        with pytest.raises(RevisionExpired):
            await log.read_after(Revision(1))
        assert [3] == [event.revision for event in await log.read_after(Revision(2))]
        assert await log.read_after(Revision(3)) == ()


async def age_until(engine: AsyncEngine, revision: int) -> None:
    async with transaction(engine) as connection:
        await connection.execute(
            text("UPDATE sample.events SET event_time = now() - interval '25 hours' WHERE revision <= :revision"),
            {"revision": revision},
        )


async def test_where_all_events_were_pruned_only_the_newest_revision_can_be_resumed(url: str) -> None:
    async with a_replica(url) as (log, engine):
        for _ in range(3):
            await write(log, engine)
        await age_until(engine, 3)
        await log.prune()

        with pytest.raises(RevisionExpired):
            await log.read_after(Revision(2))
        assert await log.read_after(Revision(3)) == ()


async def test_a_revision_that_was_never_given_cannot_be_resumed(url: str) -> None:
    async with a_replica(url) as (log, engine):
        await write(log, engine)

        with pytest.raises(RevisionExpired):
            await anext(watch_events(log, Revision(2)))


async def test_a_wait_ends_without_news_after_its_time(url: str) -> None:
    async with a_replica(url) as (log, engine):
        await write(log, engine)

        assert not await log.wait_after(Revision(1), seconds=0.05)
        assert await log.wait_after(START, seconds=DEADLINE_SECONDS)


async def test_watchers_get_a_bookmark_now_and_then_when_nothing_happens(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_stream, "BOOKMARK_SECONDS", 0.05)
    async with a_replica(url) as (log, engine):
        stream = watch_events(log, None)

        assert [Bookmark(START)] * 3 == [await anext(stream) for _ in range(3)]

        await write(log, engine)
        told = [await anext(stream) for _ in range(10)]

    assert Bookmark(Revision(1)) == told[-1]


async def test_a_log_that_is_closed_ends_its_watchers(url: str) -> None:
    async with a_replica(url) as (log, _engine):
        stream = watch_events(log, None)
        await anext(stream)
        waiting = asyncio.create_task(next_events(stream, 1))
        await asyncio.sleep(0)
        await log.close()

        with pytest.raises(Unavailable, match="stopping"):
            await asyncio.wait_for(waiting, DEADLINE_SECONDS)


async def test_a_log_whose_database_comes_late_begins_when_it_is_there(postgres_url: str) -> None:
    metadata = MetaData(schema=SCHEMA)
    revision_tables(metadata)
    url = database_url(postgres_url, "comes_late")
    async with a_replica(url) as (log, engine):
        with pytest.raises(Unavailable):
            await log.newest()

        await execute(postgres_url, "CREATE DATABASE comes_late")
        await create_from(metadata, url)
        await execute(url, "INSERT INTO sample.revision (number) VALUES (0)")
        stream = watch_events(log, START)
        await anext(stream)
        await write(log, engine)

        assert [1] == [event.revision for event in await next_events(stream, 1)]
    await execute(postgres_url, "DROP DATABASE comes_late WITH (FORCE)")
