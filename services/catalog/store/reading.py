"""Reading the catalog: each question is one round trip, also where the answer is that there is no such thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import RowMapping, Select, Table, TextClause, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.catalog.contents import ExampleRow, ItemRow
from services.catalog.store.rows import Slice, collection_of, environment_of, example_row_of, release_tag_of
from services.catalog.tables import collections, documents, environments, examples, release_tags
from services.core.catalog import ReleaseTag, StoredCollection, StoredEnvironment
from services.core.errors import NotFound
from services.core.ids import AccountId, Etag
from services.runtime.database import transaction

SLICE_BYTES = 1024 * 1024
"""How much of a document is read at once; also the size of an export's messages."""

PAGE_BYTES = 4 * 1024 * 1024
"""A page of items or examples ends here, whatever its size in rows: a message must stay far below its limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByName:
    """Which rows of a list by name and id: at most `size`, behind the key `after`, of exactly the `name` if given."""

    size: int
    after: tuple[str, str] | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class ExportedDocument:
    """A document in slices, and the collection it belongs to; of a release tag, with that version's etag and size."""

    collection: StoredCollection
    slices: list[bytes]


@dataclass(frozen=True, slots=True)
class DerivedExample:
    """The row of an example, and the etag of the document it was derived from."""

    collection_etag: Etag
    row: ExampleRow


