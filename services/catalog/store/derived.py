"""The rows that are derived from a document: all of a collection's are replaced together, in few large inserts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BigInteger, Integer, LargeBinary, Text, TextClause, bindparam, delete, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalog.contents import Contents, ExampleRow, ItemRow
from services.catalog.tables import examples, items
from services.core.ids import AccountId, CollectionId

BATCH_ROWS = 1_000
"""Rows of an insert: enough that round trips do not count."""

BATCH_BYTES = 4 * 1024 * 1024
"""Bytes of an insert, about: rows are copied while they are sent, and must not fill memory twice over."""

Row = TypeVar("Row", ItemRow, ExampleRow)

Columns = Mapping[str, list[Any]]
"""A batch of rows by column, as `unnest` takes them."""


async def replace_derived_rows(connection: AsyncConnection, account_id: AccountId, contents: Contents) -> None:
    """Put the items and examples of the contents in place of the collection's present ones."""
    for table in (items, examples):
        await connection.execute(
            delete(table).where(table.c.account_id == account_id, table.c.collection_id == contents.collection_id)
        )
    inserting = _Inserting(connection, account_id, contents.collection_id)
    await inserting.insert(_INSERT_ITEMS, contents.items, _item_columns)
    await inserting.insert(_INSERT_EXAMPLES, contents.examples, _example_columns)


class _Inserting:
    """Inserts rows of one collection."""

    def __init__(self, connection: AsyncConnection, account_id: AccountId, collection_id: CollectionId) -> None:
        self._connection = connection
        self._key = {"account_id": account_id, "collection_id": collection_id}

    async def insert(
        self, statement: TextClause, rows: Sequence[Row], columns: Callable[[Sequence[Row]], Columns]
    ) -> None:
        for batch in _batches(rows):
            await self._connection.execute(statement, {**self._key, **columns(batch)})


_KEY = (bindparam("account_id", type_=BigInteger), bindparam("collection_id", type_=Text))

_INSERT_ITEMS = text(
    """
    INSERT INTO catalog.items (account_id, collection_id, position, content)
    SELECT :account_id, :collection_id, * FROM unnest(:positions, :contents)
    """
).bindparams(*_KEY, bindparam("positions", type_=ARRAY(Integer)), bindparam("contents", type_=ARRAY(LargeBinary)))

_INSERT_EXAMPLES = text(
    """
    INSERT INTO catalog.examples (account_id, collection_id, id, item_id, position, content)
    SELECT :account_id, :collection_id, * FROM unnest(:ids, :item_ids, :positions, :contents)
    """
).bindparams(
    *_KEY,
    bindparam("ids", type_=ARRAY(Text)),
    bindparam("item_ids", type_=ARRAY(Text)),
    bindparam("positions", type_=ARRAY(Integer)),
    bindparam("contents", type_=ARRAY(LargeBinary)),
)


def _item_columns(rows: Sequence[ItemRow]) -> Columns:
    return {"positions": [row.position for row in rows], "contents": [row.content for row in rows]}


def _example_columns(rows: Sequence[ExampleRow]) -> Columns:
    return {
        "ids": [row.id for row in rows],
        "item_ids": [row.item_id for row in rows],
        "positions": [row.position for row in rows],
        "contents": [row.content for row in rows],
    }


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield the rows in batches of at most BATCH_ROWS, each ended by the row that takes it past BATCH_BYTES."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row.content)
        if len(batch) == BATCH_ROWS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
