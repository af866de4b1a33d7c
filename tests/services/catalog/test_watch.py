"""Watching: every change, in order, once; resumed where it broke."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import asyncpg
import pytest

from services.core.changes import CatalogChange, CatalogSubject, ChangeKind, Watched
from services.core.errors import RevisionExpired
from services.core.ids import EnvironmentId, Revision
from services.core.postman.environment import Environment
from services.runtime import watch_stream
from services.wire.catalog_client import CatalogClient
from tests.services.catalog.documents import SHOP_ID, new_example, shop
from tests.services.catalog.running import RunningCatalog, running_catalog

Stream = AsyncIterator[Watched[CatalogChange]]

DEADLINE_SECONDS = 10


async def changes(stream: Stream, count: int) -> list[Watched[CatalogChange]]:
    """Return the next changes of a stream, bookmarks left out."""
    found: list[Watched[CatalogChange]] = []
    async with asyncio.timeout(DEADLINE_SECONDS):
        while len(found) < count:
            watched = await anext(stream)
            if watched.change is not None:
                found.append(watched)
    return found


async def bookmark(stream: Stream) -> Revision:
    """Return the revision of the next message, which is a bookmark."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        watched = await anext(stream)
    assert watched.change is None
    return watched.revision


async def watched_during(client: CatalogClient, write: Callable[[], Any], count: int) -> list[Watched[CatalogChange]]:
    """Return the changes a watcher sees of what `write` does."""
    async with aclosing(client.watch(None)) as stream:  # type: ignore[type-var] # an async generator, as the client makes them
        await bookmark(stream)
        await write()
        return await changes(stream, count)


def said(watched: list[Watched[CatalogChange]]) -> list[tuple[ChangeKind, CatalogSubject, str, str]]:
    return [
        (change.kind, change.subject, change.id, change.release_tag)
        for change in (message.change for message in watched)
        if change is not None
    ]


async def write_everything(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())
    await catalog.editor.import_collection(shop())  # The same again: no change.
    await catalog.editor.create_release_tag(SHOP_ID, "v1")
    created = await catalog.editor.create_example(SHOP_ID, new_example())
    await catalog.editor.delete_example(SHOP_ID, created.example.id)
    await catalog.editor.update_collection(SHOP_ID, name="New")
    await catalog.editor.delete_release_tag(SHOP_ID, "v1")
    await catalog.editor.create_environment(Environment(id=EnvironmentId("e"), name="E"))
    await catalog.editor.update_environment("e", name="F")
    await catalog.editor.delete_environment("e")
    await catalog.editor.delete_collection(SHOP_ID)


WRITTEN, DELETED = ChangeKind.WRITTEN, ChangeKind.DELETED

EVERYTHING = [
    (WRITTEN, CatalogSubject.COLLECTION, SHOP_ID, ""),
    (WRITTEN, CatalogSubject.RELEASE_TAG, SHOP_ID, "v1"),
    (WRITTEN, CatalogSubject.COLLECTION, SHOP_ID, ""),
    (WRITTEN, CatalogSubject.COLLECTION, SHOP_ID, ""),
    (WRITTEN, CatalogSubject.COLLECTION, SHOP_ID, ""),
    (DELETED, CatalogSubject.RELEASE_TAG, SHOP_ID, "v1"),
    (WRITTEN, CatalogSubject.ENVIRONMENT, "e", ""),
    (WRITTEN, CatalogSubject.ENVIRONMENT, "e", ""),
    (DELETED, CatalogSubject.ENVIRONMENT, "e", ""),
    (DELETED, CatalogSubject.COLLECTION, SHOP_ID, ""),
]


async def test_every_write_is_told_in_order_with_its_revision(catalog: RunningCatalog) -> None:
    watched = await watched_during(catalog.service, lambda: write_everything(catalog), len(EVERYTHING))

    assert EVERYTHING == said(watched)
    assert list(range(1, len(EVERYTHING) + 1)) == [message.revision for message in watched]
    assert {1} == {message.change.account_id for message in watched if message.change is not None}


async def test_the_revision_of_an_import_is_the_one_watchers_see(catalog: RunningCatalog) -> None:
    async with aclosing(catalog.service.watch(None)) as stream:  # type: ignore[type-var] # as above
        await bookmark(stream)
        imported = await catalog.editor.import_collection(shop())

        assert [imported.revision] == [message.revision for message in await changes(stream, 1)]


