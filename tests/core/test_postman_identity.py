"""Ids: the file's own are kept, all others are minted from where a thing stands, and stay."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.ids import AccountId, CollectionId
from services.core.postman.identity import MAX_ID_LENGTH, mint
from services.core.postman.reader import CollectionReading, read_collection
from services.core.postman.report import FindingKind
from tests.builders import (
    a_collection,
    a_folder,
    an_example,
    an_item,
    document,
)

ACCOUNT = AccountId(7)


def read(*items: Any, **fields: Any) -> CollectionReading:
    return read_collection(document(a_collection(*items, **fields)), account_id=ACCOUNT)


def test_the_files_own_ids_are_kept_whatever_they_look_like() -> None:
    reading = read(
        an_item(an_example(id="4711-0709464c-ccfd-4c4c-b2e3-e216216b67b6"), id="A deadbeef"),
        an_item(an_example(id=12, url="/2"), _postman_id="old-name-of-id"),
        an_item(an_example(id=1.5, url="/3"), id=""),
        id="4711-c0ffee",
    )

    assert CollectionId("4711-c0ffee") == reading.collection.id
    assert ["A deadbeef", "old-name-of-id"] == [item.id for item in reading.collection.items[:2]]
    assert ["4711-0709464c-ccfd-4c4c-b2e3-e216216b67b6", "12", "1.5"] == [
        example.id for example in reading.collection.examples
    ]
    assert () == reading.report.findings


def test_a_collection_without_an_id_gets_one_from_account_and_name() -> None:
    def id_of(name: str, account_id: int) -> str:
        tree = a_collection(name=name, id=None)
        return read_collection(document(tree), account_id=AccountId(account_id)).collection.id

    assert id_of("Shop", 7) == id_of("Shop", 7)
    assert 3 == len({id_of("Shop", 7), id_of("Shop", 8), id_of("Stop", 7)})
    assert 5 == UUID(id_of("Shop", 7)).version


def test_minted_ids_never_change_between_releases() -> None:
    """They are what x-mock-response-id and stored examples refer to: these literals may not be adapted."""
    reading = read(a_folder(an_item(an_example(name="OK"), name="Get"), name="Users"), id=None)

    (item,) = reading.collection.items
    assert "6474a96b-56dc-5dc2-9f10-c13e96c98150" == reading.collection.id
    assert "bd42e656-ca03-55f5-91cd-5c5bf32372a2" == item.id
    assert "1290ac65-ece7-5b5d-b74a-57a377455a42" == item.examples[0].id


def test_minted_ids_of_items_and_examples_are_distinct_and_shaped_like_uuids() -> None:
    reading = read(
        an_item(an_example(), an_example()),
        an_item(an_example(), an_example()),
        a_folder(an_item(an_example(), an_example()), an_item()),
        a_folder(an_item(an_example(), an_example())),
    )

    ids = [item.id for item in reading.collection.items] + [example.id for example in reading.collection.examples]
    assert 5 + 9 == len(set(ids))
    assert {5} == {UUID(id_).version for id_ in ids}


def test_minted_ids_survive_changes_to_neighbours_of_other_names() -> None:
    before = read(an_item(an_example(name="kept"), name="Item"))
    after = read(
        an_item(name="New item"),
        an_item(an_example(name="new", url="/new"), an_example(name="kept", body="changed"), name="Item"),
        a_folder(name="New folder"),
        id="another-collection",
    )

    (kept,) = before.collection.examples
    assert (kept.id, kept.item_id) in {(example.id, example.item_id) for example in after.collection.examples}


def test_a_duplicate_id_stays_with_the_first_and_the_others_get_minted_ones_with_a_warning() -> None:
    reading = read(
        an_item(an_example(id="twice"), id="item"),
        an_item(an_example(id="twice", url="/2"), an_example(id="once", url="/3"), name="Second", id="item"),
    )

    first, second, third = reading.collection.examples
    assert ("twice", "once") == (first.id, third.id)
    assert 5 == UUID(second.id).version
    assert [
        ("/item/1/id", f"is taken by an earlier one: 'item'; this item is known as {second.item_id} instead", None),
        (
            "/item/1/response/0/id",
            f"is taken by an earlier one: 'twice'; this example is known as {second.id} instead",
            second.id,
        ),
    ] == [(finding.pointer, finding.reason, finding.example_id) for finding in reading.report.findings]


def test_an_item_and_an_example_may_have_the_same_id() -> None:
    reading = read(an_item(an_example(id="same"), id="same"))

    assert () == reading.report.findings


@pytest.mark.parametrize("id_", ["a\0b", "a\ud83d", "x" * (MAX_ID_LENGTH + 1), True, [], {}], ids=repr)
def test_an_id_that_no_caller_could_send_is_replaced_with_a_warning(id_: Any) -> None:
    reading = read(an_item(an_example(id=id_)), id=id_)

    (example,) = reading.collection.examples
    assert [5, 5] == [UUID(reading.collection.id).version, UUID(example.id).version]
    assert ["/info/_postman_id", "/item/0/response/0/id"] == [finding.pointer for finding in reading.report.findings]
    assert {FindingKind.WARNING} == {finding.kind for finding in reading.report.findings}


def test_a_minted_id_never_takes_one_that_stands_in_the_file() -> None:
    taken = mint("example", "Get user", 0, "OK", 0)

    reading = read(an_item(an_example(), an_example(id=taken, url="/2")))

    first, second = reading.collection.examples
    assert taken == second.id
    assert taken != first.id
    assert () == reading.report.findings


PARTS = st.lists(st.text(max_size=3) | st.integers(), max_size=4)


@given(one=PARTS, other=PARTS)
def test_the_same_parts_and_only_they_mint_the_same_id(one: list[str | int], other: list[str | int]) -> None:
    assert (one == other) == (mint(*one) == mint(*other))


def test_names_with_lone_surrogates_mint_ids_too() -> None:
    assert 5 == UUID(mint("\ud83d")).version
