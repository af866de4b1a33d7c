"""The catalog's tables, as its queries see them; the migrations make them, and a test compares the two.

    collections 1 ── n documents     each version's JSON, by its etag; the collection's own etag names the live one
    collections 1 ── n release_tags  each pins one of the documents
    collections 1 ── n items, examples   derived from the live document, so that lists need not read it
    environments
    request_ids                      which creates were done already, so that a retry answers with the first result
    revision, events                 what watchers are told

Documents are immutable: a write adds one and removes those that neither the collection nor a release tag names. What
is derived from a document is kept as JSON in `bytea` too, because documents hold text that `text` columns cannot
(U+0000, lone surrogates). Ids and names are compared byte by byte (`COLLATE "C"`): the same order on every machine, and
no index that a new version of an operating system's locale data could spoil.
"""

from pathlib import Path

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    event,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.runtime.migrations import MigrationLine
from services.runtime.revisions import revision_tables

SCHEMA = "catalog"

MIGRATIONS = MigrationLine(schema=SCHEMA, folder=Path(__file__).parent / "migrations")

METADATA = MetaData(schema=SCHEMA)

revision, events = revision_tables(METADATA)


def _identifier(name: str) -> "Column[str]":
    return Column(name, Text(collation="C"), nullable=False)


def _time(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _of_collection(name: str) -> ForeignKeyConstraint:
    """Return the key by which a row belongs to a collection and goes with it."""
    return ForeignKeyConstraint(
        ["account_id", "collection_id"],
        [f"{SCHEMA}.collections.account_id", f"{SCHEMA}.collections.id"],
        name=name,
        ondelete="CASCADE",
    )


collections = Table(
    "collections",
    METADATA,
    Column("account_id", BigInteger, nullable=False),
    _identifier("id"),
    _identifier("name"),
    Column("description", Text, nullable=False),
    Column("schema_version", Text, nullable=False),
    Column("item_count", Integer, nullable=False),
    Column("example_count", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("etag", Text, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    _time("create_time"),
    _time("update_time"),
    PrimaryKeyConstraint("account_id", "id", name="collections_pkey"),
    # ListCollections: WHERE account_id = … AND (name, id) > … ORDER BY name, id
    Index("collections_by_name", "account_id", "name", "id"),
)

documents = Table(
    "documents",
    METADATA,
    Column("account_id", BigInteger, nullable=False),
    _identifier("collection_id"),
    Column("etag", Text(collation="C"), nullable=False),
    Column("document", LargeBinary, nullable=False),
    PrimaryKeyConstraint("account_id", "collection_id", "etag", name="documents_pkey"),
    _of_collection("documents_belong_to_collections"),
)

DO_NOT_COMPRESS = DDL(f"ALTER TABLE {SCHEMA}.documents ALTER COLUMN document SET STORAGE EXTERNAL")  # type: ignore[no-untyped-call] # without types in SQLAlchemy
"""A document is read in slices, which a compressed value would have to be unpacked for each time, from the start."""

event.listen(documents, "after_create", DO_NOT_COMPRESS)

release_tags = Table(
    "release_tags",
    METADATA,
    Column("account_id", BigInteger, nullable=False),
    _identifier("collection_id"),
    _identifier("name"),
    # ListReleaseTags sorts a collection's few tags by it, which needs no index.
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("document_etag", Text(collation="C"), nullable=False),
    Column("created_by", BigInteger, nullable=False),
    _time("create_time"),
    PrimaryKeyConstraint("account_id", "collection_id", "name", name="release_tags_pkey"),
    ForeignKeyConstraint(
        ["account_id", "collection_id", "document_etag"],
        [f"{SCHEMA}.documents.account_id", f"{SCHEMA}.documents.collection_id", f"{SCHEMA}.documents.etag"],
        name="release_tags_pin_documents",
    ),
)

items = Table(
    "items",
    METADATA,
    Column("account_id", BigInteger, nullable=False),
    _identifier("collection_id"),
    Column("position", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    # ListItems: WHERE account_id = … AND collection_id = … AND position > … ORDER BY position
    PrimaryKeyConstraint("account_id", "collection_id", "position", name="items_pkey"),
    _of_collection("items_belong_to_collections"),
)

examples = Table(
    "examples",
    METADATA,
    Column("account_id", BigInteger, nullable=False),
    _identifier("collection_id"),
    _identifier("id"),
    _identifier("item_id"),
    Column("position", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("account_id", "collection_id", "id", name="examples_pkey"),
    # ListExamples: WHERE account_id = … AND collection_id = … AND position > … ORDER BY position
    Index("examples_by_position", "account_id", "collection_id", "position", unique=True),
    # ListExamples of one item: WHERE … AND item_id = … AND position > … ORDER BY position
    Index("examples_by_item", "account_id", "collection_id", "item_id", "position"),
    _of_collection("examples_belong_to_collections"),
)

environments = Table(
    "environments",
    METADATA,
    Column("account_id", BigInteger, nullable=False),
    _identifier("id"),
    _identifier("name"),
    Column("variables", LargeBinary, nullable=False),
    Column("etag", Text, nullable=False),
    Column("updated_by", BigInteger, nullable=False),
    _time("create_time"),
    _time("update_time"),
    PrimaryKeyConstraint("account_id", "id", name="environments_pkey"),
    # ListEnvironments: WHERE account_id = … AND (name, id) > … ORDER BY name, id
    Index("environments_by_name", "account_id", "name", "id"),
)

request_ids = Table(
    "request_ids",
    METADATA,
    Column("account_id", BigInteger, nullable=False),
    _identifier("request_id"),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("result", JSONB),
    _time("create_time"),
    PrimaryKeyConstraint("account_id", "request_id", name="request_ids_pkey"),
    # Pruning: DELETE … WHERE create_time < …
    Index("request_ids_by_time", "create_time"),
)
