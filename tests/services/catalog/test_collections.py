"""Collections: read, listed, renamed, deleted and exported."""

import json

import pytest

from services.core.catalog import StoredCollection
from services.core.errors import InvalidInput, NotFound, StaleEtag
from services.wire.catalog_client import CatalogClient
from tests.builders import a_bare_item, a_folder, an_example, an_item
from tests.services.catalog.documents import SHOP_ID, a_full_document, collection_ids, shop
from tests.services.catalog.running import RunningCatalog


async def pages(client: CatalogClient, size: int, **filters: str) -> list[list[str]]:
    """Return the names on each page of the list of collections."""
    names: list[list[str]] = []
    token = ""
    while not names or token:
        page = await client.list_collections_page(page_size=size, page_token=token, **filters)  # type: ignore[arg-type] # the one filter is a text
        names.append([collection.name for collection in page.rows])
        token = page.next_page_token
    return names


async def import_named(catalog: RunningCatalog, *names: str) -> list[StoredCollection]:
    """Import a collection for each name; their ids are id-0, id-1 and so on."""
    return [
        (await catalog.editor.import_collection(shop(name=name, id=f"id-{number}"))).collection
        for number, name in enumerate(names)
    ]


async def test_a_collection_is_found_by_id_and_by_uid(catalog: RunningCatalog) -> None:
    stored = (await catalog.editor.import_collection(shop())).collection

    assert stored == await catalog.viewer.get_collection(SHOP_ID)
    assert stored == await catalog.viewer.get_collection(f"1-{SHOP_ID}")
    assert stored == await catalog.service.get_collection(SHOP_ID, account_id=1)


async def test_a_collection_is_not_found_for_another_account(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())

    for call in (
        catalog.stranger.get_collection(SHOP_ID),
        catalog.stranger.get_collection(SHOP_ID, account_id=1),
        catalog.service.get_collection(SHOP_ID, account_id=2),
        catalog.stranger.export_collection(SHOP_ID),
        catalog.stranger.delete_collection(f"1-{SHOP_ID}"),
    ):
        with pytest.raises(NotFound):
            await call


async def test_a_list_is_ordered_by_name_and_cut_into_pages(catalog: RunningCatalog) -> None:
    await import_named(catalog, "b", "a", "B", "c", "a", "ä", "")

    assert [["", "B"], ["a", "a"], ["b", "c"], ["ä"]] == await pages(catalog.viewer, 2)
    assert [["", "B", "a", "a", "b", "c", "ä"]] == await pages(catalog.viewer, 7)
    assert [[]] == await pages(catalog.stranger, 2)


async def test_a_list_can_be_of_one_name(catalog: RunningCatalog) -> None:
    await import_named(catalog, "Shop", "Shop 2", "Shop", "Shop")

    assert [["Shop", "Shop"], ["Shop"]] == await pages(catalog.viewer, 2, name="Shop")
    assert [[]] == await pages(catalog.viewer, 2, name="shop")


async def test_a_token_is_refused_by_another_list(catalog: RunningCatalog) -> None:
    await import_named(catalog, "Shop", "Shop")
    token = (await catalog.viewer.list_collections_page(page_size=1)).next_page_token

    for page in (
        catalog.viewer.list_collections_page(page_token=token, name="Shop"),
        catalog.stranger.list_collections_page(page_token=token),
        catalog.viewer.list_environments_page(page_token=token),
    ):
        with pytest.raises(InvalidInput):
            await page


async def test_a_row_that_appears_between_two_pages_shifts_nothing(catalog: RunningCatalog) -> None:
    await import_named(catalog, "b", "d")
    first = await catalog.viewer.list_collections_page(page_size=1)
    await catalog.editor.import_collection(shop(name="a", id="early"))
    await catalog.editor.import_collection(shop(name="c", id="late"))

    second = await catalog.viewer.list_collections_page(page_size=5, page_token=first.next_page_token)

    assert ["c", "d"] == [collection.name for collection in second.rows]


async def test_a_rename_changes_the_document_and_keeps_the_rest_of_it(catalog: RunningCatalog) -> None:
    before = (await catalog.editor.import_collection(shop(unknown={"kept": [1]}))).collection

    renamed = await catalog.editor.update_collection(SHOP_ID, name="New", description="For tests", etag=before.etag)

    tree = json.loads((await catalog.editor.export_collection(SHOP_ID))[1])
    assert ("New", "For tests") == (renamed.name, renamed.description)
    assert ("New", "For tests", {"kept": [1]}) == (tree["info"]["name"], tree["info"]["description"], tree["unknown"])
    assert before.etag != renamed.etag
    assert renamed == await catalog.editor.get_collection(SHOP_ID)


async def test_lone_surrogates_in_an_update_become_replacement_characters(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())

    renamed = await catalog.editor.update_collection(SHOP_ID, name="half \ud800", description="\udfff")

    assert ("half \N{REPLACEMENT CHARACTER}", "\N{REPLACEMENT CHARACTER}") == (renamed.name, renamed.description)
    assert [renamed] == [row async for row in catalog.editor.list_collections(name="half \ud800")]


