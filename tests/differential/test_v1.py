"""Collections in format v1: converted as Postman's own transformer converts them, ids included."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.postman.collection import Collection
from services.core.postman.reader import read_collection
from tests.builders import document
from tests.core.postman_v1 import REQUEST_FIELDS, URLS, a_v1_collection
from tests.differential.differences import V1_DIFFERENCES, V1Difference, rewritten_v1
from tests.differential.real_files import ACCOUNT, real_readings, tree_of
from tests.differential.sdk import Sdk
from tests.differential.shapes import collection_shape


@pytest.mark.corpus
def test_every_real_v1_collection_reads_as_postmans_conversion_of_it(sdk: Sdk, corpus_files: list[Path]) -> None:
    found: set[V1Difference] = set()
    files = 0
    for path, content, _ in real_readings(corpus_files, "1.0"):
        tree = tree_of(content)
        rewritten, differences = rewritten_v1(tree)
        found |= differences
        files += 1

        assert theirs(sdk, rewritten) == ours(rewritten), path
        assert without_ids(ours(rewritten)) == without_ids(ours(tree)), path
        assert bool(differences) == (theirs(sdk, tree) != ours(tree)), path

    assert 61 == files
    assert {difference for difference in V1_DIFFERENCES if difference.is_in_corpus} == found


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    request=st.fixed_dictionaries({"method": st.sampled_from(["GET", "post"]), "url": URLS}, optional=REQUEST_FIELDS)
)
def test_generated_requests_read_as_postmans_conversion_of_them(sdk: Sdk, request: Any) -> None:
    tree = a_v1_collection({"id": "r", "name": "R", **deepcopy(request)})
    rewritten, _ = rewritten_v1(tree)

    assert theirs(sdk, rewritten) == ours(tree)


@pytest.mark.parametrize("difference", V1_DIFFERENCES, ids=lambda difference: str(difference.ours))
def test_each_difference_is_what_the_table_says(sdk: Sdk, difference: V1Difference) -> None:
    tree = {"name": "x", "id": "c", **difference.example}
    rewritten, _ = rewritten_v1(tree)

    assert difference.rewrite(tree) is not tree
    assert without_ids(theirs(sdk, rewritten)) == without_ids(ours(tree))
    assert without_ids(theirs(sdk, tree)) != without_ids(ours(tree))


def ours(tree: Any) -> list[Any]:
    return shape(read_collection(document(tree), account_id=ACCOUNT).collection)


def theirs(sdk: Sdk, tree: Any) -> list[Any]:
    """Return what we read of the collection in format v2.1 that Postman's transformer makes of one in v1."""
    return ours(sdk.ask("v1", tree=tree))


def shape(collection: Collection) -> list[Any]:
    """Return each item with its place and the ids of it and its examples."""
    return [
        (item.folders, read, item.id, [example.id for example in item.examples])
        for item, read in zip(collection.items, collection_shape(collection), strict=True)
    ]


def without_ids(shapes: list[Any]) -> list[Any]:
    return [(folders, read) for folders, read, _, _ in shapes]
