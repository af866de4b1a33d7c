"""What is told of the connections to PostgreSQL: used, idle, waited for, and the three ways in which they fail."""

import asyncio
import socket

import asyncpg
import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.core.errors import Unavailable
from services.runtime import database as database_module
from services.runtime.database import database, transaction
from services.runtime.database_metrics import measure_database
from tests.services.waiting import until


class Measured:
    """The metrics of an engine."""

    def __init__(
        self, engine: AsyncEngine, *, service: str = "test", registry: CollectorRegistry | None = None
    ) -> None:
        self.registry = registry or CollectorRegistry()
        self.service = service
        measure_database(engine, self.registry, service=service)

    def count(self, sample: str, **labels: str) -> float:
        labels["service"] = self.service
        return self.registry.get_sample_value(f"understudy_database_{sample}", labels) or 0.0

    @property
    def failures(self) -> dict[str, float]:
        reasons = ("exhausted", "away", "lost")
        return {reason: count for reason in reasons if (count := self.count("failures_total", reason=reason))}


async def test_connections_are_in_use_for_as_long_as_a_transaction_and_idle_afterwards(url: str) -> None:
    async with database(url, pool_size=3, service="test") as engine:
        measured = Measured(engine)
        async with transaction(engine):
            during = measured.count("connections", state="in_use"), measured.count("connections", state="idle")
        after = measured.count("connections", state="in_use"), measured.count("connections", state="idle")

        assert (1.0, 0.0) == during
        assert (0.0, 1.0) == after
        assert measured.count("connections_limit") == 3
        assert measured.count("checkout_seconds_count") == 1
        assert {} == measured.failures


async def test_callers_that_wait_are_told_and_so_is_a_pool_in_which_none_comes_free(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "POOL_WAIT_SECONDS", 0.5)
    async with database(url, pool_size=1, service="test") as engine:
        measured = Measured(engine)
        async with transaction(engine):
            waiting = asyncio.create_task(_ask(engine))
            await until(lambda: measured.count("waiting") == 1)
            with pytest.raises(Unavailable):
                await waiting

        assert measured.count("waiting") == 0
        assert {"exhausted": 1} == measured.failures
        assert measured.count("checkout_seconds_bucket", le="0.25") == 1
        assert measured.count("checkout_seconds_count") == 2


async def test_a_caller_who_leaves_while_waiting_is_no_failure(url: str) -> None:
    async with database(url, pool_size=1, service="test") as engine:
        measured = Measured(engine)
        async with transaction(engine):
            waiting = asyncio.create_task(_ask(engine))
            await until(lambda: measured.count("waiting") == 1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

        assert measured.count("waiting") == 0
        assert {} == measured.failures


async def test_a_database_that_is_away_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with database(f"postgresql://nobody@127.0.0.1:{port}/none", pool_size=1, service="test") as engine:
        measured = Measured(engine)
        with pytest.raises(Unavailable):
            await _ask(engine)

        assert {"away": 1} == measured.failures


async def test_a_connection_that_breaks_in_use_is_told_and_a_mistake_in_a_statement_is_not(url: str) -> None:
    async with database(url, pool_size=2, service="test") as engine:
        measured = Measured(engine)
        with pytest.raises(Exception, match="division by zero"):
            await _ask(engine, "SELECT 1 / 0")
        with pytest.raises(Unavailable):
            await _ask_and_be_cut_off(engine, url)

        assert {"lost": 1} == measured.failures


async def test_services_that_share_a_process_share_its_registry(url: str) -> None:
    async with (
        database(url, pool_size=1, service="one") as one,
        database(url, pool_size=2, service="two") as two,
    ):
        first = Measured(one, service="one")
        second = Measured(two, service="two", registry=first.registry)

        assert first.count("connections_limit") == 1
        assert second.count("connections_limit") == 2


async def test_an_engine_without_a_measured_pool_is_refused() -> None:
    engine = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none")

    with pytest.raises(TypeError, match="no MeasuredPool"):
        measure_database(engine, CollectorRegistry(), service="test")


async def _ask(engine: AsyncEngine, statement: str = "SELECT 1") -> None:
    async with transaction(engine) as connection:
        await connection.execute(text(statement))


async def _ask_and_be_cut_off(engine: AsyncEngine, url: str) -> None:
    async with transaction(engine) as connection:
        backend = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        administrator = await asyncpg.connect(url)
        await administrator.execute("SELECT pg_terminate_backend($1, 5000)", backend)
        await administrator.close()
        await connection.execute(text("SELECT 1"))
