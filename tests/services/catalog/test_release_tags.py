"""Release tags: names for versions that stay as they were."""

import asyncio

import asyncpg
import pytest

from services.core.errors import AlreadyExists, InvalidInput, NotFound
from tests.services.catalog.documents import SHOP_ID, shop
from tests.services.catalog.running import EDITOR_ID, RunningCatalog


async def documents_kept(database_url: str) -> int:
    connection = await asyncpg.connect(database_url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM catalog.documents"))
    finally:
        await connection.close()


async def test_a_tag_keeps_the_version_it_was_made_of(catalog: RunningCatalog) -> None:
    first = (await catalog.editor.import_collection(shop())).collection
    tag = await catalog.editor.create_release_tag(SHOP_ID, "v1")
    await catalog.editor.import_collection(shop(name="Second"))

    pinned, document = await catalog.viewer.export_collection(SHOP_ID, release_tag="v1")

    assert (SHOP_ID, "v1", first.etag, EDITOR_ID) == (tag.collection_id, tag.name, tag.document_etag, tag.created_by)
    assert shop() == document
    assert (first.etag, len(document)) == (pinned.etag, pinned.size_bytes)
    assert shop(name="Second") == (await catalog.viewer.export_collection(SHOP_ID))[1]


async def test_a_tag_is_read_by_its_name(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())
    tag = await catalog.editor.create_release_tag(f"1-{SHOP_ID}", "v1 · ünïcode/2")

    assert tag == await catalog.viewer.get_release_tag(SHOP_ID, tag.name)
    assert tag == await catalog.service.get_release_tag(SHOP_ID, tag.name, account_id=1)
    for call in (
        catalog.viewer.get_release_tag(SHOP_ID, "v2"),
        catalog.viewer.export_collection(SHOP_ID, release_tag="v2"),
        catalog.stranger.get_release_tag(SHOP_ID, tag.name),
        catalog.viewer.get_release_tag("nobody", tag.name),
    ):
        with pytest.raises(NotFound):
            await call


async def test_a_missing_tag_is_told_from_a_missing_collection(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())

    with pytest.raises(NotFound) as no_tag:
        await catalog.editor.export_collection(SHOP_ID, release_tag="v1")
    with pytest.raises(NotFound) as no_collection:
        await catalog.editor.export_collection("nobody", release_tag="v1")

    assert ("release tag", "v1") == (no_tag.value.kind, no_tag.value.identity)
    assert ("collection", "nobody") == (no_collection.value.kind, no_collection.value.identity)


async def test_tags_are_listed_newest_first_in_pages(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())
    for number in range(230):
        await catalog.editor.create_release_tag(SHOP_ID, f"v{number}")

    tags = [tag.name async for tag in catalog.viewer.list_release_tags(SHOP_ID)]

    assert [f"v{number}" for number in reversed(range(230))] == tags


async def test_a_collection_without_tags_lists_none_and_a_missing_one_is_not_found(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())

    assert [] == [tag async for tag in catalog.viewer.list_release_tags(SHOP_ID)]
    with pytest.raises(NotFound):
        _ = [tag async for tag in catalog.viewer.list_release_tags("nobody")]


async def test_a_name_is_taken_once(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())
    await catalog.editor.create_release_tag(SHOP_ID, "v1")

    with pytest.raises(AlreadyExists):
        await catalog.editor.create_release_tag(SHOP_ID, "v1")


async def test_a_repeated_request_answers_with_the_first_tag(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())

    tags = await asyncio.gather(*(catalog.editor.create_release_tag(SHOP_ID, "v1", request_id="r1") for _ in range(4)))

    assert len(set(tags)) == 1
    with pytest.raises(InvalidInput):
        await catalog.editor.create_release_tag(SHOP_ID, "v2", request_id="r1")


async def test_a_bad_name_is_refused(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())

    for name in ("", "x" * 101, "a\0b", "a\nb", " v1", "v1 "):
        with pytest.raises(InvalidInput) as refused:
            await catalog.editor.create_release_tag(SHOP_ID, name)

        assert ["name"] == [violation.field for violation in refused.value.violations]


async def test_a_deleted_tag_is_gone_and_its_version_with_it(catalog: RunningCatalog, database_url: str) -> None:
    await catalog.editor.import_collection(shop())
    await catalog.editor.create_release_tag(SHOP_ID, "v1")
    await catalog.editor.create_release_tag(SHOP_ID, "v1 again")
    await catalog.editor.import_collection(shop(name="Second"))
    await catalog.editor.import_collection(shop(name="Third"))

    assert await documents_kept(database_url) == 2
    await catalog.editor.delete_release_tag(SHOP_ID, "v1")
    assert await documents_kept(database_url) == 2
    await catalog.editor.delete_release_tag(SHOP_ID, "v1 again")
    assert await documents_kept(database_url) == 1
    with pytest.raises(NotFound):
        await catalog.editor.delete_release_tag(SHOP_ID, "v1")
    assert shop(name="Third") == (await catalog.editor.export_collection(SHOP_ID))[1]


async def test_a_tag_of_the_live_version_goes_without_it(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())
    await catalog.editor.create_release_tag(SHOP_ID, "v1")

    await catalog.editor.delete_release_tag(SHOP_ID, "v1")

    assert shop() == (await catalog.editor.export_collection(SHOP_ID))[1]
