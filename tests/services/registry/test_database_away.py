"""Without its database the registry answers UNAVAILABLE, is not ready, and comes back by itself."""

import asyncio
import socket

import asyncpg
import pytest

from services.core.errors import Unavailable
from services.core.mocks import MockDraft, ServerResponseDraft
from tests.services.registry.running import SHOP, RunningRegistry, serving_registry


@pytest.fixture
def deserted_url() -> str:
    """Return the URL of a database at a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"postgresql://nobody@127.0.0.1:{port}/nothing"


async def unavailable_calls(registry: RunningRegistry) -> list[type[BaseException]]:
    """Make calls of every kind at once, and return what each raised."""
    users, services = registry.administrator, registry.service
    outcomes = await asyncio.gather(
        users.get_caller(),
        users.create_account("Second"),
        users.create_api_key("mine"),
        users.create_mock(MockDraft(collection_id=SHOP)),
        users.create_server_response("some", ServerResponseDraft(name="Outage", status_code=503)),
        services.get_mock("some"),
        services.list_key_digests_page(),
        anext(services.watch(None)),
        return_exceptions=True,
    )
    return [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)]


async def test_every_call_is_unavailable_while_the_database_is_away(deserted_url: str) -> None:
    async with serving_registry(deserted_url) as registry:
        assert [Unavailable] * 8 == await unavailable_calls(registry)
        assert not await registry.parts.is_ready()


async def test_every_call_is_unavailable_before_the_schema_is_there(postgres_url: str) -> None:
    async with serving_registry(postgres_url) as registry:
        assert [Unavailable] * 8 == await unavailable_calls(registry)
        assert not await registry.parts.is_ready()


async def test_the_service_is_ready_with_a_migrated_database(registry: RunningRegistry) -> None:
    assert await registry.parts.is_ready()


async def test_calls_succeed_again_after_the_database_dropped_every_connection(
    registry: RunningRegistry, database_url: str
) -> None:
    await registry.administrator.get_caller()
    superuser = await asyncpg.connect(database_url)
    await superuser.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await superuser.close()

    await registry.administrator.get_caller()
