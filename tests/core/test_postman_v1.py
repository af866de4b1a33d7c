"""Collections in format v1: they read as what they would be in format v2.1, under the same ids."""

import json
from typing import Any

import pytest
from hypothesis import given

from services.core.errors import InvalidInput, TooLarge
from services.core.ids import AccountId, ExampleId, ItemId
from services.core.postman import edit
from services.core.postman.collection import (
    Body,
    BodyMode,
    Collection,
    Example,
    FormField,
    GraphQL,
    Header,
    PathVariable,
    QueryParameter,
    Request,
    Url,
)
from services.core.postman.document import MAX_COLLECTION_BYTES, read_json
from services.core.postman.reader import CollectionReading, read_collection
from services.core.postman.report import FindingKind
from services.core.postman.urls import url_text
from tests.builders import an_example, an_item, document
from tests.core.postman_v1 import (
    a_v1_collection,
    a_v1_folder,
    a_v1_request,
    a_v1_response,
    faulty_v1_collections,
    v1_collections,
)

ACCOUNT = AccountId(7)


def read(tree: Any) -> CollectionReading:
    return read_collection(document(tree), account_id=ACCOUNT)


def the_request(**fields: Any) -> Request:
    (item,) = read(a_v1_collection(a_v1_request(**fields))).collection.items
    assert item.request is not None
    return item.request


def the_example(response: Any, *others: Any) -> Example:
    """Return the example of a response of the request `r`, beside other requests."""
    return next(iter(read(a_v1_collection(a_v1_request("r", response), *others)).collection.examples))


def arranged(tree: Any) -> list[str]:
    """Return the way to each item, in order: `FOLDER/REQUEST`."""
    return ["/".join((*item.folders, item.name)) for item in read(tree).collection.items]


def warnings(tree: Any) -> list[tuple[str, str, str]]:
    """Return place, pointer and reason of each warning."""
    findings = read(tree).report.findings
    return [(" > ".join(one.place), one.pointer, one.reason) for one in findings if one.kind is FindingKind.WARNING]


def test_a_v1_collection_is_read_with_its_ids() -> None:
    tree = a_v1_collection(a_v1_request("r", a_v1_response("e")), description="All of it")

    reading = read(tree)

    assert (
        Collection(
            id=reading.collection.id,
            name="Shop",
            schema_version="1.0",
            description="All of it",
            items=reading.collection.items,
        )
        == reading.collection
    )
    assert "c" == reading.collection.id
    assert ["r"] == [item.id for item in reading.collection.items]
    assert [
        Example(
            id=ExampleId("e"),
            item_id=ItemId("r"),
            place=("R",),
            position=0,
            name="E",
            request=Request(
                method="GET",
                url=Url(base="{{baseUrl}}", path="/r"),
                body=Body(mode=BodyMode.FORMDATA),
            ),
            code=200,
            status="OK",
            headers=(Header(key="Content-Type", value="application/json"),),
            body='{"name": "Ada"}',
            preview_language="json",
        )
    ] == list(reading.collection.examples)
    assert () == reading.report.findings


def test_a_wrapped_v1_collection_reads_as_the_bare_one() -> None:
    tree = a_v1_collection(a_v1_request("r", a_v1_response(responseCode=None)))

    assert read(tree).collection == read({"collection": tree}).collection
    assert [
        ("R > E", "/collection/requests/0/responses/0/responseCode", "is missing: it answers with 200")
    ] == warnings({"collection": tree})


def test_a_v1_collection_without_ids_gets_the_same_ones_every_time() -> None:
    tree = a_v1_collection({"url": "/a", "name": "a", "responses": [{"text": "x"}]}, order=None)
    del tree["id"]

    first, again = read(tree).collection, read(tree).collection

    assert first == again
    assert 36 == len(first.id) == len(first.items[0].id) == len(first.items[0].examples[0].id)


@pytest.mark.parametrize(
    ("missing", "problem"),
    [("name", "must have required property 'name'"), ("requests", "must have required property 'requests'")],
)
def test_what_a_v1_collection_must_have_is_asked_for(missing: str, problem: str) -> None:
    tree = a_v1_collection(a_v1_request())
    del tree[missing]

    with pytest.raises(InvalidInput) as refusal:
        read(tree)

    assert [("", problem)] == [(violation.field, violation.problem) for violation in refusal.value.violations]


