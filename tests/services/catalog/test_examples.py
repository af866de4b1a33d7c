"""Examples: listed, and edited inside their collection's document."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from understudy.catalog.v1 import example_pb2
from understudy.catalog.v1.example_service_pb2 import CreateExampleRequest
from understudy.catalog.v1.example_service_pb2_grpc import ExampleServiceStub

from services.core.errors import AlreadyExists, InvalidInput, NotFound, StaleEtag
from services.core.ids import ItemId
from tests.builders import a_request, an_example, an_item
from tests.services.catalog.documents import (
    SHOP_ID,
    a_full_document,
    an_item_with_id,
    examples_of,
    new_example,
    shop,
)
from tests.services.catalog.running import RunningCatalog


async def exported(catalog: RunningCatalog) -> Any:
    return json.loads((await catalog.editor.export_collection(SHOP_ID))[1])


async def test_examples_are_listed_in_document_order_with_the_etag_they_were_read_from(catalog: RunningCatalog) -> None:
    stored = (await catalog.editor.import_collection(a_full_document(230))).collection

    examples = await examples_of(catalog.viewer)

    assert [f"example-{number}" for number in range(230)] == [found.example.id for found in examples]
    assert {(SHOP_ID, stored.etag)} == {(found.collection_id, found.collection_etag) for found in examples}
    assert ("item-7", ("Item 7",), 7) == (
        examples[7].example.item_id,
        examples[7].example.place,
        examples[7].example.position,
    )


async def test_a_list_can_be_of_one_item(catalog: RunningCatalog) -> None:
    twins = an_item(an_example(id="a"), an_example(id="b"), id="twins")
    await catalog.editor.import_collection(shop(an_item_with_id(0), twins, an_item_with_id(1)))

    for item_id in ("twins", "1-twins"):
        listed = [found async for found in catalog.viewer.list_examples(SHOP_ID, item_id=item_id)]
        assert ["a", "b"] == [found.example.id for found in listed]
    assert [] == [found async for found in catalog.viewer.list_examples(SHOP_ID, item_id="nobody")]


async def test_a_page_ends_before_it_grows_too_large_for_a_message(catalog: RunningCatalog) -> None:
    bodies = ["x" * 3_000_000, "y" * 3_000_000, "z" * 9_000_000, "tiny"]
    await catalog.editor.import_collection(shop(an_item(*(an_example(body=body) for body in bodies))))

    assert bodies == [found.example.body for found in await examples_of(catalog.viewer)]


async def test_the_lists_of_a_missing_collection_are_not_found(catalog: RunningCatalog) -> None:
    with pytest.raises(NotFound):
        await examples_of(catalog.viewer)
    with pytest.raises(NotFound) as no_collection:
        await catalog.viewer.get_example(SHOP_ID, "example-0")
    await catalog.editor.import_collection(a_full_document())
    with pytest.raises(NotFound) as no_example:
        await catalog.viewer.get_example(SHOP_ID, "nobody")

    assert ("collection", "example") == (no_collection.value.kind, no_example.value.kind)
    with pytest.raises(NotFound):
        await catalog.stranger.get_example(SHOP_ID, "example-0")


async def test_an_example_is_added_to_an_item(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document())
    wanted = new_example(example_id="mine", body="tea\0pot")

    created = await catalog.editor.create_example(SHOP_ID, wanted, item_id="item-0")

    assert replace(wanted, item_id=ItemId("item-0"), place=("Item 0",), position=1) == created.example
    assert created == await catalog.editor.get_example(SHOP_ID, "mine")
    assert ["example-0", "mine", "example-1"] == [found.example.id for found in await examples_of(catalog.editor)]
    assert (await catalog.editor.get_collection(SHOP_ID)).example_count == 3


async def test_an_example_without_an_item_gets_one_of_its_own(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document(1))

    created = await catalog.editor.create_example(SHOP_ID, new_example("Teapot", code=418, url="{{baseUrl}}/tea"))

    items = [item async for item in catalog.editor.list_items(SHOP_ID)]
    assert (items[-1].id, ("Teapot",), 418) == (created.example.item_id, created.example.place, created.example.code)
    assert ("Teapot", "GET", "{{baseUrl}}/tea", 1) == (
        items[-1].name,
        items[-1].method,
        items[-1].url,
        items[-1].example_count,
    )
    assert created.example.id


async def test_bytes_that_are_no_text_come_back_as_they_were(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document(1))

    created = await catalog.editor.create_example(SHOP_ID, new_example(body=b"\x89PNG\xff\0"))

    assert (await catalog.editor.get_example(SHOP_ID, created.example.id)).example.body == b"\x89PNG\xff\0"


async def test_an_example_without_a_request_answers_that_of_its_item(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop(an_item(id="users", request=a_request("POST", "{{baseUrl}}/users"))))
    bare = example_pb2.Example(name="Created", code=201, body=b"{}")

    await creating(catalog, example=bare, item_id="users")

    created = next(found.example for found in await examples_of(catalog.editor) if found.example.name == "Created")
    assert ("POST", "/users") == (created.request.method, created.request.url.path)


async def test_an_example_without_a_code_answers_200(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document(1))

    created = await catalog.editor.create_example(SHOP_ID, new_example(code=0))

    assert created.example.code == 200


async def test_a_bad_new_example_is_refused_with_its_field_and_nothing_changes(catalog: RunningCatalog) -> None:
    unreadable = {"id": "odd", "name": "Odd", "request": 7, "response": []}
    await catalog.editor.import_collection(shop(an_item_with_id(0), unreadable))
    before = await exported(catalog)

    for fields, field in (
        ({"example": example_pb2.Example(name="No request")}, "example.request"),
        ({"example": example_pb2.Example(name="No request"), "item_id": "odd"}, "example.request"),
        ({"example": example_pb2.Example(code=99), "item_id": "item-0"}, "example.code"),
        ({"example": example_pb2.Example(code=600), "item_id": "item-0"}, "example.code"),
        ({"example": example_pb2.Example(id="\0"), "item_id": "item-0"}, "example.id"),
        ({"example": example_pb2.Example(id="x" * 256), "item_id": "item-0"}, "example.id"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await creating(catalog, **fields)
        assert [field] == [violation.field for violation in refused.value.violations]
    with pytest.raises(AlreadyExists):
        await catalog.editor.create_example(SHOP_ID, new_example(example_id="example-0"), item_id="item-0")
    with pytest.raises(NotFound) as no_item:
        await catalog.editor.create_example(SHOP_ID, new_example(), item_id="nobody")
    with pytest.raises(StaleEtag):
        await catalog.editor.create_example(SHOP_ID, new_example(), etag="stale")
    assert no_item.value.kind == "item"
    assert before == await exported(catalog)


async def test_a_repeated_create_adds_one_example(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document(1))

    created = await asyncio.gather(
        *(catalog.editor.create_example(SHOP_ID, new_example(), request_id="r1") for _ in range(4))
    )

    assert len({found.example.id for found in created}) == 1
    assert len(await examples_of(catalog.editor)) == 2
    with pytest.raises(InvalidInput):
        await catalog.editor.create_example(SHOP_ID, new_example("Another"), request_id="r1")


async def test_an_update_changes_the_named_fields_and_keeps_all_others(catalog: RunningCatalog) -> None:
    source = an_item(an_example(id="e", name="Old", status="OK", responseTime=12, cookie=[{"name": "kept"}]), id="i")
    before = (await catalog.editor.import_collection(shop(source))).collection

    changed = await catalog.editor.update_example(
        SHOP_ID, "1-e", new_example("New", code=503), fields=["name", "code"], etag=before.etag
    )

    in_document = (await exported(catalog))["item"][0]["response"][0]
    assert ("New", 503, "OK", "/users/1") == (
        changed.example.name,
        changed.example.code,
        changed.example.status,
        changed.example.request.url.path,
    )
    assert (12, [{"name": "kept"}]) == (in_document["responseTime"], in_document["cookie"])
    assert changed.collection_etag == (await catalog.editor.get_collection(SHOP_ID)).etag != before.etag


async def test_every_field_can_be_updated(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document(1))
    wanted = new_example(body=b"\xff")
    fields = ["name", "request", "code", "status", "headers", "body", "preview_language"]

    changed = await catalog.editor.update_example(SHOP_ID, "example-0", wanted, fields=fields)

    kept = {"id": "example-0", "item_id": "item-0", "place": ("Item 0",), "position": 0}
    assert replace(wanted, **kept) == changed.example  # type: ignore[arg-type] # the fields' own types
    cleared = await catalog.editor.update_example(
        SHOP_ID, "example-0", replace(wanted, preview_language=""), fields=["preview_language"]
    )
    assert cleared.example.preview_language == ""


async def test_a_bad_update_is_refused_with_its_field(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document(1))

    for example, fields, field in (
        (new_example(), [], "update_mask"),
        (new_example(), ["id"], "update_mask"),
        (new_example(), ["request.method"], "update_mask"),
        (new_example(code=0), ["code"], "example.code"),
        (new_example(code=1000), ["code"], "example.code"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await catalog.editor.update_example(SHOP_ID, "example-0", example, fields=fields)
        assert [field] == [violation.field for violation in refused.value.violations]
    with pytest.raises(StaleEtag):
        await catalog.editor.update_example(SHOP_ID, "example-0", new_example(), fields=["name"], etag="stale")
    with pytest.raises(NotFound):
        await catalog.editor.update_example(SHOP_ID, "nobody", new_example(), fields=["name"])
    assert a_full_document(1) == (await catalog.editor.export_collection(SHOP_ID))[1]


async def test_a_deleted_example_is_gone_and_no_other_moves(catalog: RunningCatalog) -> None:
    same_names = [an_example(body=str(number)) for number in range(4)]
    await catalog.editor.import_collection(shop(an_item(*same_names)))
    ids = [found.example.id for found in await examples_of(catalog.editor)]

    await catalog.editor.delete_example(SHOP_ID, ids[1])

    left = await examples_of(catalog.editor)
    assert [(ids[0], "0", 0), (ids[2], "2", 1), (ids[3], "3", 2)] == [
        (found.example.id, found.example.body, found.example.position) for found in left
    ]
    with pytest.raises(NotFound):
        await catalog.editor.delete_example(SHOP_ID, ids[1])
    with pytest.raises(StaleEtag):
        await catalog.editor.delete_example(SHOP_ID, ids[0], etag="stale")


async def test_edits_at_once_lose_nothing(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document(1))

    await asyncio.gather(
        *(catalog.editor.create_example(SHOP_ID, new_example(f"Number {number}")) for number in range(20))
    )

    names = {found.example.name for found in await examples_of(catalog.editor)}
    assert {"Example 0", *(f"Number {number}" for number in range(20))} == names


async def test_an_edited_version_leaves_a_tagged_one_alone(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document())
    await catalog.editor.create_release_tag(SHOP_ID, "v1")
    await catalog.editor.delete_example(SHOP_ID, "example-0")

    assert a_full_document() == (await catalog.editor.export_collection(SHOP_ID, release_tag="v1"))[1]


async def test_an_update_to_what_is_there_already_writes_nothing_more(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document(1))
    first = await catalog.editor.update_example(SHOP_ID, "example-0", new_example(), fields=["name"])

    second = await catalog.editor.update_example(SHOP_ID, "example-0", new_example(), fields=["name"])

    assert first == second


async def creating(catalog: RunningCatalog, **fields: Any) -> None:
    """Send a CreateExample that the typed client would not send."""
    request = CreateExampleRequest(collection_id=SHOP_ID, account_id=1, **fields)
    stub = ExampleServiceStub(catalog.target.channel)
    await catalog.service._caller.unary(stub.CreateExample, request)
