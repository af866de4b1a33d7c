"""Editing a collection in its own JSON: what changes, what stays, and that no id ever moves."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import AlreadyExists, FailedPrecondition, InvalidInput, NotFound, TooLarge
from services.core.ids import AccountId, CollectionId, ExampleId, ItemId
from services.core.postman import edit
from services.core.postman.collection import Collection
from services.core.postman.document import MAX_COLLECTION_BYTES, MAX_DEPTH
from services.core.postman.examples import example_to_json
from services.core.postman.reader import read_collection
from tests.builders import a_bare_item, a_collection, a_folder, an_example, an_item, document
from tests.core.postman_trees import NAMES, faulty_collections, sound_collections

SHOP = CollectionId("c0ffee00-0000-4000-8000-000000000001")


def collection_of(file: bytes) -> Collection:
    return read_collection(file, account_id=AccountId(7)).collection


def ids_of(file: bytes) -> list[ExampleId]:
    return [example.id for example in collection_of(file).examples]


def names_of(file: bytes) -> list[str]:
    return [example.name for example in collection_of(file).examples]


def first_item_of(file: bytes) -> ItemId:
    return collection_of(file).items[0].id


def test_items_are_listed_in_document_order_with_their_ids() -> None:
    file = document(
        a_collection(a_bare_item(name="a", id="1"), a_folder(an_item(an_example(id="e"), name="b", id="2"), name="F"))
    )

    assert (
        edit.ItemEntry(id=ItemId("1"), name="a", folders=(), example_ids=()),
        edit.ItemEntry(id=ItemId("2"), name="b", folders=("F",), example_ids=(ExampleId("e"),)),
    ) == edit.list_items(file)


def test_an_example_is_found_as_it_stands_in_the_document() -> None:
    example = an_example(id="e", unknown={"x": 1})

    assert example == edit.find_example(document(a_collection(an_item(example))), ExampleId("e"))


def test_an_added_example_comes_last_with_its_own_id() -> None:
    file = document(a_collection(an_item(an_example(id="a"), id="i"), an_item(an_example(id="z"))))

    added = edit.add_example(file, ItemId("i"), an_example(id="b", name="New", url="/new"))

    assert "b" == added.id
    assert ["a", "b", "z"] == ids_of(added.document)


def test_an_added_example_without_an_id_gets_one_that_is_written_down() -> None:
    file = document(a_collection(an_item(id="i")))

    added = edit.add_example(file, ItemId("i"), an_example(name="New"))

    assert added.id == ids_of(added.document)[1] == edit.find_example(added.document, ExampleId(added.id))["id"]


def test_adding_leaves_the_callers_value_alone() -> None:
    value = a_folder(an_item(an_example()))
    before = json.dumps(value)

    edit.add_item(document(a_collection()), value)

    assert before == json.dumps(value)


@pytest.mark.parametrize("response", [None, "missing"])
def test_an_example_is_added_to_an_item_that_has_no_array_of_examples_yet(response: Any) -> None:
    item = a_bare_item(id="i", response=None)
    if response == "missing":
        del item["response"]

    added = edit.add_example(document(a_collection(item)), ItemId("i"), an_example(id="e"))

    assert ["e"] == ids_of(added.document)


def test_an_example_made_from_a_noun_reads_as_that_noun() -> None:
    file = document(a_collection(an_item(an_example(id="a", headers={"X": "1"}), id="i")))
    (noun,) = collection_of(file).examples

    replaced = edit.replace_example(file, noun.id, example_to_json(noun))

    assert (noun,) == tuple(collection_of(replaced).examples)


def test_a_replaced_example_keeps_its_place_and_its_id() -> None:
    file = document(a_collection(an_item(an_example(name="a"), an_example(name="b", unknown=1), an_example(name="c"))))
    before = ids_of(file)

    after = edit.replace_example(file, before[1], {"name": "new", "code": 201})

    assert ["a", "new", "c"] == names_of(after)
    assert before == ids_of(after)
    assert {"id": before[1], "name": "new", "code": 201} == edit.find_example(after, before[1])


def test_a_patched_example_keeps_the_fields_that_were_not_named() -> None:
    file = document(a_collection(an_item(an_example(name="a", unknown={"x": [1]}, code=200))))
    (example_id,) = ids_of(file)

    after = edit.patch_example(file, example_id, {"name": "renamed", "code": 404})

    expected = an_example(name="renamed", unknown={"x": [1]}, code=404) | {"id": example_id}
    assert expected == edit.find_example(after, example_id)


def test_a_removed_example_is_gone_and_its_twins_keep_their_ids() -> None:
    file = document(a_collection(an_item(an_example(body="1"), an_example(body="2"), an_example(body="3"))))
    before = ids_of(file)

    after = edit.remove_example(file, before[0])

    assert before[1:] == ids_of(after)
    assert ["2", "3"] == [example.body for example in collection_of(after).examples]


def test_an_example_added_after_a_removal_never_takes_a_twins_id() -> None:
    file = document(a_collection(an_item(an_example(), an_example(), id="i")))
    before = ids_of(file)

    added = edit.add_example(edit.remove_example(file, before[0]), ItemId("i"), an_example())

    assert [before[1], added.id] == ids_of(added.document)
    assert added.id != before[1]


def test_the_duplicate_of_a_removed_id_keeps_the_id_that_was_minted_for_it() -> None:
    file = document(a_collection(an_item(an_example(id="twice"), an_example(id="twice", name="other"))))
    before = ids_of(file)

    assert before[1:] == ids_of(edit.remove_example(file, ExampleId("twice")))


def test_an_item_is_added_to_the_collection_or_to_a_folder() -> None:
    file = document(a_collection(a_folder(name="F", id="f")))

    in_folder = edit.add_item(file, an_item(an_example(id="e"), name="inner", id="i"), folder_id=ItemId("f"))
    at_root = edit.add_item(in_folder.document, an_item(name="outer"))

    assert "i" == in_folder.id
    assert [("inner", ("F",)), ("outer", ())] == [
        (item.name, item.folders) for item in edit.list_items(at_root.document)
    ]
    assert at_root.id == edit.list_items(at_root.document)[1].id


def test_a_renamed_collection_without_an_id_keeps_the_one_it_was_known_by() -> None:
    file = document(a_collection(id=None, name="Shop"))
    known_as = collection_of(file).id

    after = collection_of(edit.rename_collection(file, "Store", collection_id=known_as))

    assert ("Store", known_as) == (after.name, after.id)


def test_fields_of_info_are_set_and_the_others_kept() -> None:
    tree = a_collection()
    tree["info"]["version"] = "1.0"

    after = edit.set_info(document(tree), {"description": "New"}, collection_id=SHOP)

    assert tree["info"] | {"description": "New"} == json.loads(after)["info"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": None}, "info.name"),
        ({"schema": "https://x.y"}, "info.schema"),
        ({"_postman_id": "other"}, "info._postman_id"),
    ],
)
def test_info_that_would_make_the_document_no_collection_is_refused(fields: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        edit.set_info(document(a_collection()), fields, collection_id=SHOP)

    assert [field] == [violation.field for violation in refusal.value.violations]


def test_a_copy_of_a_collection_gets_another_id_and_its_examples_keep_theirs() -> None:
    file = document(a_collection())

    after = edit.set_collection_id(file, CollectionId("copy"))

    assert "copy" == collection_of(after).id
    assert ids_of(file) == ids_of(after)


def test_a_wrapper_stays_around_the_edited_collection() -> None:
    file = document({"collection": a_collection(an_item(an_example(id="e"))), "workspace": "w"})

    after = json.loads(edit.patch_example(file, ExampleId("e"), {"code": 404}))

    assert ["collection", "workspace"] == list(after)
    assert 404 == after["collection"]["item"][0]["response"][0]["code"]


def test_what_an_edit_does_not_touch_stays_json_equal() -> None:
    tree = a_collection(
        an_item(an_example(id="e", big=12345678901234567890123, wide="\ud83d ü \0"), unknown=None),
        "no item",
        a_folder(5, None, name="Odd"),
        event=[{"listen": "test", "script": {"exec": ["x"]}}],
        auth={"type": "noauth"},
    )
    file = document(tree).replace(b'"no item"', b"1e400")

    after = edit.patch_example(file, ExampleId("e"), {"code": 201})

    tree["item"][0]["response"][0]["code"] = 201
    assert b"1e400" in after
    assert tree == json.loads(after.replace(b"1e400", b'"no item"'))


UNKNOWN = ExampleId("unknown")
EDITS_OF_WHAT_IS_NOT_THERE: list[tuple[Callable[[bytes], object], str]] = [
    (lambda file: edit.find_example(file, UNKNOWN), "example"),
    (lambda file: edit.replace_example(file, UNKNOWN, {}), "example"),
    (lambda file: edit.patch_example(file, UNKNOWN, {}), "example"),
    (lambda file: edit.remove_example(file, UNKNOWN), "example"),
    (lambda file: edit.add_example(file, ItemId("unknown"), {}), "item"),
    (lambda file: edit.add_example(file, ItemId("e"), {}), "item"),
    (lambda file: edit.add_item(file, {}, folder_id=ItemId("i")), "folder"),
]


@pytest.mark.parametrize(("change", "kind"), EDITS_OF_WHAT_IS_NOT_THERE)
def test_an_edit_of_what_is_not_there_says_so(change: Callable[[bytes], object], kind: str) -> None:
    with pytest.raises(NotFound) as refusal:
        change(document(a_collection(an_item(an_example(id="e"), id="i"))))

    assert kind == refusal.value.kind


EDITS_THAT_TAKE_AN_ID: list[tuple[Callable[[bytes], object], str]] = [
    (lambda file: edit.add_example(file, ItemId("i"), an_example(id="e")), "example"),
    (lambda file: edit.add_example(file, ItemId("i"), an_example(id=ids_of(file)[1])), "example"),
    (lambda file: edit.add_item(file, an_item(id="f")), "item"),
    (lambda file: edit.add_item(file, a_folder(id="i")), "folder"),
    (lambda file: edit.add_item(file, an_item(an_example(id="e"))), "example"),
    (lambda file: edit.add_item(file, an_item(an_example(id="new"), an_example(id="new"))), "example"),
]


@pytest.mark.parametrize(("change", "kind"), EDITS_THAT_TAKE_AN_ID)
def test_an_id_that_is_taken_is_refused(change: Callable[[bytes], object], kind: str) -> None:
    file = document(a_collection(a_folder(an_item(an_example(id="e"), an_example(), id="i"), id="f")))

    with pytest.raises(AlreadyExists) as refusal:
        change(file)

    assert kind == refusal.value.kind


EDITS_WITH_A_BAD_ID: list[Callable[[bytes], object]] = [
    lambda file: edit.add_example(file, ItemId("i"), an_example(id="a\0")),
    lambda file: edit.add_example(file, ItemId("i"), an_example(id=["e"])),
    lambda file: edit.replace_example(file, ExampleId("e"), an_example(id="other")),
    lambda file: edit.patch_example(file, ExampleId("e"), {"id": None}),
]


@pytest.mark.parametrize("change", EDITS_WITH_A_BAD_ID)
def test_an_id_that_cannot_be_used_or_changed_is_refused(change: Callable[[bytes], object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        change(document(a_collection(an_item(an_example(id="e"), id="i"))))

    assert ["id"] == [violation.field for violation in refusal.value.violations]


def test_an_example_is_not_added_over_what_stands_in_the_place_of_the_array() -> None:
    file = document(a_collection(a_bare_item(id="i", response={"precious": True})))

    with pytest.raises(FailedPrecondition, match="Its response is an object, not an array"):
        edit.add_example(file, ItemId("i"), an_example())


def test_an_edit_never_makes_a_document_that_could_not_be_read_again() -> None:
    file = document(a_collection(an_item(an_example(id="e"))))
    deep: Any = None
    for _ in range(MAX_DEPTH - 3):
        deep = [deep]

    with pytest.raises(InvalidInput, match="nested more than"):
        edit.patch_example(file, ExampleId("e"), {"body": deep})
    with pytest.raises(TooLarge):
        edit.patch_example(file, ExampleId("e"), {"body": "x" * MAX_COLLECTION_BYTES})


# Any tree, any edits: what is left keeps its id, and everything else says what it said.


def ids_by_body(file: bytes) -> dict[Any, tuple[str, str]]:
    """Return the ids of every example and its item, by the body, which the test below makes unique."""
    return {example.body: (example.id, example.item_id) for example in collection_of(file).examples}


def with_unique_bodies(tree: Any) -> Any:
    """Return the tree with each example's body set to a number of its own."""
    numbers = iter(range(1_000))

    def number(node: Any) -> None:
        for child in node.get("item", []):
            number(child)
        for example in node.get("response", []):
            example["body"] = f"body {next(numbers)}"

    number(tree)
    return tree