ABCD = [a_v1_request(id_) for id_ in "abcd"]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (a_v1_collection(*ABCD, order=["c", "a", "d", "b"]), ["C", "A", "D", "B"]),
        (a_v1_collection(*ABCD, folders=[a_v1_folder("f", "b", "a")]), ["F/B", "F/A", "C", "D"]),
        (
            a_v1_collection(
                *ABCD,
                folders=[a_v1_folder("g", "c", "d"), a_v1_folder("f", "a", "b", folders_order=["g"])],
                folders_order=["f"],
            ),
            ["F/G/C", "F/G/D", "F/A", "F/B"],
        ),
        (
            a_v1_collection(
                *ABCD,
                folders=[a_v1_folder("f", "a"), a_v1_folder("g", "b"), a_v1_folder("h", "c", "d")],
                folders_order=["h", "g", "f"],
            ),
            ["H/C", "H/D", "G/B", "F/A"],
        ),
        (  # The app also listed folders at the top that stand in others.
            a_v1_collection(
                *ABCD,
                folders=[a_v1_folder("f", "a", folders_order=["g"]), a_v1_folder("g", "b", "c", "d")],
                folders_order=["g", "f"],
            ),
            ["F/G/B", "F/G/C", "F/G/D", "F/A"],
        ),
        (
            a_v1_collection(*ABCD, folders=[a_v1_folder("f", "a"), a_v1_folder("g", "b", folder="f")]),
            ["F/G/B", "F/A", "C", "D"],
        ),
    ],
)
def test_orders_say_what_goes_where(tree: Any, expected: list[str]) -> None:
    assert expected == arranged(tree)
    assert [] == warnings(tree)


def test_what_no_order_names_is_put_where_it_says_and_else_at_the_end() -> None:
    tree = a_v1_collection(
        a_v1_request("a", folder="f"), a_v1_request("b"), a_v1_request("c"), folders=[a_v1_folder("f")], order=["c"]
    )

    assert ["F/A", "C", "B"] == arranged(tree)
    assert [
        ("F > A", "/requests/0", "is named by no order: it is put at the end of 'F'"),
        ("B", "/requests/1", "is named by no order: it is put at the end of the collection"),
    ] == warnings(tree)


def test_what_several_orders_name_stands_where_the_first_has_it() -> None:
    tree = a_v1_collection(a_v1_request("a"), folders=[a_v1_folder("f", "a", "a"), a_v1_folder("g", "a")], order=["a"])

    assert ["F/A"] == arranged(tree)


def test_an_order_that_names_what_is_not_there_is_told_of_once() -> None:
    tree = a_v1_collection(
        a_v1_request("a"),
        folders=[a_v1_folder("f", "x", "y", folders_order=["g"]), a_v1_folder("g", "z")],
        order=["a", None, "x"],
    )

    assert [
        ("F", "/folders/0/order", "names 2 requests that the collection does not have"),
        ("F > G", "/folders/1/order", "names 1 request that the collection does not have"),
        ("", "/order", "names 1 request that the collection does not have"),
    ] == warnings(tree)


def test_folders_that_contain_each_other_come_to_an_end() -> None:
    circle = [
        a_v1_folder("f", "a", folders_order=["g"]),
        a_v1_folder("g", "b", folders_order=["h"]),
        a_v1_folder("h", "c", folders_order=["f", "h"]),
        a_v1_folder("s", "d", folders_order=["s"]),
    ]

    assert ["G/H/F/A", "G/H/C", "G/B", "S/D"] == arranged(a_v1_collection(*ABCD, folders=circle))


def test_of_two_with_the_same_id_both_are_kept() -> None:
    tree = a_v1_collection(a_v1_request("a", url="/1"), a_v1_request("a", url="/2"), order=["a"])

    items = read(tree).collection.items

    assert ["/1", "/2"] == [url_text(item.request.url) for item in items if item.request is not None]
    assert "a" == items[0].id
    assert "a" != items[1].id


def test_folders_may_be_nested_as_deep_as_a_document() -> None:
    chain = [a_v1_folder(str(depth), folders_order=[str(depth + 1)]) for depth in range(10_000)]

    assert 1 == read(a_v1_collection(a_v1_request("a", folder="200"), folders=chain[:201], order=[])).report.item_count
    with pytest.raises(InvalidInput, match="would be nested more than 512 levels deep"):
        read(a_v1_collection(a_v1_request("a"), folders=chain))


