"""Reading collections: every form that Postman's files have, and what is reported instead of refused."""

from typing import Any

import pytest

from services.core.errors import InvalidInput, TooLarge
from services.core.ids import AccountId
from services.core.postman.collection import (
    Body,
    BodyMode,
    Example,
    Header,
    PathVariable,
    QueryParameter,
    Request,
    Url,
)
from services.core.postman.document import MAX_COLLECTION_BYTES
from services.core.postman.findings import Spot
from services.core.postman.reader import CollectionReading, read_collection
from services.core.postman.report import Finding, FindingKind
from services.core.postman.variable import Variable
from tests.builders import (
    SCHEMA_2_0,
    SCHEMA_2_1,
    a_bare_item,
    a_collection,
    a_folder,
    a_raw_body,
    a_request,
    a_url,
    an_environment,
    an_example,
    an_item,
    document,
)

ACCOUNT = AccountId(7)


def read(*items: Any, **fields: Any) -> CollectionReading:
    return read_collection(document(a_collection(*items, **fields)), account_id=ACCOUNT)


def findings(reading: CollectionReading, kind: FindingKind) -> list[Finding]:
    return [finding for finding in reading.report.findings if finding.kind is kind]


def test_a_collection_is_read_whole() -> None:
    reading = read(
        a_folder(
            a_folder(
                an_item(
                    an_example(
                        name="Found",
                        id="e1",
                        request=a_request("get", a_url("/users/:id", query={"x": "1"}, variables={"id": "5"})),
                        status="OK",
                        headers={"Content-Type": "application/json"},
                        body='{"name": "{{name}}"}',
                        _postman_previewlanguage="json",
                    ),
                    name="Get user",
                    id="i1",
                    request=a_request("POST", "{{baseUrl}}/users", headers={"X-A": "1"}, body=a_raw_body("{}")),
                ),
                name="By id",
            ),
            name="Users",
        ),
        variables={"baseUrl": "https://x.y"},
    )

    collection = reading.collection
    assert ("c0ffee00-0000-4000-8000-000000000001", "Shop", "2.1") == (
        collection.id,
        collection.name,
        collection.schema_version,
    )
    assert (Variable(key="baseUrl", value="https://x.y", type="string"),) == collection.variables
    (item,) = collection.items
    assert ("i1", "Get user", ("Users", "By id")) == (item.id, item.name, item.folders)
    assert (
        Request(
            method="POST",
            url=Url(base="{{baseUrl}}", path="/users"),
            headers=(Header(key="X-A", value="1"),),
            body=Body(mode=BodyMode.RAW, raw="{}", language="json"),
        )
        == item.request
    )
    assert (
        Example(
            id="e1",  # type: ignore[arg-type] # An id as the file has it.
            item_id=item.id,
            place=("Users", "By id", "Get user"),
            position=0,
            name="Found",
            request=Request(
                method="GET",
                url=Url(
                    base="{{baseUrl}}",
                    path="/users/:id",
                    query=(QueryParameter(key="x", value="1"),),
                    path_variables=(PathVariable(key="id", value="5"),),
                ),
            ),
            code=200,
            status="OK",
            headers=(Header(key="Content-Type", value="application/json"),),
            body='{"name": "{{name}}"}',
            preview_language="json",
        ),
    ) == item.examples
    assert (1, 1, ()) == (reading.report.item_count, reading.report.example_count, reading.report.findings)


def test_items_and_examples_come_in_document_order() -> None:
    reading = read(
        an_item(an_example(name="a", url="/1"), an_example(name="b", url="/2"), name="first"),
        a_folder(an_item(an_example(name="c", url="/3"), name="inner"), a_bare_item(name="bare"), name="folder"),
        an_item(an_example(name="d", url="/4"), name="last"),
    )

    assert ["first", "inner", "bare", "last"] == [item.name for item in reading.collection.items]
    assert [("a", 0), ("b", 1), ("c", 2), ("d", 3)] == [
        (example.name, example.position) for example in reading.collection.examples
    ]
    assert (4, 4) == (reading.report.item_count, reading.report.example_count)