async def test_a_watch_resumes_behind_the_revision_it_names(catalog: RunningCatalog) -> None:
    await write_everything(catalog)

    async with aclosing(catalog.service.watch(Revision(7))) as stream:  # type: ignore[type-var] # as above
        assert await bookmark(stream) == 7
        watched = await changes(stream, 3)

    assert EVERYTHING[7:] == said(watched)
    assert [8, 9, 10] == [message.revision for message in watched]


async def test_a_refused_write_tells_nothing(catalog: RunningCatalog) -> None:
    async def write() -> None:
        with pytest.raises(Exception, match="info"):
            await catalog.editor.import_collection(b'{"item": []}')
        await catalog.editor.import_collection(shop())

    watched = await watched_during(catalog.service, write, 1)

    assert [1] == [message.revision for message in watched]


async def test_users_see_their_own_accounts_changes_alone(catalog: RunningCatalog) -> None:
    async def write() -> None:
        await catalog.stranger.import_collection(shop(name="Theirs"))
        await catalog.editor.import_collection(shop(name="Mine"))
        await catalog.stranger.delete_collection(SHOP_ID)
        await catalog.editor.delete_collection(SHOP_ID)

    watched = await watched_during(catalog.viewer, write, 2)

    assert [2, 4] == [message.revision for message in watched]


async def test_bookmarks_lead_users_past_what_they_may_not_see(
    catalog: RunningCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_stream, "BOOKMARK_SECONDS", 0.05)
    async with aclosing(catalog.viewer.watch(None)) as stream:  # type: ignore[type-var] # as above
        assert await bookmark(stream) == 0
        await catalog.stranger.import_collection(shop())
        await catalog.stranger.delete_collection(SHOP_ID)

        async with asyncio.timeout(DEADLINE_SECONDS):
            async for watched in stream:
                assert watched.change is None
                if watched.revision == 2:
                    break


async def test_twenty_writers_at_once_leave_no_gap_and_no_disorder(catalog: RunningCatalog) -> None:
    async def writer(number: int) -> None:
        for round_ in range(5):
            environment = Environment(id=EnvironmentId(f"writer {number}, {round_}"), name="E")
            await catalog.editor.create_environment(environment)

    async def write() -> None:
        await asyncio.gather(*(writer(number) for number in range(20)))

    watched = await watched_during(catalog.service, write, 100)

    assert list(range(1, 101)) == [message.revision for message in watched]
    expected = {f"writer {number}, {round_}" for number in range(20) for round_ in range(5)}
    assert expected == {message.change.id for message in watched if message.change is not None}


async def test_a_watcher_that_reconnects_again_and_again_misses_nothing(catalog: RunningCatalog) -> None:
    async def write() -> None:
        for number in range(40):
            await catalog.editor.create_environment(Environment(id=EnvironmentId(str(number)), name="E"))

    writing = asyncio.create_task(write())
    seen: list[Revision] = []
    while len(seen) < 40:
        async with aclosing(catalog.service.watch(seen[-1] if seen else Revision(0))) as stream:  # type: ignore[type-var] # as above
            seen += [message.revision for message in await changes(stream, min(7, 40 - len(seen)))]
    await writing

    assert list(range(1, 41)) == seen


async def test_a_change_made_by_one_replica_is_told_by_another(catalog: RunningCatalog, database_url: str) -> None:
    async with running_catalog(database_url) as replica:
        watched = await watched_during(replica.service, lambda: catalog.editor.import_collection(shop()), 1)

    assert [(WRITTEN, CatalogSubject.COLLECTION, SHOP_ID, "")] == said(watched)


async def test_a_revision_that_is_too_old_or_from_the_future_is_expired(
    catalog: RunningCatalog, database_url: str
) -> None:
    await write_everything(catalog)
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM catalog.events WHERE revision <= 5")
    await connection.close()

    for resume in (0, 4, 11, 2**62):
        with pytest.raises(RevisionExpired):
            await anext(catalog.service.watch(Revision(resume)))
    async with aclosing(catalog.service.watch(Revision(5))) as stream:  # type: ignore[type-var] # as above
        assert [6] == [message.revision for message in (await changes(stream, 1))]


async def test_the_newest_revision_is_a_metric(catalog: RunningCatalog) -> None:
    await watched_during(catalog.service, lambda: catalog.editor.import_collection(shop()), 1)

    assert catalog.count("understudy_catalog_revision") == 1
