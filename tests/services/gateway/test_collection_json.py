"""A collection is shown as it is stored, and with the identities that the server knows."""

import json
from datetime import UTC, datetime
from typing import Any

from services.core.catalog import StoredCollection
from services.core.ids import AccountId, CollectionId, Etag, UserId
from services.core.postman.reader import read_collection
from services.gateway.postman_api.collection_json import minimal_json, with_identities
from services.gateway.postman_api.replies import json_bytes
from tests.builders import a_collection, a_folder, an_example, an_item, document
from tests.core.postman_v1 import a_v1_collection, a_v1_folder, a_v1_request, a_v1_response

MADE = datetime(2024, 5, 1, 8, 0, 0, 999_000, tzinfo=UTC)
CHANGED = datetime(2024, 5, 2, 8, 0, 0, tzinfo=UTC)

STORED = StoredCollection(
    account_id=AccountId(4711),
    id=CollectionId("c-1"),
    name="Shop",
    schema_version="2.1",
    etag=Etag("1"),
    create_time=MADE,
    update_time=CHANGED,
    updated_by=UserId(12),
)


def shown(collection: dict[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(json_bytes(with_identities(document(collection), STORED)))
    return tree


def test_info_carries_identity_times_and_who_wrote_last_in_postmans_order() -> None:
    info = shown(a_collection(id=None, description="d"))["info"]

    assert ["_postman_id", "name", "schema", "createdAt", "updatedAt", "lastUpdatedBy", "uid"] == list(info)
    assert "c-1" == info["_postman_id"]
    assert "4711-c-1" == info["uid"]
    assert "12" == info["lastUpdatedBy"]
    assert ("2024-05-01T08:00:00.000Z", "2024-05-02T08:00:00.000Z") == (info["createdAt"], info["updatedAt"])


def test_items_and_examples_carry_id_and_uid_where_postman_puts_them() -> None:
    collection = a_collection(an_item(an_example(id="e-1", name="Found"), name="Read", id="i-1", note=1))

    (item,) = shown(collection)["item"]
    (example,) = item["response"]

    assert ["name", "id", "uid", "request", "response", "note"] == list(item)
    assert ("i-1", "4711-i-1") == (item["id"], item["uid"])
    assert ["id", "uid", "name", "originalRequest"] == list(example)[:4]
    assert ("e-1", "4711-e-1") == (example["id"], example["uid"])


def test_what_has_no_id_is_shown_with_the_one_that_mocks_know_it_by() -> None:
    collection = a_collection(a_folder(an_item(an_example(), an_example())))
    known = read_collection(document(collection), account_id=AccountId(4711)).collection

    (folder,) = shown(collection)["item"]
    (item,) = folder["item"]

    assert [example.id for example in known.examples] == [example["id"] for example in item["response"]]
    assert known.items[0].id == item["id"]


def test_uids_of_another_server_give_way() -> None:
    collection = a_collection(an_item(an_example(id="e-1", uid="99-e-1"), uid="99-i"))

    (item,) = shown(collection)["item"]

    assert "4711-e-1" == item["response"][0]["uid"]
    assert f"4711-{item['id']}" == item["uid"]


def test_everything_else_stays_as_it_was() -> None:
    collection = a_collection(auth={"type": "bearer"}, event=[], x=10**30, y="\ud800", z=None)

    tree = shown(collection)

    assert ["info", "item", "auth", "event", "x", "y", "z"] == list(tree)
    assert collection["x"] == tree["x"]
    assert collection["y"] == tree["y"]


def test_a_document_that_is_stored_in_a_wrapper_is_shown_without_it() -> None:
    tree = json.loads(json_bytes(with_identities(document({"collection": a_collection()}), STORED)))

    assert "Shop" == tree["info"]["name"]


def test_the_minimal_model_is_the_tree_of_ids_and_names() -> None:
    collection = a_collection(a_folder(an_item(id="i-1", name="Read"), id="f-1", name="Users"), variables={"a": "b"})

    tree = minimal_json(document(collection), STORED)

    assert {"info", "item"} == set(tree)
    assert [
        {
            "name": "Users",
            "id": "f-1",
            "uid": "4711-f-1",
            "item": [{"name": "Read", "id": "i-1", "uid": "4711-i-1"}],
        }
    ] == tree["item"]


def test_a_collection_in_format_v1_is_shown_in_format_v2_1() -> None:
    tree = shown(a_v1_collection(a_v1_request("a", a_v1_response("e")), folders=[a_v1_folder("f", "a")]))

    (folder,) = tree["item"]
    (item,) = folder["item"]
    (example,) = item["response"]
    assert tree["info"]["schema"].endswith("/v2.1.0/collection.json")
    assert ["4711-f", "4711-a", "4711-e"] == [node["uid"] for node in (folder, item, example)]
