"""The SQL of the call log."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    Select,
    Text,
    and_,
    cast,
    column,
    delete,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeEngine

from services.calllog.tables import Snapshot, entries
from services.core.call_log import CallLogFilter, EntryRecord, folded
from services.core.ids import AccountId
from services.runtime.database import transaction

PAGE_BYTES = 6_500_000
"""Postman's limit of a page ("Get a mock server's call logs"); the first entry is returned however large it is."""

STREAM_PAGE_SIZE = 200
"""Entries read at once for a tail."""

Place = tuple[datetime, str]
"""Where an entry stands in its mock's list: `serve_time`, then id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which entries are meant. `account_id` None means those of every account, as only a service may ask."""

    account_id: AccountId | None
    mock_id: str
    filter: CallLogFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """Some entries as they were encoded, where the last of them stands, and whether there are more behind it."""

    payloads: tuple[bytes, ...]
    last: Place | None
    has_more: bool


class CallLogStore:
    """Stores and finds entries. Raises Unavailable while the database is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the service's engine."""
        self._engine = engine

    async def append(self, records: Sequence[EntryRecord]) -> frozenset[str]:
        """Store those records whose id is not there yet, and return the ids that were new.

        They are stored in the order of their ids: two transactions that store the same ones wait for each other once,
        and never both at once.
        """
        ordered = sorted(records, key=lambda record: record.id)
        async with transaction(self._engine) as connection:
            return frozenset((await connection.execute(_insert(ordered))).scalars().all())

    async def page(
        self, selection: Selection, *, oldest_first: bool, behind: Place | None, page_size: int
    ) -> StoredPage:
        """Return the page behind a place, or the first one."""
        conditions = tuple(_conditions(selection))
        return await self._page(conditions, oldest_first=oldest_first, behind=behind, page_size=page_size)

    async def get(self, selection: Selection, entry_id: str) -> bytes | None:
        """Return one of the selected entries as it was encoded."""
        statement = select(entries.c.payload).where(entries.c.id == storable(entry_id), *_conditions(selection))
        async with transaction(self._engine) as connection:
            return (await connection.execute(statement)).scalar_one_or_none()

    async def snapshot(self) -> str:
        """Return which transactions have ended by now."""
        async with transaction(self._engine) as connection:
            return str((await connection.execute(select(cast(func.pg_current_snapshot(), Text)))).scalar_one())

    async def stored_between(self, selection: Selection, earlier: str, later: str) -> AsyncIterator[tuple[bytes, ...]]:
        """Yield the entries that the later of two snapshots sees and the earlier does not, in the order of their calls.

        Over a chain of snapshots every entry comes exactly once, in whatever order the transactions commit. What is
        older than all transactions that were still running at the earlier snapshot is skipped by the index.
        """
        conditions = (*_conditions(selection), *_between(earlier, later))
        behind: Place | None = None
        while True:
            page = await self._page(conditions, oldest_first=True, behind=behind, page_size=STREAM_PAGE_SIZE)
            if page.payloads:
                yield page.payloads
            if not page.has_more:
                return
            behind = page.last

    async def delete_older(self, age: timedelta, *, limit: int) -> int:
        """Delete at most `limit` of the entries whose calls are longer ago than `age`, and return how many it were.

        Rows that another replica is deleting are left to it.
        """
        oldest = (
            select(entries.c.id)
            .where(entries.c.serve_time < func.now() - age)
            .order_by(entries.c.serve_time)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        async with transaction(self._engine) as connection:
            return (await connection.execute(delete(entries).where(entries.c.id.in_(oldest)))).rowcount

    async def _page(
        self, conditions: Sequence[ColumnElement[bool]], *, oldest_first: bool, behind: Place | None, page_size: int
    ) -> StoredPage:
        statement = _page_statement(conditions, oldest_first=oldest_first, behind=behind, page_size=page_size)
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(statement)).all()
        return StoredPage(
            payloads=tuple(row.payload for row in rows),
            last=(rows[-1].serve_time, rows[-1].id) if rows else None,
            has_more=bool(rows) and len(rows) < rows[0].candidates,
        )


def is_snapshot(text: str) -> bool:
    """Tell whether PostgreSQL takes the text as a snapshot: `xmin:xmax:xip,…`, where everything rises."""
    if _SNAPSHOT.fullmatch(text) is None:
        return False
    oldest, next_one, *running = map(int, re.findall("[0-9]+", text))
    rising = [oldest, *running]
    return 0 < oldest <= next_one and rising == sorted(rising) and all(number < next_one for number in running)


_SNAPSHOT = re.compile(r"[0-9]{1,18}:[0-9]{1,18}:([0-9]{1,18}(,[0-9]{1,18})*)?")


