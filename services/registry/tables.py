"""The registry's tables, as its queries see them; the migrations make them, and a test compares the two.

    accounts 1 ── n users 1 ── n api_keys
    accounts 1 ── n mocks 1 ── n server_responses   of which at most one is the mock's active one
    catalog_watch      how far the catalog's changes were acted upon, and how often something of it went away
    request_ids        which creates were done already, so that a retry answers with the first result
    revision, events   what watchers are told

`version` counts the writes of a row and is its etag. `number` counts rows in the order in which they were made, which
is the order of lists. Ids are compared byte by byte (`COLLATE "C"`), the same on every machine. Account 1 is made at
the first start; other accounts are numbered from 2.
"""

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.runtime.migrations import MigrationLine
from services.runtime.revisions import revision_tables

SCHEMA = "registry"

MIGRATIONS = MigrationLine(schema=SCHEMA, folder=Path(__file__).parent / "migrations")

METADATA = MetaData(schema=SCHEMA)

revision, events = revision_tables(METADATA)


def _identifier(name: str, *, nullable: bool = False) -> "Column[str]":
    return Column(name, Text(collation="C"), nullable=nullable)


def _text(name: str) -> "Column[str]":
    return Column(name, Text, nullable=False)


def _number(name: str) -> "Column[int]":
    return Column(name, BigInteger, nullable=False)


def _time(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _version() -> "Column[int]":
    return Column("version", BigInteger, nullable=False, server_default=text("1"))


def _order() -> "Column[int]":
    return Column("number", BigInteger, Identity(always=True), nullable=False)


accounts = Table(
    "accounts",
    METADATA,
    # GetAccount; ListAccounts: WHERE id > … ORDER BY id
    Column("id", BigInteger, Identity(start=2), nullable=False),
    _text("name"),
    _version(),
    _time("create_time"),
    PrimaryKeyConstraint("id", name="accounts_pkey"),
)

users = Table(
    "users",
    METADATA,
    Column("id", BigInteger, Identity(), nullable=False),
    _number("account_id"),
    _identifier("username"),
    _text("full_name"),
    _text("email"),
    Column("role", SmallInteger, nullable=False),
    _version(),
    _time("create_time"),
    PrimaryKeyConstraint("id", name="users_pkey"),
    ForeignKeyConstraint(["account_id"], [accounts.c.id], name="users_belong_to_accounts"),
    CheckConstraint("role BETWEEN 1 AND 3", name="users_have_a_known_role"),
    # A username is one user's within the account.
    Index("users_by_username", "account_id", "username", unique=True),
    # ListUsers: WHERE account_id = … AND id > … ORDER BY id; the last administrator: WHERE account_id = … AND role = 3
    Index("users_by_account", "account_id", "id"),
)

api_keys = Table(
    "api_keys",
    METADATA,
    # ListKeyDigests: WHERE id > … AND revoke_time IS NULL ORDER BY id
    _identifier("id"),
    _order(),
    _number("account_id"),
    _number("user_id"),
    _text("name"),
    _text("hint"),
    Column("digest", LargeBinary, nullable=False),
    _time("create_time"),
    Column("revoke_time", DateTime(timezone=True)),
    PrimaryKeyConstraint("id", name="api_keys_pkey"),
    ForeignKeyConstraint(["user_id"], [users.c.id], name="api_keys_belong_to_users", ondelete="CASCADE"),
    CheckConstraint("octet_length(digest) = 32", name="api_keys_have_sha256_digests"),
    # Who calls? WHERE digest = … AND revoke_time IS NULL
    Index("api_keys_by_digest", "digest", unique=True),
    # ListApiKeys of an administrator: WHERE account_id = … AND number < … ORDER BY number DESC
    Index("api_keys_by_account", "account_id", "number"),
    # ListApiKeys of others: WHERE user_id = … AND number < … ORDER BY number DESC
    Index("api_keys_by_user", "user_id", "number"),
)

mocks = Table(
    "mocks",
    METADATA,
    _identifier("id"),
    _order(),
    _number("account_id"),
    _text("name"),
    _text("description"),
    _identifier("collection_id"),
    _identifier("environment_id", nullable=True),
    _identifier("release_tag", nullable=True),
    _text("visibility"),
    Column("config", JSONB, nullable=False),
    _identifier("server_response_id", nullable=True),
    Column("is_deactivated", Boolean, nullable=False, server_default=false()),
    _number("created_by"),
    _number("updated_by"),
    _version(),
    _time("create_time"),
    _time("update_time"),
    PrimaryKeyConstraint("id", name="mocks_pkey"),
    ForeignKeyConstraint(["account_id"], [accounts.c.id], name="mocks_belong_to_accounts"),
    ForeignKeyConstraint(
        ["id", "server_response_id"],
        [f"{SCHEMA}.server_responses.mock_id", f"{SCHEMA}.server_responses.id"],
        name="mocks_activate_their_own_server_responses",
        use_alter=True,
    ),
    CheckConstraint("visibility IN ('public', 'private')", name="mocks_have_a_known_visibility"),
    # ListMocks: WHERE account_id = … AND number > … ORDER BY number
    Index("mocks_by_account", "account_id", "number"),
    # ListMocks of a collection: WHERE account_id = … AND collection_id = … AND number > … ORDER BY number;
    # a collection or a release tag was written or deleted: WHERE account_id = … AND collection_id = …
    Index("mocks_by_collection", "account_id", "collection_id", "number"),
    # An environment was written or deleted: WHERE account_id = … AND environment_id = …
    Index(
        "mocks_by_environment",
        "account_id",
        "environment_id",
        postgresql_where=text("environment_id IS NOT NULL"),
    ),
)

server_responses = Table(
    "server_responses",
    METADATA,
    _identifier("mock_id"),
    _identifier("id"),
    _order(),
    _text("name"),
    Column("status_code", SmallInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    _text("language"),
    Column("body", LargeBinary, nullable=False),
    _number("created_by"),
    _number("updated_by"),
    _version(),
    _time("create_time"),
    _time("update_time"),
    PrimaryKeyConstraint("mock_id", "id", name="server_responses_pkey"),
    ForeignKeyConstraint(["mock_id"], [mocks.c.id], name="server_responses_belong_to_mocks", ondelete="CASCADE"),
    CheckConstraint("status_code BETWEEN 500 AND 599", name="server_responses_are_server_errors"),
    # ListServerResponses: WHERE mock_id = … AND number > … ORDER BY number
    Index("server_responses_by_mock", "mock_id", "number"),
)

catalog_watch = Table(
    "catalog_watch",
    METADATA,
    Column("only_row", SmallInteger, nullable=False, server_default=text("1")),
    Column("revision", BigInteger),
    Column("deletions", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("only_row", name="catalog_watch_pkey"),
    CheckConstraint("only_row = 1", name="catalog_watch_has_one_row"),
)

request_ids = Table(
    "request_ids",
    METADATA,
    _number("account_id"),
    _identifier("request_id"),
    _text("kind"),
    _identifier("made_id"),
    _time("create_time"),
    PrimaryKeyConstraint("account_id", "request_id", name="request_ids_pkey"),
    # Pruning: DELETE … WHERE create_time < …
    Index("request_ids_by_time", "create_time"),
)
