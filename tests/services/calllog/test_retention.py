"""Retention: entries older than the setting are deleted, and no others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from services.calllog.metrics import CallLogMetrics
from services.calllog.store import CallLogStore
from services.calllog.use_cases import DELETE_BATCH, CallLog
from services.core.call_log import CallLogEntry
from services.runtime.database import database
from tests.services.calllog.entries import an_entry
from tests.services.calllog.running import RunningCallLog, running_calllog
from tests.services.waiting import until


def called_ago(age: timedelta) -> CallLogEntry:
    return an_entry(serve_time=datetime.now(UTC) - age)


@asynccontextmanager
async def a_call_log(database_url: str, *, retention_days: int) -> AsyncIterator[CallLog]:
    """Yield the use cases on a connection of their own, without the task that deletes by itself."""
    async with database(database_url, pool_size=2, service="test") as engine:
        metrics = CallLogMetrics(CollectorRegistry(), mock_limit=1)
        yield CallLog(CallLogStore(engine), metrics, retention_days=retention_days)


async def test_entries_older_than_the_retention_are_deleted(log: RunningCallLog, database_url: str) -> None:
    old, young = called_ago(timedelta(days=7, minutes=1)), called_ago(timedelta(days=7) - timedelta(minutes=1))
    await log.edge.append([old, young])

    async with a_call_log(database_url, retention_days=7) as call_log:
        assert await call_log.forget_expired() == 1
        assert await call_log.forget_expired() == 0

    assert (young,) == (await log.viewer.list_entries_page("shop")).rows


async def test_a_retention_of_zero_keeps_entries_for_ever(log: RunningCallLog, database_url: str) -> None:
    await log.edge.append([called_ago(timedelta(days=10_000))])

    async with a_call_log(database_url, retention_days=0) as call_log:
        assert await call_log.forget_expired() == 0


async def test_more_than_one_batch_is_deleted_by_two_replicas_at_once_without_counting_twice(
    log: RunningCallLog, database_url: str
) -> None:
    expired = DELETE_BATCH + 1_000
    for _ in range(0, expired, 3_000):
        await log.edge.append([called_ago(timedelta(days=2)) for _ in range(3_000)])

    async with (
        a_call_log(database_url, retention_days=1) as one,
        a_call_log(database_url, retention_days=1) as other,
    ):
        counts = await asyncio.gather(one.forget_expired(), other.forget_expired())

    assert expired == sum(counts)
    assert (await log.viewer.list_entries_page("shop")).rows == ()


async def test_a_service_deletes_what_expired_while_it_was_stopped_and_counts_it(
    log: RunningCallLog, database_url: str
) -> None:
    await log.edge.append([called_ago(timedelta(days=2)) for _ in range(3)])

    async with running_calllog(database_url, retention_days=1) as restarted:
        await until(lambda: restarted.count("understudy_call_log_entries_deleted_total") == 3)

        assert (await restarted.viewer.list_entries_page("shop")).rows == ()
