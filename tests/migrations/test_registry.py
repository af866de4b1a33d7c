"""What the migrations of the registry leave to its own role: all work, and no change of tables."""

import asyncpg
import pytest

from services.registry.tables import MIGRATIONS
from services.runtime.database import postgres_engine
from services.runtime.migrations import migrate
from tests.migrations.schemas import own_role
from tests.services.registry.running import running_registry


async def test_the_service_works_as_its_own_role_which_may_change_no_table(empty_url: str) -> None:
    url = await own_role(empty_url, "registry")
    engine = postgres_engine(empty_url)
    await migrate(engine, MIGRATIONS)
    await engine.dispose()

    async with running_registry(url) as registry:
        assert await registry.parts.is_ready()
        account = await registry.administrator.create_account("Second")
        assert account == await registry.administrator.get_account(account.id)

    connection = await asyncpg.connect(url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DROP TABLE registry.mocks")
    await connection.close()
