"""The table of call log entries."""

from alembic import op

revision = "0001_pre_entries"
down_revision = None

TABLE = """
CREATE TABLE calllog.entries (
    account_id bigint NOT NULL,
    serve_time timestamp with time zone NOT NULL,
    stored_xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
    status_code integer NOT NULL,
    is_success boolean NOT NULL,
    id text NOT NULL,
    mock_id text NOT NULL,
    method text NOT NULL,
    path_digest bytea NOT NULL,
    line text NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT entries_pkey PRIMARY KEY (id)
)
"""

INDEXES = """
CREATE INDEX entries_mock_id_serve_time_idx ON calllog.entries (mock_id, serve_time);
CREATE INDEX entries_mock_id_status_code_serve_time_idx ON calllog.entries (mock_id, status_code, serve_time);
CREATE INDEX entries_mock_id_method_serve_time_idx ON calllog.entries (mock_id, method, serve_time);
CREATE INDEX entries_mock_id_path_digest_serve_time_idx ON calllog.entries (mock_id, path_digest, serve_time);
CREATE INDEX entries_mock_id_serve_time_failed_idx ON calllog.entries (mock_id, serve_time) WHERE is_success IS false;
CREATE INDEX entries_stored_xact_idx ON calllog.entries (stored_xact);
CREATE INDEX entries_serve_time_idx ON calllog.entries (serve_time);
"""


def upgrade() -> None:
    """Create the table, then each index."""
    op.execute(TABLE)
    for statement in INDEXES.strip().rstrip(";").split(";"):
        op.execute(statement)
