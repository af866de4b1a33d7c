"""What the migrations of the catalog promise beside tables: collations, storage, and work for a plain role."""

from collections.abc import Callable

import asyncpg
import pytest

from services.catalog.tables import METADATA, MIGRATIONS
from services.runtime.database import postgres_engine
from services.runtime.migrations import migrate
from tests.migrations.schemas import create_from, own_role
from tests.services.catalog.documents import SHOP_ID, shop
from tests.services.catalog.running import running_catalog

COLLATIONS_AND_STORAGE = """
SELECT c.relname, a.attname, l.collname, a.attstorage
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relname <> 'schema_version'
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE c.relnamespace = 'catalog'::regnamespace AND a.attnum > 0
ORDER BY 1, 2
"""


@pytest.fixture
def migrated_url(new_database: Callable[[str], str]) -> str:
    """Return the URL of a migrated database."""
    return new_database("catalog")


async def fetched(url: str, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_the_migrations_make_collations_and_storage_as_the_tables_say(empty_url: str, migrated_url: str) -> None:
    await create_from(METADATA, empty_url)

    assert await fetched(empty_url, COLLATIONS_AND_STORAGE) == await fetched(migrated_url, COLLATIONS_AND_STORAGE)


async def test_documents_are_stored_uncompressed_and_revisions_begin_at_0(migrated_url: str) -> None:
    columns = await fetched(migrated_url, COLLATIONS_AND_STORAGE)

    assert ("documents", "document", None, b"e") in columns
    assert [(1, 0)] == await fetched(migrated_url, "SELECT only_row, number FROM catalog.revision")


async def test_the_service_works_as_its_own_role_which_may_change_no_table(empty_url: str) -> None:
    url = await own_role(empty_url, "catalog")
    engine = postgres_engine(empty_url)
    await migrate(engine, MIGRATIONS)
    await engine.dispose()

    async with running_catalog(url) as catalog:
        assert await catalog.parts.is_ready()
        await catalog.editor.import_collection(shop(), request_id="r1")
        await catalog.editor.create_release_tag(SHOP_ID, "v1")
        assert shop() == (await catalog.viewer.export_collection(SHOP_ID, release_tag="v1"))[1]
        await catalog.editor.delete_collection(SHOP_ID)

    connection = await asyncpg.connect(url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DROP TABLE catalog.collections CASCADE")
    await connection.close()
