"""Whatever a document holds: it is read or refused with one of our errors, and reading says the same every time."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import InvalidInput
from services.core.ids import AccountId
from services.core.postman.collection import Collection
from services.core.postman.document import read_json, write_json
from services.core.postman.environments import read_environment
from services.core.postman.examples import example_to_json
from services.core.postman.reader import CollectionReading, read_collection
from services.core.postman.report import FindingKind
from tests.builders import SCHEMA_2_1, document
from tests.core.postman_trees import any_json, faulty_collections, sound_collections

ACCOUNT = AccountId(7)


def read(tree: Any) -> CollectionReading:
    return read_collection(document(tree), account_id=ACCOUNT)


def without_places(collection: Collection) -> list[Any]:
    return [(example.name, example.request, example.code, example.headers) for example in collection.examples]


@given(tree=any_json() | st.dictionaries(st.sampled_from(["info", "item", "collection", "values", "name"]), any_json()))
def test_any_json_is_read_or_refused_with_a_named_field(tree: Any) -> None:
    for read_document in (read_collection, read_environment):
        try:
            read_document(document(tree), account_id=ACCOUNT)
        except InvalidInput as refusal:
            violations = refusal.violations
        else:
            continue

        assert violations
        assert all(violation.problem and violation.remedy for violation in violations)


@given(tree=faulty_collections())
def test_any_tree_of_items_is_read_with_unique_ids_positions_and_consistent_counts(tree: Any) -> None:
    reading = read(tree)

    examples = list(reading.collection.examples)
    items = reading.collection.items
    assert list(range(len(examples))) == [example.position for example in examples]
    assert len(examples) == len({example.id for example in examples}) == reading.report.example_count
    assert len(items) == len({item.id for item in items}) == reading.report.item_count
    assert all(100 <= example.code < 600 for example in examples)
    assert all((*item.folders, item.name) == example.place for item in items for example in item.examples)


@given(tree=sound_collections())
def test_of_a_sound_collection_every_example_can_be_mocked(tree: Any) -> None:
    reading = read(tree)

    assert FindingKind.CANNOT_BE_MOCKED not in {finding.kind for finding in reading.report.findings}
    assert document(tree).count(b'"originalRequest"') == reading.report.example_count


@given(tree=faulty_collections())
def test_every_finding_points_into_the_document(tree: Any) -> None:
    for finding in read(tree).report.findings:
        node: Any = tree
        *way, last = finding.pointer.split("/")[1:]
        for key in way:
            node = node[int(key)] if isinstance(node, list) else node[key]

        assert isinstance(node, dict | list)
        assert finding.kind is not FindingKind.SELECTOR_ONLY or isinstance(node[int(last)], dict)


@given(tree=faulty_collections())
def test_the_same_file_reads_the_same_again_ids_included(tree: Any) -> None:
    again = read_collection(write_json(read_json(document({"collection": tree}))), account_id=ACCOUNT)

    assert read(tree).collection == again.collection


@given(tree=faulty_collections())
def test_examples_that_are_written_read_as_the_same(tree: Any) -> None:
    collection = read(tree).collection
    written = [{"name": "all", "response": [example_to_json(example) for example in collection.examples]}]
    reread = read({"info": {"name": "x", "schema": SCHEMA_2_1}, "item": written}).collection

    assert without_places(collection) == without_places(reread)
    assert [example.id for example in collection.examples] == [example.id for example in reread.examples]
    assert [example.body for example in collection.examples] == [example.body for example in reread.examples]
