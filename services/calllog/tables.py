"""The call log's one table.

`id` is what makes an entry that is shipped twice be stored once. The columns are what is searched and sorted by;
`payload` is the whole entry as the edge encoded it, so that reading one never rebuilds it.

Text is compared without regard to case by folding it here, not in the database, whose folding depends on the locale it
was created with: `method` and `line` (see `EntryRecord.line`) are folded, and `path_digest` is a digest of the folded
path, which may be longer than an index entry can be.

`stored_xact` is the transaction that stored the row. With PostgreSQL's snapshots it tells exactly which rows became
visible between two moments, whatever order their transactions committed in (`CallLogStore.stored_between`), and unlike
a counter it makes no two appends wait for each other.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.types import UserDefinedType

from services.runtime.migrations import MigrationLine

MIGRATIONS = MigrationLine(schema="calllog", folder=Path(__file__).parent / "migrations")


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's `xid8`: a transaction's number, which never wraps around."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        """Return the type's name in SQL."""
        return "xid8"


class Snapshot(UserDefinedType[str]):
    """PostgreSQL's `pg_snapshot`: which transactions had ended at some moment."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        """Return the type's name in SQL."""
        return "pg_snapshot"


METADATA = MetaData(schema="calllog")

entries = Table(
    "entries",
    METADATA,
    Column("account_id", BigInteger, nullable=False),
    Column("serve_time", DateTime(timezone=True), nullable=False),
    Column("stored_xact", TransactionId, nullable=False, server_default=text("pg_current_xact_id()")),
    Column("status_code", Integer, nullable=False),
    Column("is_success", Boolean, nullable=False),
    Column("id", Text, nullable=False),
    Column("mock_id", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("path_digest", LargeBinary, nullable=False),
    Column("line", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    PrimaryKeyConstraint("id", name="entries_pkey"),
)

# A page of a mock's entries, either end of time first; the id, which breaks ties, is sorted within equal times.
Index("entries_mock_id_serve_time_idx", entries.c.mock_id, entries.c.serve_time)

# A page of those with one status.
Index("entries_mock_id_status_code_serve_time_idx", entries.c.mock_id, entries.c.status_code, entries.c.serve_time)

# A page of those with one method, of which the rare ones would be looked for among all others.
Index("entries_mock_id_method_serve_time_idx", entries.c.mock_id, entries.c.method, entries.c.serve_time)

# A page of those with one path.
Index("entries_mock_id_path_digest_serve_time_idx", entries.c.mock_id, entries.c.path_digest, entries.c.serve_time)

# A page of the calls that nothing answered, which are few.
Index(
    "entries_mock_id_serve_time_failed_idx",
    entries.c.mock_id,
    entries.c.serve_time,
    postgresql_where=entries.c.is_success.is_(False),
)

# A tail: `WHERE stored_xact >= …`. It only ever grows at its end, and all rows of a batch share one value.
Index("entries_stored_xact_idx", entries.c.stored_xact)

# Retention: `WHERE serve_time < … ORDER BY serve_time LIMIT …`.
Index("entries_serve_time_idx", entries.c.serve_time)