async def test_an_update_leaves_alone_what_its_mask_does_not_name(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())
    await catalog.editor.update_collection(SHOP_ID, description="First")

    renamed = await catalog.editor.update_collection(SHOP_ID, name="New")
    cleared = await catalog.editor.update_collection(SHOP_ID, description="")

    assert ("New", "First") == (renamed.name, renamed.description)
    assert ("New", "") == (cleared.name, cleared.description)


async def test_a_renamed_collection_without_an_id_keeps_the_one_it_is_known_by(catalog: RunningCatalog) -> None:
    known = (await catalog.editor.import_collection(shop(id=None))).collection.id

    renamed = await catalog.editor.update_collection(known, name="New")

    assert known == renamed.id
    assert [known] == await collection_ids(catalog.editor)


async def test_a_long_description_is_listed_in_part_and_kept_whole(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())

    updated = await catalog.editor.update_collection(SHOP_ID, description="a\0" + "é" * 50_000)

    tree = json.loads((await catalog.editor.export_collection(SHOP_ID))[1])
    assert updated.description == "a\N{REPLACEMENT CHARACTER}" + "é" * 9_998
    assert tree["info"]["description"] == "a\0" + "é" * 50_000


async def test_a_bad_update_is_refused_with_its_field(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())

    for changes, field in (
        ({"name": ""}, "collection.name"),
        ({"name": "x" * 256}, "collection.name"),
        ({"name": "\0"}, "collection.name"),
        ({}, "update_mask"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await catalog.editor.update_collection(SHOP_ID, **changes)  # type: ignore[arg-type] # names and texts

        assert [field] == [violation.field for violation in refused.value.violations]
    assert shop() == (await catalog.editor.export_collection(SHOP_ID))[1]


async def test_writes_with_a_stale_etag_are_refused(catalog: RunningCatalog) -> None:
    stale = (await catalog.editor.import_collection(shop())).collection.etag
    present = (await catalog.editor.update_collection(SHOP_ID, name="New")).etag

    with pytest.raises(StaleEtag):
        await catalog.editor.update_collection(SHOP_ID, name="Newer", etag=stale)
    with pytest.raises(StaleEtag):
        await catalog.editor.delete_collection(SHOP_ID, etag=stale)

    assert (await catalog.editor.get_collection(SHOP_ID)).name == "New"
    await catalog.editor.delete_collection(SHOP_ID, etag=present)


async def test_a_deleted_collection_is_gone_with_all_that_was_in_it(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document())
    await catalog.editor.create_release_tag(SHOP_ID, "v1")

    await catalog.editor.delete_collection(SHOP_ID)

    assert [] == await collection_ids(catalog.editor)
    for call in (
        catalog.editor.get_collection(SHOP_ID),
        catalog.editor.export_collection(SHOP_ID),
        catalog.editor.export_collection(SHOP_ID, release_tag="v1"),
        catalog.editor.get_example(SHOP_ID, "example-0"),
        catalog.editor.get_release_tag(SHOP_ID, "v1"),
        catalog.editor.delete_collection(SHOP_ID),
    ):
        with pytest.raises(NotFound):
            await call
    with pytest.raises(NotFound):
        _ = [item async for item in catalog.editor.list_items(SHOP_ID)]


async def test_a_deleted_collection_can_be_imported_again(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())
    await catalog.editor.delete_collection(SHOP_ID)

    assert (await catalog.editor.import_collection(shop())).is_new


async def test_a_document_of_many_slices_comes_back_whole(catalog: RunningCatalog) -> None:
    source = shop(an_item(an_example(body="é" * 4_000_000)))
    stored = (await catalog.editor.import_collection(source)).collection

    collection, exported = await catalog.viewer.export_collection(SHOP_ID)

    assert stored == collection
    assert source == exported


async def test_items_are_listed_in_document_order_and_in_pages(catalog: RunningCatalog) -> None:
    unreadable = {"name": "Odd", "request": 7}
    await catalog.editor.import_collection(
        shop(
            a_folder(a_folder(a_bare_item(name="Deep"), name="Inner"), name="Outer"),
            *map(numbered, range(250)),
            unreadable,
        )
    )

    items = [item async for item in catalog.viewer.list_items(SHOP_ID)]

    assert ["Deep", *(str(number) for number in range(250)), "Odd"] == [item.name for item in items]
    assert (("Outer", "Inner"), "GET", "{{baseUrl}}/users/1", 0) == (
        items[0].folders,
        items[0].method,
        items[0].url,
        items[0].example_count,
    )
    assert items[1].example_count == 1
    assert ("", "") == (items[-1].method, items[-1].url)


def numbered(number: int) -> dict[str, object]:
    return an_item(name=str(number))