@given(tree=sound_collections(), data=st.data())
def test_whatever_is_edited_no_id_moves(tree: Any, data: st.DataObject) -> None:
    file = document(with_unique_bodies(tree))
    expected = ids_by_body(file)
    for step in range(data.draw(st.integers(1, 6), label="edits")):
        kind = data.draw(st.sampled_from(["remove", "rename", "add", "add item"]), label="edit")
        example_ids = [example_id for example_id, _ in expected.values()]
        items = edit.list_items(file)
        if kind in {"remove", "rename"} and example_ids:
            chosen = ExampleId(data.draw(st.sampled_from(example_ids), label="example"))
            if kind == "remove":
                file = edit.remove_example(file, chosen)
                expected = {body: ids for body, ids in expected.items() if ids[0] != chosen}
            else:
                file = edit.patch_example(file, chosen, {"name": data.draw(NAMES)})
        elif kind == "add" and items:
            item = data.draw(st.sampled_from(items), label="item")
            added = edit.add_example(file, item.id, an_example(name=data.draw(NAMES), body=f"added {step}"))
            file, expected = added.document, expected | {f"added {step}": (added.id, item.id)}
        else:
            item_added = edit.add_item(file, an_item(an_example(body=f"added {step}"), name=data.draw(NAMES)))
            file = item_added.document
            expected |= {f"added {step}": (edit.list_items(file)[-1].example_ids[0], item_added.id)}

    assert expected == ids_by_body(file)


@given(tree=faulty_collections())
def test_the_first_edit_changes_nothing_but_what_was_asked_for(tree: Any) -> None:
    file = document(tree)

    after = json.loads(edit.set_info(file, {"description": "new"}, collection_id=collection_of(file).id))

    assert tree["item"] == after["item"]
    assert tree["info"] | {"description": "new", "_postman_id": collection_of(file).id} == after["info"]
