"""Without its database the catalog answers UNAVAILABLE, is not ready, and comes back by itself."""

import asyncio
import socket

import asyncpg
import pytest

from services.core.errors import Unavailable
from tests.services.catalog.documents import SHOP_ID, shop
from tests.services.catalog.running import RunningCatalog, running_catalog
from tests.services.catalog.test_callers import READS, WRITES


@pytest.fixture
def deserted_url() -> str:
    """Return the URL of a database at a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"postgresql://nobody@127.0.0.1:{port}/nothing"


async def test_every_call_is_unavailable_while_the_database_is_away(deserted_url: str) -> None:
    async with running_catalog(deserted_url, database_pool_size=50) as catalog:
        calls = (call(catalog.editor) for call in (READS | WRITES).values())
        answers = await asyncio.gather(*calls, return_exceptions=True)

        assert {Unavailable} == {type(answer) for answer in answers}
        assert all("database" in str(answer) for answer in answers)
        assert not await catalog.parts.is_ready()


async def test_the_service_is_ready_with_a_migrated_database(catalog: RunningCatalog) -> None:
    assert await catalog.parts.is_ready()


async def test_the_service_is_not_ready_before_its_schema_is_there(postgres_url: str) -> None:
    async with running_catalog(postgres_url) as catalog:
        assert not await catalog.parts.is_ready()


async def test_the_service_is_ready_with_a_schema_that_is_newer_than_its_code(
    catalog: RunningCatalog, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE catalog.schema_version SET version_num = '0999_pre_of_a_later_release'")
    await connection.close()

    assert await catalog.parts.is_ready()


async def test_calls_succeed_again_after_the_database_dropped_every_connection(
    catalog: RunningCatalog, database_url: str
) -> None:
    await catalog.editor.import_collection(shop())
    administrator = await asyncpg.connect(database_url)
    await administrator.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await administrator.close()

    assert shop() == (await catalog.editor.export_collection(SHOP_ID))[1]
    assert (await catalog.editor.update_collection(SHOP_ID, name="New")).name == "New"
