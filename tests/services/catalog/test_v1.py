"""Collections in format v1: stored as they came, in format v2.1 from the first edit."""

import json

from tests.builders import document
from tests.core.postman_v1 import a_v1_collection, a_v1_folder, a_v1_request, a_v1_response
from tests.services.catalog.documents import examples_of, new_example
from tests.services.catalog.running import RunningCatalog

V1 = document(
    a_v1_collection(
        a_v1_request("a", a_v1_response("e"), tests="check();"),
        a_v1_request("b", a_v1_response("f", request="nobody")),
        folders=[a_v1_folder("users", "a")],
    )
)


async def test_a_v1_collection_is_kept_byte_for_byte_and_its_examples_are_listed(catalog: RunningCatalog) -> None:
    imported = await catalog.editor.import_collection(V1)
    again = await catalog.editor.import_collection(V1)

    assert ("c", "1.0", 2, 2) == (
        imported.collection.id,
        imported.collection.schema_version,
        imported.collection.item_count,
        imported.collection.example_count,
    )
    assert V1 == (await catalog.viewer.export_collection("c"))[1]
    assert imported.collection == again.collection
    assert [("e", ("USERS", "A")), ("f", ("B",))] == [
        (found.example.id, found.example.place) for found in await examples_of(catalog.viewer, "c")
    ]
    assert [(("B", "F"), "/requests/1/responses/0/request")] == [
        (finding.place, finding.pointer) for finding in imported.report.findings
    ]


async def test_an_edit_stores_a_v1_collection_in_format_v2_1_under_the_same_ids(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(V1)
    before = await examples_of(catalog.viewer, "c")

    created = await catalog.editor.create_example("c", new_example("New", example_id="new"), item_id="b")
    stored, exported = await catalog.viewer.export_collection("c")
    after = await examples_of(catalog.viewer, "c")

    assert "2.1" == stored.schema_version
    assert "new" == created.example.id
    assert [found.example for found in before] == [found.example for found in after[:2]]
    tree = json.loads(exported)
    assert ["users", "b"] == [node["id"] for node in tree["item"]]
    assert "check();" == tree["item"][0]["item"][0]["event"][0]["script"]["exec"][0]
