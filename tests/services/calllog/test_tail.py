"""Tailing: entries as they are stored, by whichever replica, in whatever order transactions commit, each once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from services.calllog import use_cases
from services.core.call_log import CallLogEntry, CallLogFilter
from services.core.errors import InvalidInput, Unavailable
from services.wire.calllog_codec import encode_entry
from services.wire.tailing import Tailed, followed
from tests.services.calllog.entries import BEGINNING, an_entry, an_unmatched_entry
from tests.services.calllog.running import RunningCallLog, running_calllog

DEADLINE_SECONDS = 20.0


async def next_entries(tail: AsyncIterator[tuple[CallLogEntry, ...]]) -> tuple[CallLogEntry, ...]:
    return await asyncio.wait_for(anext(tail), DEADLINE_SECONDS)


async def take(tail: AsyncIterator[tuple[CallLogEntry, ...]], count: int) -> list[CallLogEntry]:
    """Return the next entries of a tail, and whatever comes with them."""
    taken: list[CallLogEntry] = []
    async with asyncio.timeout(DEADLINE_SECONDS):
        while len(taken) < count:
            taken.extend(await anext(tail))
    return taken


async def test_a_tail_begins_with_an_empty_message_and_goes_on_with_what_is_stored_from_then(
    log: RunningCallLog,
) -> None:
    await log.edge.append([an_entry()])
    async with aclosing(log.viewer.tail("shop")) as tail:
        assert await next_entries(tail) == ()

        entries = [an_entry(), an_entry()]
        await log.edge.append(entries)

        assert tuple(entries) == await next_entries(tail)


async def test_a_tail_shows_an_entry_within_a_second_of_its_storing(log: RunningCallLog) -> None:
    async with aclosing(log.viewer.tail("shop")) as tail:
        await next_entries(tail)
        await log.edge.append([an_entry()])
        stored = time.monotonic()
        await next_entries(tail)

        assert time.monotonic() - stored < 1


async def test_a_tail_shows_what_another_replica_stored(log: RunningCallLog, database_url: str) -> None:
    async with running_calllog(database_url) as other, aclosing(log.viewer.tail("shop")) as tail:
        await next_entries(tail)
        entry = an_entry()
        await other.edge.append([entry])

        assert (entry,) == await next_entries(tail)


async def test_a_tail_shows_only_its_mock_its_account_and_what_fits_the_filter(log: RunningCallLog) -> None:
    async with aclosing(log.viewer.tail("1-shop", filter=CallLogFilter(is_success=False))) as tail:
        await next_entries(tail)
        wanted = an_unmatched_entry()
        await log.edge.append([an_unmatched_entry(mock_id="toys"), an_unmatched_entry(account_id=2), an_entry()])
        await log.edge.append([wanted])

        assert (wanted,) == await next_entries(tail)


async def test_an_entry_that_was_called_long_ago_and_shipped_late_is_shown(log: RunningCallLog) -> None:
    async with aclosing(log.viewer.tail("shop")) as tail:
        await next_entries(tail)
        late = an_entry(serve_time=BEGINNING.replace(year=2001))
        await log.edge.append([late])

        assert (late,) == await next_entries(tail)


async def test_an_entry_whose_transaction_commits_after_later_ones_is_shown_once(
    log: RunningCallLog, database_url: str
) -> None:
    slow, quick, last = an_entry(id="slow"), an_entry(), an_entry()
    connection = await asyncpg.connect(database_url)
    async with aclosing(log.viewer.tail("shop")) as tail:
        await next_entries(tail)
        transaction = connection.transaction()
        await transaction.start()
        await insert_copy(connection, log, slow)
        await log.edge.append([quick])

        assert (quick,) == await next_entries(tail)

        await transaction.commit()

        assert (slow,) == await next_entries(tail)

        await log.edge.append([last])

        assert (last,) == await next_entries(tail)
    await connection.close()


async def insert_copy(connection: Any, log: RunningCallLog, entry: CallLogEntry) -> None:
    """Store the entry in somebody else's open transaction, as a second replica that is stuck would."""
    await log.edge.append([an_entry(id="template", mock_id="elsewhere")])
    await connection.execute(
        """
        INSERT INTO calllog.entries
            (id, account_id, mock_id, serve_time, is_success, status_code, method, path_digest, line, payload)
        SELECT $1, account_id, $2, $3, is_success, status_code, method, path_digest, line, $4
        FROM calllog.entries WHERE id = 'template'
        """,
        entry.id,
        entry.mock_id,
        entry.serve_time,
        encode_entry(entry),
    )