def test_what_is_neither_folder_request_nor_response_is_reported_and_hurts_nobody() -> None:
    tree = a_v1_collection(a_v1_request("a", a_v1_response("e")), folders=[a_v1_folder("f")])
    tree["folders"].append(5)
    tree["requests"] += [None, {**a_v1_request("b"), "responses": "none"}]
    tree["requests"][0]["responses"].insert(0, ["x"])

    reading = read(tree)

    assert ["e"] == [example.id for example in reading.collection.examples]
    assert {
        ("", "/folders/1", "is a number, not an object"),
        ("", "/requests/1", "is null, not an object"),
        ("A", "/requests/0/responses/0", "is an array, not an object"),
        ("B", "/requests/2/responses", "is text, not an array"),
    } == {
        (" > ".join(finding.place), finding.pointer, finding.reason)
        for finding in reading.report.findings
        if finding.kind is FindingKind.CANNOT_BE_MOCKED
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"headers": "A: 1\nB: http://x.y\n"}, [("A", "1", True), ("B", "http://x.y", True)]),
        ({"headers": "A: 1\n// B: 2\n//C: 3"}, [("A", "1", True), ("B", "2", False), ("C", "3", False)]),
        ({"headers": "[object Object]"}, []),
        ({"headers": None}, []),
        (
            {"headers": [{"key": "A", "value": "1"}, {"name": "B", "value": "2", "enabled": False}]},
            [("A", "1", True), ("B", "2", False)],
        ),
        (
            {
                "headers": "A: old\nC: 3",
                "headerData": [
                    {"key": "A", "value": "1", "enabled": True},
                    {"key": "//B", "value": "2", "description": ""},
                ],
            },
            [("A", "1", True), ("B", "2", False), ("C", "3", True)],
        ),
    ],
)
def test_headers_are_text_or_data(fields: Any, expected: list[tuple[str, str, bool]]) -> None:
    headers = tuple(Header(key=key, value=value, is_disabled=not is_enabled) for key, value, is_enabled in expected)

    assert headers == the_request(**fields).headers


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"url": "{{u}}/a?x=1&y"},
            Url(base="{{u}}", path="/a", query=(QueryParameter(key="x", value="1"), QueryParameter(key="y"))),
        ),
        (
            {
                "url": "https://x.y/a?x=1",
                "queryParams": [
                    {"key": "x", "value": "2", "equals": True, "enabled": True},
                    {"key": "n", "value": None, "equals": True},
                    {"key": "e", "value": "", "equals": False},
                    {"key": "v", "value": "3", "equals": False, "enabled": False},
                    {"key": "o", "value": None},
                ],
            },
            Url(
                base="https://x.y",
                path="/a",
                query=(
                    QueryParameter(key="x", value="2"),
                    QueryParameter(key="n", value=""),
                    QueryParameter(key="e"),
                    QueryParameter(key="v", value="3", is_disabled=True),
                    QueryParameter(key="o"),
                ),
            ),
        ),
        (
            {
                "url": "/:a/:b",
                "pathVariables": {"a": "1", "b": "2"},
                "pathVariableData": [{"id": "x", "key": "b", "value": "3"}],
            },
            Url(path="/:a/:b", path_variables=(PathVariable(key="b", value="3"), PathVariable(key="a", value="1"))),
        ),
        ({"url": "/a", "pathVariables": None, "queryParams": []}, Url(path="/a")),
        ({"url": {"path": ["a"]}}, Url(path="/a")),
    ],
)
def test_urls_come_with_parameters_and_variables(fields: Any, expected: Url) -> None:
    assert expected == the_request(**fields).url