class CatalogReader:
    """The catalog's questions. Every method raises Unavailable where the database is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the service's engine."""
        self._engine = engine
        self._snapshots = engine.execution_options(isolation_level="REPEATABLE READ")

    async def collection(self, account_id: AccountId, collection_id: str) -> StoredCollection:
        """Return a collection. Raises NotFound."""
        statement = select(collections).where(collections.c.account_id == account_id, collections.c.id == collection_id)
        rows = await self._rows(statement)
        return collection_of(_first(rows, "collection", collection_id))

    async def collections(self, account_id: AccountId, wanted: ByName) -> Slice[StoredCollection]:
        """Return collections by name, then id."""
        rows = await self._rows(_by_name(collections, select(collections), account_id, wanted))
        size = wanted.size
        return Slice(tuple(collection_of(row) for row in rows[:size]), has_more=len(rows) > size)

    async def document(self, account_id: AccountId, collection_id: str, release_tag: str) -> ExportedDocument:
        """Return a collection's document: the live one or, where given, the one that a release tag pins.

        It is read in slices, so that it is never in memory twice; wholly before any of it is sent, so that a slow
        reader holds no connection; under one snapshot, so that it is one version. Raises NotFound.
        """
        async with transaction(self._snapshots) as connection:
            head = _first(
                await _rows_on(connection, _document_head(account_id, collection_id, release_tag)),
                "collection",
                collection_id,
            )
            if head["document_etag"] is None:
                raise NotFound("release tag", release_tag)
            starts = range(SLICE_BYTES, head["document_bytes"], SLICE_BYTES)
            slices = [head["slice"], *[await _slice(connection, head, start) for start in starts]]
        collection = replace(collection_of(head), etag=Etag(head["document_etag"]), size_bytes=head["document_bytes"])
        return ExportedDocument(collection, slices)

    async def items(self, account_id: AccountId, collection_id: str, *, size: int, after: int) -> Slice[ItemRow]:
        """Return rows of saved requests behind the position `after`. Raises NotFound."""
        rows = await self._derived_rows(_ITEMS, account_id, collection_id, size, {"after": after})
        found = tuple(ItemRow(position=row["position"], content=row["content"]) for row in rows[:size])
        return Slice(found, has_more=_has_more(rows, len(found)))

    async def examples(
        self, account_id: AccountId, collection_id: str, *, size: int, after: int, item_id: str
    ) -> Slice[DerivedExample]:
        """Return examples behind the position `after`; `item_id`, where given, keeps one item's. Raises NotFound."""
        statement, filters = (_EXAMPLES_OF_ITEM, {"item_id": item_id}) if item_id else (_EXAMPLES, {})
        rows = await self._derived_rows(statement, account_id, collection_id, size, {"after": after, **filters})
        found = tuple(DerivedExample(Etag(row["etag"]), example_row_of(row)) for row in rows[:size])
        return Slice(found, has_more=_has_more(rows, len(found)))

    async def example(self, account_id: AccountId, collection_id: str, example_id: str) -> DerivedExample:
        """Return one example. Raises NotFound for the collection or the example."""
        statement = (
            select(collections.c.etag, examples)
            .select_from(collections)
            .outerjoin(
                examples,
                (examples.c.account_id == collections.c.account_id)
                & (examples.c.collection_id == collections.c.id)
                & (examples.c.id == example_id),
            )
            .where(collections.c.account_id == account_id, collections.c.id == collection_id)
        )
        row = _first(await self._rows(statement), "collection", collection_id)
        if row["id"] is None:
            raise NotFound("example", example_id)
        return DerivedExample(Etag(row["etag"]), example_row_of(row))

    async def release_tag(self, account_id: AccountId, collection_id: str, name: str) -> ReleaseTag:
        """Return one release tag. Raises NotFound for the collection or the tag."""
        statement = _with_release_tags(account_id, collection_id, release_tags.c.name == name)
        row = _first(await self._rows(statement), "collection", collection_id)
        if row["name"] is None:
            raise NotFound("release tag", name)
        return release_tag_of(row)

    async def release_tags(
        self, account_id: AccountId, collection_id: str, *, size: int, after: int | None
    ) -> Slice[tuple[int, ReleaseTag]]:
        """Return release tags with their numbers, newest first, of numbers below `after`. Raises NotFound."""
        condition = release_tags.c.number < after if after is not None else release_tags.c.number.is_not(None)
        statement = _with_release_tags(account_id, collection_id, condition)
        rows = await self._rows(statement.order_by(release_tags.c.number.desc()).limit(size + 1))
        _first(rows, "collection", collection_id)
        tags = tuple((row["number"], release_tag_of(row)) for row in rows[:size] if row["name"] is not None)
        return Slice(tags, has_more=len(rows) > size)

    async def environment(
        self, account_id: AccountId, environment_id: str, *, omit_variables: bool = False
    ) -> StoredEnvironment:
        """Return an environment; its variables, which may be large, are read where they are wanted. Raises NotFound."""
        statement = (_WITHOUT_VARIABLES if omit_variables else select(environments)).where(
            environments.c.account_id == account_id, environments.c.id == environment_id
        )
        return environment_of(_first(await self._rows(statement), "environment", environment_id))

    async def environments(self, account_id: AccountId, wanted: ByName) -> Slice[StoredEnvironment]:
        """Return environments by name, then id, without their variables."""
        rows = await self._rows(_by_name(environments, _WITHOUT_VARIABLES, account_id, wanted))
        size = wanted.size
        return Slice(tuple(environment_of(row) for row in rows[:size]), has_more=len(rows) > size)

    async def _rows(
        self, statement: Select[Any] | TextClause, parameters: Mapping[str, object] | None = None
    ) -> Sequence[RowMapping]:
        async with transaction(self._engine) as connection:
            return await _rows_on(connection, statement, parameters)

    async def _derived_rows(
        self,
        statement: TextClause,
        account_id: AccountId,
        collection_id: str,
        size: int,
        filters: Mapping[str, object],
    ) -> Sequence[RowMapping]:
        key = {"account_id": account_id, "collection_id": collection_id}
        limits = {"limit": size + 1, "page_bytes": PAGE_BYTES}
        rows = await self._rows(statement, {**key, **limits, **filters})
        _first(rows, "collection", collection_id)
        return [row for row in rows if row["position"] is not None]


_WITHOUT_VARIABLES = select(*(column for column in environments.c if column is not environments.c.variables))