async def test_a_tail_loses_nothing_and_repeats_nothing_while_twenty_write(
    log: RunningCallLog, database_url: str
) -> None:
    batches = [[an_entry() for _ in range(7)] for _ in range(200)]

    async def write(client: RunningCallLog, own: list[list[CallLogEntry]]) -> None:
        for batch in own:
            await client.edge.append(batch)

    async with running_calllog(database_url) as other, aclosing(log.viewer.tail("shop")) as tail:
        await next_entries(tail)
        writing = asyncio.gather(*(write(log if number % 2 else other, batches[number::20]) for number in range(20)))
        shown = await take(tail, 1_400)
        await writing
        end = an_entry()
        await log.edge.append([end])
        shown += await take(tail, 1)

    assert [end.id] == [entry.id for entry in shown[1_400:]]
    assert sorted(entry.id for batch in batches for entry in batch) == sorted(entry.id for entry in shown[:1_400])


async def test_a_large_batch_is_shown_in_parts_and_whole(log: RunningCallLog) -> None:
    entries = [an_entry(reply_body=b"x" * 10_000) for _ in range(1_500)]
    async with aclosing(log.viewer.tail("shop")) as tail:
        await next_entries(tail)
        await log.edge.append(entries)

        assert entries == await take(tail, 1_500)


async def test_a_tail_that_is_followed_goes_on_at_another_replica_and_misses_nothing(database_url: str) -> None:
    before, between, late, after = (an_entry(id=name) for name in ("before", "between", "late", "after"))
    async with running_calllog(database_url) as other, running_calllog(database_url) as first:
        replicas = iter((first, other))

        def open_tail(resume_token: str) -> AsyncIterator[Tailed]:
            return next(replicas).viewer._tailed("shop", CallLogFilter(), resume_token)

        async with aclosing(followed(open_tail, patience_seconds=DEADLINE_SECONDS)) as tail:
            assert await next_entries(tail) == ()

            await first.edge.append([before])

            assert (before,) == await next_entries(tail)

            await end_streams(first)
            await other.edge.append([between])
            await other.edge.append([replace(late, serve_time=BEGINNING.replace(year=2001))])

            assert {"between", "late"} == {entry.id for entry in await take(tail, 2)}

            await other.edge.append([after])

            assert (after,) == await next_entries(tail)


async def test_a_tail_that_stored_nothing_for_a_while_tells_from_where_to_go_on(
    log: RunningCallLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use_cases, "TOKEN_SECONDS", 0.0)
    async with aclosing(log.viewer._tailed("shop", CallLogFilter(), "")) as tail:
        first = await asyncio.wait_for(anext(tail), DEADLINE_SECONDS)
        await log.edge.append([an_entry(mock_id="elsewhere")])
        second = await asyncio.wait_for(anext(tail), DEADLINE_SECONDS)

    assert () == second.entries
    assert first.resume_token != second.resume_token


@pytest.mark.parametrize(
    "token", ["0:1:", "7", "7:5:", "5:9:8,6", "5:9:4", "5:9:9", "5:9:6,", "٣:٤:", "5:9999999999999999999:", "5:9:\0"]
)
async def test_a_token_that_is_no_snapshot_is_refused(log: RunningCallLog, token: str) -> None:
    async with aclosing(log.viewer._tailed("shop", CallLogFilter(), token)) as tail:
        with pytest.raises(InvalidInput, match="resume_token"):
            await asyncio.wait_for(anext(tail), DEADLINE_SECONDS)


@pytest.mark.parametrize("token", ["1:1:", "5:9:", "5:9:5,6,8", "5:9:6,6"])
async def test_a_token_that_may_be_a_snapshot_is_one_to_the_database(log: RunningCallLog, token: str) -> None:
    entry = an_entry()
    await log.edge.append([entry])
    async with aclosing(log.viewer._tailed("shop", CallLogFilter(), token)) as tail:
        assert token == (await asyncio.wait_for(anext(tail), DEADLINE_SECONDS)).resume_token
        assert (entry,) == (await asyncio.wait_for(anext(tail), DEADLINE_SECONDS)).entries


@pytest.mark.parametrize(
    ("name", "period"),
    [("since", CallLogFilter(since=BEGINNING)), ("until", CallLogFilter(until=BEGINNING))],
)
async def test_a_tail_with_a_period_is_refused(log: RunningCallLog, name: str, period: CallLogFilter) -> None:
    async with aclosing(log.viewer.tail("shop", filter=period)) as tail:
        with pytest.raises(InvalidInput, match=f"filter.{name}"):
            await next_entries(tail)


async def test_a_tail_ends_at_once_when_the_service_stops(database_url: str) -> None:
    async with running_calllog(database_url) as log:
        tail = log.viewer.tail("shop")
        await next_entries(tail)
        ending = asyncio.create_task(next_entries(tail))
        await end_streams(log)

        with pytest.raises(Unavailable, match="stopping"):
            await ending


async def end_streams(log: RunningCallLog) -> None:
    """End the tails of a replica, as its drain begins by doing."""
    end = log.parts.services[0].end_streams
    assert end is not None
    await end()
