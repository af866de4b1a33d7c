"""What a migration does to a large table without holding up those who use it; imported by migrations alone.

PostgreSQL can do these things beside everybody's reading and writing, if they are no part of a transaction. Each must
therefore be the only thing in its migration: one that fails half-way is simply run again.
"""

from alembic import op

from services.runtime.migrations import LOCK_MILLISECONDS


def create_index(name: str, *, schema: str, on: str) -> None:
    """Create an index while its table is written to; `on` is what follows ON: `calllog.entries (mock_id)`.

    It waits, without holding anybody up, for all transactions that are open when it begins. An index of that name, left
    behind unfinished by an earlier try, goes first.
    """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{schema}"."{name}"')
        op.execute(f'CREATE INDEX CONCURRENTLY "{name}" ON {on}')
        op.execute(f"SET lock_timeout = {LOCK_MILLISECONDS}")