def _derived_statement(table: str, columns: str, condition: str = "") -> TextClause:
    """Return the query of a page of derived rows.

    The outer join tells an empty list from a collection that is not there. The page's size in bytes is summed up row
    by row behind the limit, from lengths alone; the first row is always in.
    """
    return text(
        f"""
        SELECT collection.etag, page.*
        FROM catalog.collections AS collection
        LEFT JOIN LATERAL (
            SELECT candidate.*,
                   sum(octet_length(content)) OVER (ORDER BY position) - octet_length(content) AS bytes_before,
                   count(*) OVER () AS candidates
            FROM (
                SELECT {columns}
                FROM catalog.{table} AS derived
                WHERE derived.account_id = collection.account_id AND derived.collection_id = collection.id
                  AND position > CAST(:after AS bigint) {condition}
                ORDER BY position
                LIMIT :limit
            ) AS candidate
        ) AS page ON bytes_before < :page_bytes
        WHERE collection.account_id = :account_id AND collection.id = :collection_id
        ORDER BY position
        """  # noqa: S608 -- of the constants below alone
    )


_ITEMS = _derived_statement("items", "position, content")
_EXAMPLES = _derived_statement("examples", "derived.id, item_id, position, content")
_EXAMPLES_OF_ITEM = _derived_statement("examples", "derived.id, item_id, position, content", "AND item_id = :item_id")


def _has_more(rows: Sequence[RowMapping], taken: int) -> bool:
    return bool(rows) and rows[0]["candidates"] > taken


def _by_name(table: Table, statement: Select[Any], account_id: AccountId, wanted: ByName) -> Select[Any]:
    statement = statement.where(table.c.account_id == account_id)
    if wanted.name:
        statement = statement.where(table.c.name == wanted.name)
    if wanted.after is not None:
        statement = statement.where(tuple_(table.c.name, table.c.id) > wanted.after)
    return statement.order_by(table.c.name, table.c.id).limit(wanted.size + 1)


def _document_head(account_id: AccountId, collection_id: str, release_tag: str) -> Select[Any]:
    """Return the query of a collection with the etag, size and first slice of a document, null where no tag is so."""
    etag = (
        select(release_tags.c.document_etag)
        .where(
            release_tags.c.account_id == collections.c.account_id,
            release_tags.c.collection_id == collections.c.id,
            release_tags.c.name == release_tag,
        )
        .scalar_subquery()
        if release_tag
        else collections.c.etag
    )
    return (
        select(
            collections,
            documents.c.etag.label("document_etag"),
            func.octet_length(documents.c.document).label("document_bytes"),
            func.substring(documents.c.document, 1, SLICE_BYTES).label("slice"),
        )
        .select_from(collections)
        .outerjoin(
            documents,
            (documents.c.account_id == collections.c.account_id)
            & (documents.c.collection_id == collections.c.id)
            & (documents.c.etag == etag),
        )
        .where(collections.c.account_id == account_id, collections.c.id == collection_id)
    )


async def _slice(connection: AsyncConnection, head: RowMapping, start: int) -> bytes:
    statement = select(func.substring(documents.c.document, start + 1, SLICE_BYTES)).where(
        documents.c.account_id == head["account_id"],
        documents.c.collection_id == head["id"],
        documents.c.etag == head["document_etag"],
    )
    return bytes((await connection.execute(statement)).scalar_one())


def _with_release_tags(account_id: AccountId, collection_id: str, condition: Any) -> Select[Any]:
    """Return the query of a collection's release tags; where none fits, of a row that has none."""
    return (
        select(release_tags)
        .select_from(collections)
        .outerjoin(
            release_tags,
            (release_tags.c.account_id == collections.c.account_id)
            & (release_tags.c.collection_id == collections.c.id)
            & condition,
        )
        .where(collections.c.account_id == account_id, collections.c.id == collection_id)
    )


async def _rows_on(
    connection: AsyncConnection, statement: Select[Any] | TextClause, parameters: Mapping[str, object] | None = None
) -> Sequence[RowMapping]:
    return (await connection.execute(statement, parameters)).mappings().all()


def _first(rows: Sequence[RowMapping], kind: str, identity: str) -> RowMapping:
    if not rows:
        raise NotFound(kind, identity)
    return rows[0]
