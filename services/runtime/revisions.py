"""Revisions: how a service tells watchers, in order and without a gap, what was written.

Each service has one counter. A writing transaction takes its number by `UPDATE … SET number = number + 1 RETURNING`
as its last statement, beside the event's row. The row lock makes later writers wait for this one's commit, so numbers
become visible in their own order; a sequence would let 2 commit before 1, and a watcher that has seen 2 would never be
sent 1. `NOTIFY` carries the number alone and arrives at commit; a poll every half second backs it up, because a
notification is lost with the connection that listens.

Events are kept for a day. Who resumes further back is told so and lists again.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import structlog
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    MetaData,
    SmallInteger,
    Table,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.errors import RevisionExpired, Unavailable
from services.core.ids import Revision
from services.runtime.database import outside_the_pool, transaction
from services.runtime.lifecycle import background, hourly

logger = structlog.get_logger(__name__)

KEEP_EVENTS = timedelta(hours=24)
"""A watcher that was away for longer has more to gain from listing than from replaying."""

POLL_SECONDS = 0.5
"""Half of the second within which a change must be served everywhere, for when a notification was lost."""

BATCH_SIZE = 500
"""Events read at once: a replay of a day's events must not fill memory."""

EventPayload = Mapping[str, object]
"""What a service says about a write: a JSON object of its own shape."""


@dataclass(frozen=True, slots=True)
class Event:
    """One write: its revision, when it was made, and what the service said about it."""

    revision: Revision
    event_time: datetime
    payload: EventPayload


def revision_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Declare the tables of a service's revisions in its metadata: `revision` (one row) and `events`."""
    counter = Table(
        "revision",
        metadata,
        Column("only_row", SmallInteger, primary_key=True, server_default=text("1")),
        Column("number", BigInteger, nullable=False),
        CheckConstraint("only_row = 1", name="revision_has_one_row"),
    )
    events = Table(
        "events",
        metadata,
        Column("revision", BigInteger, primary_key=True, autoincrement=False),
        Column("event_time", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Column("payload", JSONB, nullable=False),
    )
    return counter, events


class RevisionLog:
    """The revisions of one service: append in a transaction, read from anywhere, wait for news."""

    def __init__(self, engine: AsyncEngine, schema: str) -> None:
        """Take the service's engine and the schema that holds its tables."""
        self._engine = engine
        self._schema = schema
        self._metadata = MetaData(schema=schema)
        self._counter, self._events = revision_tables(self._metadata)
        self._channel = f"understudy_{schema}"
        self._newest = Revision(0)
        self._news = asyncio.Condition()
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Tell whether the service is stopping, so that watch streams must end."""
        return self._is_closed

    @property
    def newest_heard(self) -> Revision:
        """Return the newest revision this process has heard of, without asking the database."""
        return self._newest

    async def close(self) -> None:
        """End all watch streams: the service is stopping, and they would hold up its drain."""
        async with self._news:
            self._is_closed = True
            self._news.notify_all()

    async def append(self, connection: AsyncConnection, payload: EventPayload) -> Revision:
        """Give the transaction its revision. Must be its last statement: until commit, other writers wait for it."""
        return await self.append_all(connection, [payload])

    async def append_all(self, connection: AsyncConnection, payloads: Sequence[EventPayload]) -> Revision:
        """Give the transaction a revision for each of its events, of which there is one at least, and return the last.

        Must be its last statement, as `append`.
        """
        statement = text(
            f"""
            WITH next AS (UPDATE {self._schema}.revision SET number = number + :count RETURNING number),
                 told AS (INSERT INTO {self._schema}.events (revision, payload)
                          SELECT number - :count + position, payload
                          FROM next, jsonb_array_elements(:payloads) WITH ORDINALITY AS written (payload, position))
            SELECT number, pg_notify(:channel, number::text) FROM next
            """  # noqa: S608 -- the schema's name is the service's own, no input
        ).bindparams(
            bindparam("payloads", [dict(payload) for payload in payloads], JSONB),
            bindparam("count", len(payloads), BigInteger),
        )
        row = (await connection.execute(statement, {"channel": self._channel})).one()
        return Revision(row.number)

    async def newest(self) -> Revision:
        """Return the revision of the newest committed write; 0 where there was none."""
        async with transaction(self._engine) as connection:
            return Revision((await connection.execute(select(self._counter.c.number))).scalar_one())

    async def read_after(self, revision: Revision) -> tuple[Event, ...]:
        """Return the next events behind `revision`, at most a batch. Raises RevisionExpired where some are gone."""
        events = self._events
        statement = select(events).where(events.c.revision > revision).order_by(events.c.revision).limit(BATCH_SIZE)
        async with transaction(self._engine) as connection:
            # The counter first: what commits between the two statements must not look like a gap.
            newest = (await connection.execute(select(self._counter.c.number))).scalar_one()
            rows = (await connection.execute(statement)).all()
        expected = revision + 1
        if revision > newest or (rows and rows[0].revision != expected) or (not rows and newest > revision):
            raise RevisionExpired
        return tuple(Event(Revision(row.revision), row.event_time, row.payload) for row in rows)

    async def wait_after(self, revision: Revision, *, seconds: float) -> bool:
        """Wait until there is news behind `revision`, or the log is closed; False where `seconds` passed first."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self._newest > revision or self._is_closed)
                return True
        return False

    async def prune(self) -> None:
        """Delete events that are older than a day."""
        async with transaction(self._engine) as connection:
            await connection.execute(self._events.delete().where(self._events.c.event_time < func.now() - KEEP_EVENTS))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Follow the newest revision for the length of the context, so that `wait_after` wakes, and prune hourly."""
        async with (
            background(self._listen(), name=f"{self._schema} notifications"),
            background(self._poll(), name=f"{self._schema} revision poll"),
            background(hourly(self.prune), name=f"{self._schema} event pruning"),
        ):
            yield

    async def _announce(self, newest: Revision) -> None:
        async with self._news:
            if newest > self._newest:
                self._newest = newest
                self._news.notify_all()

    async def _poll(self) -> None:
        while True:
            with suppress(Unavailable):
                await self._announce(await self.newest())
            await asyncio.sleep(POLL_SECONDS)

    async def _listen(self) -> None:
        while True:
            with suppress(OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await self._listen_on_one_connection()
            await asyncio.sleep(POLL_SECONDS)

    async def _listen_on_one_connection(self) -> None:
        connection = await outside_the_pool(self._engine)
        closed = asyncio.Event()
        loop = asyncio.get_running_loop()
        announcing: set[asyncio.Task[None]] = set()

        def heard(_connection: object, _pid: int, _channel: str, number: object) -> None:
            task = loop.create_task(self._announce(Revision(int(str(number)))))
            announcing.add(task)
            task.add_done_callback(announcing.discard)

        try:
            connection.add_termination_listener(lambda _connection: closed.set())
            await connection.add_listener(self._channel, heard)
            await closed.wait()
        finally:
            connection.terminate()