TWO_FIELDS = [{"key": "a", "value": "1", "enabled": True}, {"key": "b", "value": "2", "enabled": False}, {"value": "3"}]
TWO_READ = (FormField(key="a", value="1"), FormField(key="b", value="2", is_disabled=True))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"dataMode": None, "rawModeData": "x"}, None),
        ({"dataMode": "", "data": [], "rawModeData": None}, None),
        ({"dataMode": "raw", "rawModeData": "x", "data": []}, Body(mode=BodyMode.RAW, raw="x")),
        ({"dataMode": "raw", "rawModeData": ["x"]}, Body(mode=BodyMode.RAW, raw="x")),
        ({"dataMode": "raw", "data": "x"}, Body(mode=BodyMode.RAW, raw="x")),
        ({"dataMode": "raw", "rawModeData": []}, Body(mode=BodyMode.RAW)),
        (
            {"dataMode": "raw", "rawModeData": "{}", "dataOptions": {"raw": {"language": "json"}}},
            Body(mode=BodyMode.RAW, raw="{}", language="json"),
        ),
        ({"dataMode": "raw", "rawModeData": "x", "dataDisabled": True}, None),
        ({"dataMode": "urlencoded", "data": TWO_FIELDS}, Body(mode=BodyMode.URLENCODED, fields=TWO_READ)),
        ({"dataMode": "urlencoded", "data": "a=1"}, Body(mode=BodyMode.URLENCODED, fields=TWO_READ[:1])),
        ({"dataMode": "params", "data": TWO_FIELDS}, Body(mode=BodyMode.FORMDATA, fields=TWO_READ)),
        (
            {
                "dataMode": "params",
                "data": [{"key": "f", "type": "file", "value": ["a", "b"]}, {"key": "g", "type": "file"}],
            },
            Body(
                mode=BodyMode.FORMDATA,
                fields=(
                    FormField(key="f", is_file=True, source="a"),
                    FormField(key="f", is_file=True, source="b"),
                    FormField(key="g", is_file=True),
                ),
            ),
        ),
        ({"dataMode": "binary", "rawModeData": "a.bin", "data": []}, Body(mode=BodyMode.FILE, source="a.bin")),
        ({"dataMode": "binary", "rawModeData": None}, Body(mode=BodyMode.FILE)),
        (
            {"dataMode": "graphql", "graphqlModeData": {"query": "{a}", "variables": '{"b": 1}', "operationName": "O"}},
            Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query="{a}", variables='{"b": 1}', operation_name="O")),
        ),
        (
            {"dataMode": "graphql", "data": {"query": "{a}"}, "dataOptions": {"graphql": {}}},
            Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query="{a}")),
        ),
        ({"dataMode": "", "rawModeData": "x"}, Body(mode=BodyMode.RAW, raw="x")),
        ({"dataMode": "", "data": TWO_FIELDS}, Body(mode=BodyMode.FORMDATA, fields=TWO_READ)),
        (
            {"dataMode": "", "data": None, "graphqlModeData": {"query": "{a}"}},
            Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query="{a}")),
        ),
    ],
)
def test_every_data_mode_is_read(fields: Any, expected: Body | None) -> None:
    assert expected == the_request(**fields).body


def test_an_unknown_data_mode_is_reported_in_its_place() -> None:
    tree = a_v1_collection(a_v1_request("a", dataMode="smoke"), folders=[a_v1_folder("f", "a")])

    ((place, pointer, reason),) = warnings(tree)

    assert ("F > A", "/requests/0/dataMode") == (place, pointer)
    assert reason.startswith("is 'smoke', which is none of")


OTHER = a_v1_request("other", method="PUT", url="/other")
SAVED = {"method": "POST", "url": "/saved", "headers": "A: 1", "dataMode": "raw", "rawModeData": "x"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "GET {{baseUrl}}/r"),
        ({"request": "r"}, "GET {{baseUrl}}/r"),
        ({"request": "other"}, "PUT /other"),
        ({"request": '"other"'}, "PUT /other"),
        ({"request": "nobody"}, "GET {{baseUrl}}/r"),
        ({"request": SAVED}, "POST /saved"),
        ({"request": json.dumps(SAVED)}, "POST /saved"),
        ({"request": "other", "requestObject": json.dumps(SAVED)}, "POST /saved"),
        ({"request": SAVED, "requestObject": ""}, "POST /saved"),
        ({"requestObject": SAVED}, "POST /saved"),
        ({"requestObject": '{"method": "POST"'}, "GET {{baseUrl}}/r"),
        ({"request": 5}, "GET {{baseUrl}}/r"),
    ],
)
def test_an_example_answers_the_request_that_it_was_saved_with(fields: Any, expected: str) -> None:
    request = the_example(a_v1_response(**fields), OTHER).request

    assert expected == f"{request.method} {url_text(request.url)}"


