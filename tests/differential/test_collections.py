"""Collections in formats v2.0 and v2.1: each request and example consists of what Postman's library reads of it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from services.core.postman.reader import read_collection
from tests.builders import SCHEMA_2_1, document
from tests.core.postman_trees import sound_collections
from tests.differential.differences import COLLECTION_DIFFERENCES, Difference, rewritten_collection
from tests.differential.real_files import ACCOUNT, real_readings
from tests.differential.sdk import Sdk
from tests.differential.shapes import collection_shape


def read(tree: Any) -> list[dict[str, Any]]:
    return collection_shape(read_collection(document(tree), account_id=ACCOUNT).collection)


@pytest.mark.corpus
def test_every_real_collection_reads_as_postman_reads_it_but_for_the_table(sdk: Sdk, corpus_files: list[Path]) -> None:
    found: set[Difference] = set()
    requests = 0
    for path, _, reading in real_readings(corpus_files, "2.0", "2.1"):
        rewritten, differences = rewritten_collection(reading.tree, COLLECTION_DIFFERENCES)
        ours = collection_shape(reading.collection)
        found |= differences
        requests += sum(1 + len(item["examples"]) for item in ours)

        assert sdk.ask("collection", tree=rewritten) == ours, path
        assert bool(differences) == (sdk.ask("collection", tree=reading.tree) != ours), path

    assert {difference for difference in COLLECTION_DIFFERENCES if difference.is_in_corpus} == found
    assert requests > 3_900


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=sound_collections())
def test_generated_collections_read_as_postman_reads_them_but_for_the_table(sdk: Sdk, tree: Any) -> None:
    rewritten, differences = rewritten_collection(tree, COLLECTION_DIFFERENCES)
    ours = read(tree)

    assert sdk.ask("collection", tree=rewritten) == ours
    assert bool(differences) == (sdk.ask("collection", tree=tree) != ours)


@pytest.mark.parametrize("difference", COLLECTION_DIFFERENCES, ids=lambda difference: str(difference.ours))
def test_each_difference_is_what_the_table_says(sdk: Sdk, difference: Difference) -> None:
    tree = {"info": {"name": "x", "schema": SCHEMA_2_1}, "item": [difference.example]}
    others = [other for other in COLLECTION_DIFFERENCES if other is not difference]
    rewritten, differences = rewritten_collection(tree, COLLECTION_DIFFERENCES)

    assert {difference} == differences
    assert read(tree) == sdk.ask("collection", tree=rewritten)
    assert read(tree) != sdk.ask("collection", tree=rewritten_collection(tree, others)[0])
