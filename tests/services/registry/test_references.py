"""What a mock uses of the catalog: it must be there to be named, and a mock whose things went away is deactivated."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

import asyncpg
import pytest

from services.core.changes import RegistryChange
from services.core.errors import NotFound, Unavailable
from services.core.ids import CollectionId, EnvironmentId, MockId
from services.core.mocks import Mock, MockDraft
from services.core.postman.environment import Environment
from tests.builders import a_collection, document
from tests.services.registry.running import (
    NOWHERE,
    SHOP,
    RunningCatalog,
    RunningRegistry,
    running_catalog,
    running_registry,
)

ANOTHER = CollectionId("c0ffee00-0000-4000-8000-000000000002")


async def an_environment(catalog: RunningCatalog) -> EnvironmentId:
    stored = await catalog.editor.create_environment(Environment(id=EnvironmentId(""), name="Staging", variables=()))
    return stored.id


@asynccontextmanager
async def changes_of(registry: RunningRegistry) -> AsyncIterator[Callable[[], "asyncio.Future[Mock]"]]:
    """Yield a function that waits for the next change of a mock and returns the mock as it then is."""
    async with aclosing(registry.service.watch(None)) as stream:
        await anext(stream)

        async def next_mock() -> Mock:
            async with asyncio.timeout(10):
                change: RegistryChange | None = None
                while change is None:
                    change = (await anext(stream)).change
            return (await registry.service.get_mock(change.id))[0]

        yield lambda: asyncio.ensure_future(next_mock())


async def test_a_mock_of_something_that_is_not_there_is_not_made(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    await catalog.import_shop()
    for kind, draft in (
        ("collection", MockDraft(collection_id=ANOTHER)),
        ("collection", MockDraft(collection_id=CollectionId(f"2-{SHOP}"))),
        ("environment", MockDraft(collection_id=SHOP, environment_id=EnvironmentId("nothing"))),
        ("release_tag", MockDraft(collection_id=SHOP, release_tag="v1")),
    ):
        with pytest.raises(NotFound) as refused:
            await mocking.administrator.create_mock(draft)

        assert kind == refused.value.kind.replace(" ", "_")
    assert [] == [mock async for mock in mocking.administrator.list_mocks()]


async def test_the_collection_of_another_account_is_not_there(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    await catalog.stranger.import_collection(document(a_collection()))

    with pytest.raises(NotFound):
        await mocking.mock_of(SHOP)


async def test_a_mock_uses_an_environment_and_a_release_tag_that_are_there(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    await catalog.import_shop()
    await catalog.editor.create_release_tag(SHOP, "v1")
    environment_id = await an_environment(catalog)

    mock = await mocking.mock_of(SHOP, environment_id=EnvironmentId(f"1-{environment_id}"), release_tag="v1")

    assert (environment_id, "v1") == (mock.environment_id, mock.release_tag)
    cleared = await mocking.administrator.update_mock(mock.id, MockDraft(), fields=["environment_id", "release_tag"])
    assert (None, None) == (cleared.environment_id, cleared.release_tag)


async def test_an_environment_is_looked_for_without_a_look_at_its_variables(
    mocking: RunningRegistry, catalog: RunningCatalog, catalog_url: str
) -> None:
    await catalog.import_shop()
    environment_id = await an_environment(catalog)
    connection = await asyncpg.connect(catalog_url)
    await connection.execute("UPDATE catalog.environments SET variables = 'no JSON'")
    await connection.close()

    mock = await mocking.mock_of(SHOP, environment_id=environment_id)

    assert environment_id == mock.environment_id


async def test_an_update_to_something_that_is_not_there_changes_nothing(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    mock = await mocking.mock_of(await catalog.import_shop())
    for draft, field in (
        (MockDraft(collection_id=ANOTHER), "collection_id"),
        (MockDraft(environment_id=EnvironmentId("nothing")), "environment_id"),
        (MockDraft(release_tag="v1"), "release_tag"),
    ):
        with pytest.raises(NotFound):
            await mocking.administrator.update_mock(mock.id, draft, fields=[field])

    assert (mock, None) == await mocking.administrator.get_mock(mock.id)


async def test_nothing_of_the_catalog_can_be_named_while_it_is_away(database_url: str, catalog_url: str) -> None:
    async with (
        running_catalog(catalog_url) as catalog,
        running_registry(database_url, catalog=catalog.address) as registry,
    ):
        mock = await registry.mock_of(await catalog.import_shop())

    async with running_registry(database_url, catalog=NOWHERE) as registry:
        refused = await asyncio.gather(
            registry.mock_of(SHOP),
            registry.administrator.update_mock(mock.id, MockDraft(release_tag="v1"), fields=["release_tag"]),
            return_exceptions=True,
        )
        assert [Unavailable, Unavailable] == list(map(type, refused))

        renamed = await registry.administrator.update_mock(mock.id, MockDraft(name="Renamed"), fields=["name"])
        assert (renamed, None) == await registry.administrator.get_mock(mock.id)
        assert await registry.parts.is_ready()


async def test_deleting_a_collection_deactivates_its_mocks_until_it_is_imported_again(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    mock = await mocking.mock_of(await catalog.import_shop())
    await catalog.editor.import_collection(document(a_collection(id=ANOTHER)))
    bystander = await mocking.mock_of(ANOTHER)

    async with changes_of(mocking) as next_change:
        deactivated = next_change()
        await catalog.editor.delete_collection(SHOP)

        assert (mock.id, True) == ((await deactivated).id, (await deactivated).is_deactivated)
        assert mock.etag != (await deactivated).etag
        assert (bystander, None) == await mocking.administrator.get_mock(bystander.id)

        reactivated = next_change()
        await catalog.import_shop()

        assert (mock.id, False) == ((await reactivated).id, (await reactivated).is_deactivated)
    assert mocking.count("understudy_mocks_switched_total", state="deactivated") == 1
    assert mocking.count("understudy_mocks_switched_total", state="active") == 1
    assert mocking.count("understudy_watch_connected", stream="catalog") == 1


async def test_the_deletion_of_another_accounts_collection_of_the_same_id_concerns_nobody_else(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    mock = await mocking.mock_of(await catalog.import_shop())
    other = await mocking.mock_of(await another_collection(catalog))
    await catalog.stranger.import_collection(document(a_collection()))

    async with changes_of(mocking) as next_change:
        change = next_change()
        await catalog.stranger.delete_collection(SHOP)
        await catalog.editor.delete_collection(ANOTHER)

        assert other.id == (await change).id
    assert (mock, None) == await mocking.administrator.get_mock(mock.id)


async def another_collection(catalog: RunningCatalog) -> CollectionId:
    return (await catalog.editor.import_collection(document(a_collection(id=ANOTHER)))).collection.id


async def test_deleting_an_environment_deactivates_a_mock_until_it_uses_another(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    environment_id = await an_environment(catalog)
    mock = await mocking.mock_of(await catalog.import_shop(), environment_id=environment_id)

    async with changes_of(mocking) as next_change:
        change = next_change()
        await catalog.editor.delete_environment(environment_id)

        assert (await change).is_deactivated
    renamed = await mocking.administrator.update_mock(mock.id, MockDraft(name="Renamed"), fields=["name"])
    assert renamed.is_deactivated
    cleared = await mocking.administrator.update_mock(mock.id, MockDraft(), fields=["environment_id"])
    assert not cleared.is_deactivated


async def test_deleting_a_release_tag_deactivates_the_mocks_that_it_pins_until_it_is_there_again(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    await catalog.import_shop()
    for tag in ("v1", "v2"):
        await catalog.editor.create_release_tag(SHOP, tag)
    live, pinned, other = [await mocking.mock_of(SHOP, release_tag=tag) for tag in (None, "v1", "v2")]

    async with changes_of(mocking) as next_change:
        change = next_change()
        await catalog.editor.delete_release_tag(SHOP, "v1")
        assert (pinned.id, True) == ((await change).id, (await change).is_deactivated)

        change = next_change()
        await catalog.editor.create_release_tag(SHOP, "v1")
        assert (pinned.id, False) == ((await change).id, (await change).is_deactivated)
    for untouched in (live, other):
        assert (untouched, None) == await mocking.administrator.get_mock(untouched.id)


async def test_a_mock_that_still_misses_something_stays_deactivated(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    environment_id = await an_environment(catalog)
    mock = await mocking.mock_of(await catalog.import_shop(), environment_id=environment_id)

    async with changes_of(mocking) as next_change:
        change = next_change()
        await catalog.editor.delete_collection(SHOP)
        assert (await change).is_deactivated
    await catalog.editor.delete_environment(environment_id)

    half = await mocking.administrator.update_mock(mock.id, MockDraft(), fields=["environment_id"])
    assert half.is_deactivated
    moved = await mocking.administrator.update_mock(
        mock.id, MockDraft(collection_id=await another_collection(catalog)), fields=["collection_id"]
    )
    assert not moved.is_deactivated


async def test_what_was_deleted_while_the_registry_was_down_is_noticed_at_its_next_start(
    database_url: str, catalog: RunningCatalog
) -> None:
    async with running_registry(database_url, catalog=catalog.address) as registry:
        mock = await registry.mock_of(await catalog.import_shop())
        await is_watching(registry, catalog)
    await catalog.editor.delete_collection(SHOP)

    async with running_registry(database_url, catalog=catalog.address) as registry:
        assert await becomes(registry, mock.id, is_deactivated=True)


async def is_watching(registry: RunningRegistry, catalog: RunningCatalog) -> None:
    """Return once the registry has acted upon a change: the watch has a revision to resume from."""
    witness = await registry.mock_of(await another_collection(catalog))
    await catalog.editor.delete_collection(ANOTHER)
    assert await becomes(registry, witness.id, is_deactivated=True)


async def becomes(registry: RunningRegistry, mock_id: MockId, *, is_deactivated: bool) -> bool:
    """Wait, with a deadline, until a mock is in that state."""
    async with asyncio.timeout(15), aclosing(registry.service.watch(None)) as stream:
        while (await registry.service.get_mock(mock_id))[0].is_deactivated is not is_deactivated:
            await anext(stream)
    return True


async def test_a_catalog_whose_revisions_began_anew_is_looked_at_as_a_whole(
    database_url: str, catalog_url: str, second_catalog_url: str
) -> None:
    async with (
        running_catalog(catalog_url) as catalog,
        running_registry(database_url, catalog=catalog.address) as registry,
    ):
        gone = await registry.mock_of(await catalog.import_shop())
        await is_watching(registry, catalog)
        kept = await registry.mock_of(await another_collection(catalog))

    async with (
        running_catalog(second_catalog_url) as catalog,
        running_registry(database_url, catalog=catalog.address) as registry,
    ):
        assert await becomes(registry, gone.id, is_deactivated=True)
        assert await becomes(registry, kept.id, is_deactivated=True)

        await another_collection(catalog)
        assert await becomes(registry, kept.id, is_deactivated=False)


async def test_no_mock_survives_its_collection_however_deletion_and_creation_meet(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    async def create() -> None:
        try:
            await mocking.mock_of(SHOP)
        except NotFound:
            return

    for _ in range(5):
        await catalog.import_shop()
        await asyncio.gather(*(create() for _ in range(6)), catalog.editor.delete_collection(SHOP))

    async for mock in mocking.administrator.list_mocks():
        assert await becomes(mocking, mock.id, is_deactivated=True)


async def test_two_replicas_deactivate_once(
    mocking: RunningRegistry, catalog: RunningCatalog, database_url: str
) -> None:
    mock = await mocking.mock_of(await catalog.import_shop())
    async with running_registry(database_url, catalog=catalog.address) as second:
        await is_watching(second, catalog)
        await catalog.editor.delete_collection(SHOP)
        assert await becomes(second, mock.id, is_deactivated=True)
        await is_watching(mocking, catalog)

        (kept, _) = await mocking.administrator.get_mock(mock.id)
        assert str(int(mock.etag) + 1) == kept.etag