def test_the_saved_request_comes_with_headers_and_body() -> None:
    request = the_example(a_v1_response(requestObject=json.dumps(SAVED))).request

    assert (Header(key="A", value="1"),) == request.headers
    assert Body(mode=BodyMode.RAW, raw="x") == request.body


@pytest.mark.parametrize(
    ("fields", "pointer", "reason"),
    [
        ({"request": "nobody"}, "request", "names no request of the collection: the request of its item is used"),
        ({"request": 5}, "request", "is a number, not an object: the request of its item is used"),
        ({"requestObject": {"method": "PUT"}}, "requestObject", "has no url: the request of its item is used"),
        ({"responseCode": {"code": 99}}, "responseCode/code", "is 99, which is no status code: it answers with 200"),
        ({"text": 5}, "text", "is a number, not text: its JSON text is used"),
        ({"requestObject": {"url": "/a", "dataMode": "x"}}, "requestObject/dataMode", "is 'x', which is none of"),
        ({"requestObject": '{"url": "/a", "dataMode": "x"}'}, "requestObject", "is 'x', which is none of"),
    ],
)
def test_warnings_about_an_example_name_its_place(fields: Any, pointer: str, reason: str) -> None:
    tree = a_v1_collection(a_v1_request("a", a_v1_response(**fields)), folders=[a_v1_folder("f", "a")])

    ((place, found, said),) = warnings(tree)

    assert "F > A > E" == place
    assert f"/requests/0/responses/0/{pointer}" == found
    assert said.startswith(reason)


def test_examples_stand_in_their_order_and_those_that_it_does_not_name_behind() -> None:
    responses = [a_v1_response(id_, request={"url": f"/{id_}"}) for id_ in "abcd"]
    tree = a_v1_collection(a_v1_request("r", *responses, responses_order=["c", "nobody", "a"]))

    assert ["c", "a", "b", "d"] == [example.id for example in read(tree).collection.examples]


def test_an_example_without_a_name_goes_by_the_one_that_postman_gives_it() -> None:
    assert "response" == the_example(a_v1_response(name=None)).name


def test_headers_of_an_example_may_have_name_for_key() -> None:
    headers = [{"name": "A", "value": "1"}, {"key": "B", "name": "Bee", "value": "2"}]

    assert (Header(key="A", value="1"), Header(key="B", value="2")) == the_example(
        a_v1_response(headers=headers)
    ).headers
    assert (Header(key="A", value="1"),) == the_example(a_v1_response(headers="A: 1")).headers


def test_variables_are_those_of_the_collection() -> None:
    variables = [{"key": "a", "value": "1", "type": "text"}, {"id": "b", "value": "2", "disabled": True}]

    found = read(a_v1_collection(a_v1_request(), variables=variables)).collection.variables

    assert [("a", "1", True), ("b", "2", False)] == [(one.key, one.value, one.is_enabled) for one in found]


