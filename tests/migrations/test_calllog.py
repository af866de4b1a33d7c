"""What the migrations of the call log leave to its own role: all work, and no change of tables."""

import asyncpg
import pytest

from services.calllog.tables import MIGRATIONS
from services.runtime.database import postgres_engine
from services.runtime.migrations import migrate
from tests.migrations.schemas import own_role
from tests.services.calllog.entries import an_entry
from tests.services.calllog.running import running_calllog


async def test_the_service_works_as_its_own_role_which_may_change_no_table(empty_url: str) -> None:
    url = await own_role(empty_url, "calllog")
    engine = postgres_engine(empty_url)
    await migrate(engine, MIGRATIONS)
    await engine.dispose()
    entry = an_entry()

    async with running_calllog(url) as log:
        assert await log.parts.is_ready()
        assert await log.edge.append([entry]) == 1
        assert entry == await log.viewer.get_entry("shop", entry.id)

    connection = await asyncpg.connect(url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DROP TABLE calllog.entries")
    await connection.close()