def storable(text: str) -> str:
    """Return text that a column can hold: PostgreSQL's has no U+0000. The payload keeps it."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def path_digest(path: str) -> bytes:
    """Return what stands for a path without regard to case: half a SHA-256, which no two paths will share."""
    return hashlib.sha256(folded(path).encode("utf-8", "surrogatepass")).digest()[:16]


def _insert(records: Sequence[EntryRecord]) -> ReturningInsert[str]:
    """Return one statement for any number of records: one array a column, so that it is prepared once."""
    arrays = [literal([value(record) for record in records], ARRAY(kind)) for _name, kind, value in _STORED]
    rows = func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind, _value in _STORED)).render_derived()
    return (
        insert(entries)
        .from_select([name for name, _kind, _value in _STORED], select(rows))
        .on_conflict_do_nothing(constraint="entries_pkey")
        .returning(entries.c.id)
    )


_STORED: tuple[tuple[str, TypeEngine[Any], Callable[[EntryRecord], object]], ...] = (
    ("id", Text(), lambda record: record.id),
    ("account_id", BigInteger(), lambda record: record.account_id),
    ("mock_id", Text(), lambda record: record.mock_id),
    ("serve_time", DateTime(timezone=True), lambda record: record.serve_time),
    ("is_success", Boolean(), lambda record: record.outcome.is_success),
    ("status_code", Integer(), lambda record: record.status_code),
    ("method", Text(), lambda record: storable(folded(record.method))),
    ("path_digest", LargeBinary(), lambda record: path_digest(record.path)),
    ("line", Text(), lambda record: storable(record.line)),
    ("payload", LargeBinary(), lambda record: record.payload),
)
"""Each column that an append writes: its name, its type, and its value in a record."""


def _conditions(selection: Selection) -> Iterator[ColumnElement[bool]]:
    yield entries.c.mock_id == storable(selection.mock_id)
    if selection.account_id is not None:
        yield entries.c.account_id == selection.account_id
    for field, condition in _FILTERS:
        if (wanted := getattr(selection.filter, field)) not in (None, ""):
            yield condition(wanted)


_FILTERS: tuple[tuple[str, Callable[[Any], ColumnElement[bool]]], ...] = (
    ("since", lambda time: entries.c.serve_time >= time),
    ("until", lambda time: entries.c.serve_time <= time),
    ("status_code", lambda code: entries.c.status_code == code),
    ("is_success", entries.c.is_success.is_),
    ("method", lambda method: entries.c.method == storable(folded(method))),
    ("path", lambda path: entries.c.path_digest == path_digest(path)),
    ("search", lambda wanted: entries.c.line.contains(storable(folded(wanted)), autoescape=True)),
)
"""What each field of a filter asks of a row."""


def _between(earlier: str, later: str) -> Iterator[ColumnElement[bool]]:
    seen, now = (cast(cast(snapshot, Text), Snapshot) for snapshot in (earlier, later))
    yield entries.c.stored_xact >= func.pg_snapshot_xmin(seen)
    yield not_(func.pg_visible_in_snapshot(entries.c.stored_xact, seen))
    yield func.pg_visible_in_snapshot(entries.c.stored_xact, now)


def _page_statement(
    conditions: Sequence[ColumnElement[bool]], *, oldest_first: bool, behind: Place | None, page_size: int
) -> Select[Any]:
    """Return one statement for a page.

    One row more than the page may hold tells whether there is another, and the running sum of sizes ends it early.
    """
    found = select(entries.c.serve_time, entries.c.id, entries.c.payload).where(*conditions)
    if behind is not None:
        found = found.where(_is_behind(behind, oldest_first=oldest_first))
    candidates = found.order_by(*_order(entries.c, oldest_first=oldest_first)).limit(page_size + 1).subquery()
    order = _order(candidates.c, oldest_first=oldest_first)
    sized = select(
        candidates,
        func.row_number().over(order_by=order).label("place"),
        func.sum(func.octet_length(candidates.c.payload)).over(order_by=order).label("bytes"),
        func.count().over().label("candidates"),
    ).subquery()
    fits = and_(sized.c.place <= page_size, or_(sized.c.place == 1, sized.c.bytes <= PAGE_BYTES))
    return select(sized).where(fits).order_by(sized.c.place)


def _is_behind(place: Place, *, oldest_first: bool) -> ColumnElement[bool]:
    key = tuple_(entries.c.serve_time, entries.c.id)
    return key > place if oldest_first else key < place


def _order(columns: Any, *, oldest_first: bool) -> tuple[ColumnElement[Any], ...]:
    keys = (columns.serve_time, columns.id)
    return keys if oldest_first else tuple(key.desc() for key in keys)