def test_requests_that_are_repeated_beyond_every_limit_are_refused() -> None:
    large = a_v1_request("large", rawModeData="x" * (MAX_COLLECTION_BYTES // 100), dataMode="raw")
    responses = [a_v1_response(str(number), request="large") for number in range(101)]

    with pytest.raises(TooLarge, match="refer to large requests too often"):
        read(a_v1_collection(a_v1_request("r", *responses), large))


RICH = a_v1_collection(
    a_v1_request(
        "a",
        a_v1_response("e", request={"url": "/e"}),
        preRequestScript="before();\nagain();",
        tests="check();",
        currentHelper="hawkAuth",
        helperAttributes={"id": "hawk", "hawk_id": "me", "ext": 5, "saveToRequest": True},
        description="why",
    ),
    a_v1_request("b", currentHelper="basicAuth", helperAttributes='{"username": "u"}', events=[{"listen": "test"}]),
    a_v1_request("c", currentHelper="normal", auth={"type": "bearer", "bearer": []}),
    folders=[
        a_v1_folder("f", "a", description="folder", auth={"type": "noauth"}, variables=[{"key": "v", "value": 1}])
    ],
    auth={"type": "basic", "basic": [{"key": "username", "value": "x"}]},
    events=[{"listen": "prerequest", "script": {"exec": ["x"]}}],
    variables=[{"key": "u", "value": "1"}],
    description="collection",
    protocolProfileBehavior={"disableBodyPruning": True},
)


def test_an_edit_turns_the_document_into_format_v2_1_and_keeps_ids_and_all_that_a_person_wrote() -> None:
    before = read(RICH).collection

    edited = edit.rename_collection(document(RICH), "Shop", collection_id=before.id)
    tree: Any = read_json(edited)
    after = read_collection(edited, account_id=ACCOUNT).collection

    assert before.items == after.items
    assert (before.id, before.name, before.description, before.variables) == (
        after.id,
        after.name,
        after.description,
        after.variables,
    )
    assert ("1.0", "2.1") == (before.schema_version, after.schema_version)
    folder, basic, plain = tree["item"]
    (item,) = folder["item"]
    assert {"auth", "event", "variable", "info", "item", "protocolProfileBehavior"} == tree.keys()
    assert ("folder", {"type": "noauth"}, [{"key": "v", "value": 1}]) == (
        folder["description"],
        folder["auth"],
        folder["variable"],
    )
    assert [
        {"listen": "prerequest", "script": {"type": "text/javascript", "exec": ["before();", "again();"]}},
        {"listen": "test", "script": {"type": "text/javascript", "exec": ["check();"]}},
    ] == item["event"]
    assert {
        "type": "hawk",
        "hawk": [
            {"key": "authId", "value": "me", "type": "string"},
            {"key": "extraData", "value": 5, "type": "number"},
            {"key": "saveHelperData", "value": True, "type": "boolean"},
        ],
    } == item["request"]["auth"]
    assert {"type": "basic", "basic": [{"key": "username", "value": "u", "type": "string"}]} == basic["request"]["auth"]
    assert [{"listen": "test"}] == basic["event"]
    assert {"type": "bearer", "bearer": []} == plain["request"]["auth"]


def test_examples_of_a_v1_document_can_be_added_changed_and_removed() -> None:
    file = document({"collection": RICH, "more": 1})

    added = edit.add_example(file, ItemId("b"), an_example(id="new", name="New"))
    patched = edit.patch_example(added.document, ExampleId("e"), {"code": 404})
    final = edit.remove_example(patched, ExampleId("new"))
    with_item = edit.add_item(file, an_item(id="i"), folder_id=ItemId("f"))

    assert ["e", "new"] == [
        example.id for example in read_collection(added.document, account_id=ACCOUNT).collection.examples
    ]
    assert [("e", 404)] == [
        (example.id, example.code) for example in read_collection(final, account_id=ACCOUNT).collection.examples
    ]
    assert {"collection", "more"} == json.loads(final).keys()
    assert [("F",), ("F",), (), ()] == [item.folders for item in edit.list_items(with_item.document)]


def test_a_copy_of_a_v1_collection_gets_another_id() -> None:
    copied = edit.set_collection_id(document(RICH), read(a_v1_collection(id="d")).collection.id)

    assert "d" == read_collection(copied, account_id=ACCOUNT).collection.id


@given(tree=v1_collections())
def test_any_v1_collection_is_read_whole(tree: Any) -> None:
    reading = read(tree)
    items, examples = reading.collection.items, list(reading.collection.examples)

    assert len(tree["requests"]) == len(items) == len({item.id for item in items})
    assert sum(len(request.get("responses", [])) for request in tree["requests"]) == len(examples)
    assert len(examples) == len({example.id for example in examples})


@given(tree=faulty_v1_collections())
def test_an_edited_v1_collection_reads_as_before(tree: Any) -> None:
    before = read(tree).collection

    edited = read_collection(edit.set_collection_id(document(tree), before.id), account_id=ACCOUNT).collection

    assert (before.id, before.items, before.variables) == (edited.id, edited.items, edited.variables)


@given(tree=faulty_v1_collections())
def test_every_finding_points_into_the_v1_document(tree: Any) -> None:
    for finding in read(tree).report.findings:
        node: Any = tree
        *way, last = finding.pointer.split("/")[1:]
        for key in way:
            node = node[int(key)] if isinstance(node, list) else node[key.replace("~1", "/").replace("~0", "~")]

        assert isinstance(node, dict | list)
        assert isinstance(node, dict) or int(last) < len(node)