@pytest.mark.parametrize(
    ("schema", "version"),
    [
        (SCHEMA_2_0, "2.0"),
        (SCHEMA_2_1, "2.1"),
        ("http://schema.getpostman.com/json/draft-07/collection/v2.1.0/collection.json", "2.1"),
        ("https://schema.postman.com/json/collection/v2.0.0/", "2.0"),
        ("https://schema.postman.com/collection/v2.1.0", "2.1"),
    ],
)
def test_the_version_is_read_from_the_schema_wherever_that_is_hosted(schema: str, version: str) -> None:
    reading = read(schema=schema)

    assert (version, ()) == (reading.collection.schema_version, reading.report.findings)


@pytest.mark.parametrize("draft", ["2.0.0-rc.1", "2.0.0-draft.4"])
def test_a_draft_of_the_format_is_read_with_a_warning(draft: str) -> None:
    reading = read(schema=f"http://schema.getpostman.com/json/collection/v{draft}/collection.json")

    (finding,) = reading.report.findings
    assert "2.0" == reading.collection.schema_version
    assert (FindingKind.WARNING, "/info/schema", f"names the draft {draft}: read as 2.0") == (
        finding.kind,
        finding.pointer,
        finding.reason,
    )


def test_a_collection_in_the_wrapper_of_postmans_api_is_read_and_its_pointers_lead_through_the_wrapper() -> None:
    tree = a_collection(an_item(an_example(code=None)))

    reading = read_collection(document({"collection": tree}), account_id=ACCOUNT)

    assert tree == reading.tree
    assert ["/collection/item/0/response/0/code"] == [finding.pointer for finding in reading.report.findings]


def test_nul_bytes_and_lone_surrogates_in_text_survive() -> None:
    reading = read(an_item(an_example(name="a\0b", body="c\0\ud83dd", headers={"X-\ud83d": "\0"})))

    (example,) = reading.collection.examples
    assert ("a\0b", "c\0\ud83dd") == (example.name, example.body)
    assert (Header(key="X-\ud83d", value="\0"),) == example.headers


# What makes the whole file no collection.


