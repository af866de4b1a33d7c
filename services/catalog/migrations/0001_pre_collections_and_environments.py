"""Make everything of the catalog: collections with what belongs to them, environments, request ids, revisions."""

from alembic import op

revision = "0001_pre_collections_and_environments"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE catalog.revision (
        only_row smallint NOT NULL DEFAULT 1,
        number bigint NOT NULL,
        CONSTRAINT revision_pkey PRIMARY KEY (only_row),
        CONSTRAINT revision_has_one_row CHECK (only_row = 1)
    )
    """,
    "INSERT INTO catalog.revision (number) VALUES (0)",
    """
    CREATE TABLE catalog.events (
        revision bigint NOT NULL,
        event_time timestamptz NOT NULL DEFAULT clock_timestamp(),
        payload jsonb NOT NULL,
        CONSTRAINT events_pkey PRIMARY KEY (revision)
    )
    """,
    """
    CREATE TABLE catalog.collections (
        account_id bigint NOT NULL,
        id text COLLATE "C" NOT NULL,
        name text COLLATE "C" NOT NULL,
        description text NOT NULL,
        schema_version text NOT NULL,
        item_count integer NOT NULL,
        example_count integer NOT NULL,
        size_bytes bigint NOT NULL,
        etag text NOT NULL,
        updated_by bigint NOT NULL,
        create_time timestamptz NOT NULL DEFAULT now(),
        update_time timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT collections_pkey PRIMARY KEY (account_id, id)
    )
    """,
    "CREATE INDEX collections_by_name ON catalog.collections (account_id, name, id)",
    """
    CREATE TABLE catalog.documents (
        account_id bigint NOT NULL,
        collection_id text COLLATE "C" NOT NULL,
        etag text COLLATE "C" NOT NULL,
        document bytea NOT NULL,
        CONSTRAINT documents_pkey PRIMARY KEY (account_id, collection_id, etag),
        CONSTRAINT documents_belong_to_collections FOREIGN KEY (account_id, collection_id)
            REFERENCES catalog.collections (account_id, id) ON DELETE CASCADE
    )
    """,
    "ALTER TABLE catalog.documents ALTER COLUMN document SET STORAGE EXTERNAL",
    """
    CREATE TABLE catalog.release_tags (
        account_id bigint NOT NULL,
        collection_id text COLLATE "C" NOT NULL,
        name text COLLATE "C" NOT NULL,
        number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        document_etag text COLLATE "C" NOT NULL,
        created_by bigint NOT NULL,
        create_time timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT release_tags_pkey PRIMARY KEY (account_id, collection_id, name),
        CONSTRAINT release_tags_pin_documents FOREIGN KEY (account_id, collection_id, document_etag)
            REFERENCES catalog.documents (account_id, collection_id, etag)
    )
    """,
    """
    CREATE TABLE catalog.items (
        account_id bigint NOT NULL,
        collection_id text COLLATE "C" NOT NULL,
        position integer NOT NULL,
        content bytea NOT NULL,
        CONSTRAINT items_pkey PRIMARY KEY (account_id, collection_id, position),
        CONSTRAINT items_belong_to_collections FOREIGN KEY (account_id, collection_id)
            REFERENCES catalog.collections (account_id, id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE catalog.examples (
        account_id bigint NOT NULL,
        collection_id text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        item_id text COLLATE "C" NOT NULL,
        position integer NOT NULL,
        content bytea NOT NULL,
        CONSTRAINT examples_pkey PRIMARY KEY (account_id, collection_id, id),
        CONSTRAINT examples_belong_to_collections FOREIGN KEY (account_id, collection_id)
            REFERENCES catalog.collections (account_id, id) ON DELETE CASCADE
    )
    """,
    "CREATE UNIQUE INDEX examples_by_position ON catalog.examples (account_id, collection_id, position)",
    "CREATE INDEX examples_by_item ON catalog.examples (account_id, collection_id, item_id, position)",
    """
    CREATE TABLE catalog.environments (
        account_id bigint NOT NULL,
        id text COLLATE "C" NOT NULL,
        name text COLLATE "C" NOT NULL,
        variables bytea NOT NULL,
        etag text NOT NULL,
        updated_by bigint NOT NULL,
        create_time timestamptz NOT NULL DEFAULT now(),
        update_time timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT environments_pkey PRIMARY KEY (account_id, id)
    )
    """,
    "CREATE INDEX environments_by_name ON catalog.environments (account_id, name, id)",
    """
    CREATE TABLE catalog.request_ids (
        account_id bigint NOT NULL,
        request_id text COLLATE "C" NOT NULL,
        fingerprint bytea NOT NULL,
        result jsonb,
        create_time timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT request_ids_pkey PRIMARY KEY (account_id, request_id)
    )
    """,
    "CREATE INDEX request_ids_by_time ON catalog.request_ids (create_time)",
)


def upgrade() -> None:
    """Make the tables and the one row of the counter."""
    for statement in STATEMENTS:
        op.execute(statement)