@pytest.mark.parametrize(
    ("tree", "problems"),
    [
        ([], [": must be object"]),
        ("text", [": must be object"]),
        (None, [": must be object"]),
        ({}, [": must have required property 'info'", ": must have required property 'item'"]),
        ({"item": []}, [": must have required property 'info'"]),
        (
            {"info": {}},
            [
                "info: must have required property 'name'",
                "info: must have required property 'schema'",
                ": must have required property 'item'",
            ],
        ),
        ({"info": {"name": "x"}, "item": []}, ["info: must have required property 'schema'"]),
        ({"info": {"name": 5, "schema": SCHEMA_2_1}, "item": {}}, ["info.name: must be string", "item: must be array"]),
        ({"info": [], "item": None}, ["info: must be object", "item: must be array"]),
        ({"collection": {"item": []}}, [": must have required property 'info'"]),
        ({"collection": 5}, [": must have required property 'info'", ": must have required property 'item'"]),
    ],
)
def test_a_file_that_is_no_collection_is_refused_with_a_violation_for_each_fault(
    tree: Any, problems: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_collection(document(tree), account_id=ACCOUNT)

    violations = refusal.value.violations
    assert problems == [f"{violation.field}: {violation.problem}" for violation in violations]
    assert all(violation.remedy for violation in violations)


@pytest.mark.parametrize(
    ("tree", "field", "problem"),
    [
        (
            a_collection(schema="https://schema.getpostman.com/json/collection/v1.0.0/collection.json"),
            "info.schema",
            "format v1, which has no info and no item",
        ),
        (a_collection(schema=SCHEMA_2_1.replace("v2.1.0", "v3.0.0")), "info.schema", "no known version of the format"),
        (a_collection(schema=SCHEMA_2_1.replace("v2.1.0", "v2.2.0")), "info.schema", "no known version of the format"),
        (a_collection(schema="https://x.y/schema.json"), "info.schema", "no known version of the format"),
        (an_environment(), "document", "is an environment, not a collection"),
        ({"environment": an_environment()}, "document", "is an environment, not a collection"),
        (an_environment(_postman_variable_scope="globals"), "document", "is a file of global variables"),
        ({"version": 1, "collections": [], "environments": []}, "document", "is a data dump"),
        ({"openapi": "3.0.0", "info": {"title": "x"}, "paths": {}}, "document", "is an OpenAPI description"),
        ({"swagger": "2.0", "info": {"title": "x"}, "paths": {}}, "document", "is an OpenAPI description"),
    ],
)
def test_another_kind_of_file_is_refused_by_what_it_is(tree: Any, field: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_collection(document(tree), account_id=ACCOUNT)

    (violation,) = refusal.value.violations
    assert field == violation.field
    assert problem in violation.problem
    assert violation.remedy


def test_a_collection_over_100_mb_is_refused() -> None:
    with pytest.raises(TooLarge, match="up to 100 MB are accepted"):
        read_collection(b" " * (MAX_COLLECTION_BYTES + 1), account_id=ACCOUNT)


# What loses a part, and never its neighbours.


NO_REQUEST = (
    "has no request: its originalRequest has a method that is an array, not text, "
    "and the request of its item has no url"
)


def test_what_cannot_be_mocked_is_reported_with_its_place_and_its_neighbours_stay() -> None:
    reading = read(
        "no item",
        a_folder(
            an_item(
                an_example(name="good", id="good"),
                an_example(name="bad", id="bad", request={"method": ["GET"], "url": "/x"}),
                5,
                None,
                an_example(name="also good", id="also-good", url="/other"),
                name="Item/with ~ slash",
                request={"method": "GET"},
            ),
            None,
            name="Folder",
        ),
        a_folder(name="Odd folder", response=[an_example()]),
        a_bare_item(name="Odd item", response={}, item={}),
    )

    where = ("Folder", "Item/with ~ slash")
    assert ["good", "also-good"] == [example.id for example in reading.collection.examples]
    assert {
        ((), "/item/0", "is text, not an object", None),
        (("Folder",), "/item/1/item/1", "is null, not an object", None),
        (
            (*where, "bad"),
            "/item/1/item/0/response/1",
            NO_REQUEST,
            "bad",
        ),
        (where, "/item/1/item/0/response/2", "is a number, not an object", None),
        (where, "/item/1/item/0/response/3", "is null, not an object", None),
        (("Odd folder",), "/item/2/response", "belongs to a folder, which has no request to answer", None),
        (("Odd item",), "/item/3/item", "is an object, not an array", None),
        (("Odd item",), "/item/3/response", "is an object, not an array", None),
    } == {
        (finding.place, finding.pointer, finding.reason, finding.example_id)
        for finding in findings(reading, FindingKind.CANNOT_BE_MOCKED)
    }


def test_a_pointer_escapes_what_json_pointers_escape() -> None:
    assert "/item/0/a~1b~0c" == Spot((), ("item", 0)).below("a/b~c").pointer


def test_a_request_that_cannot_be_read_is_reported_even_without_examples() -> None:
    reading = read(a_bare_item(request={"method": "GET", "header": []}), {"name": "empty"})

    assert [None, None] == [item.request for item in reading.collection.items]
    assert [("/item/0/request", "has no url"), ("/item/1/request", "is missing")] == [
        (finding.pointer, finding.reason) for finding in findings(reading, FindingKind.WARNING)
    ]


def test_the_findings_of_a_kind_are_limited_and_the_rest_is_counted() -> None:
    reading = read(*[5] * 1_500, an_item(*[an_example(id=f"e{number}") for number in range(1_200)]))

    assert 1_000 == len(findings(reading, FindingKind.CANNOT_BE_MOCKED))
    assert 1_000 == len(findings(reading, FindingKind.SELECTOR_ONLY))
    assert 500 + 199 == reading.report.omitted_count


# Nulls and odd types, wherever they may stand.


def test_null_is_allowed_everywhere_below_the_root() -> None:
    reading = read(
        {"name": None, "request": None, "response": None, "item": None},
        an_item(
            {
                "id": None,
                "name": None,
                "originalRequest": None,
                "status": None,
                "code": 201,
                "header": None,
                "body": None,
                "cookie": None,
                "_postman_previewlanguage": None,
            },
            request={"method": None, "url": {"raw": None, "host": None, "path": None}, "header": None, "body": None},
        ),
        variable=None,
    )

    (example,) = reading.collection.examples
    assert ("", 201, "", (), "", "") == (
        example.name,
        example.code,
        example.status,
        example.headers,
        example.body,
        example.preview_language,
    )
    assert Request(method="GET", url=Url()) == example.request


@pytest.mark.parametrize("description", ["About", {"content": "About", "type": "text/markdown"}])
def test_a_description_is_text_or_an_object(description: Any) -> None:
    tree = a_collection()
    tree["info"]["description"] = description

    assert "About" == read_collection(document(tree), account_id=ACCOUNT).collection.description
