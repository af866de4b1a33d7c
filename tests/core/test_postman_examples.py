"""Examples and their requests: every form that Postman's files have for each part, and how examples are written."""

from base64 import b64encode
from typing import Any

import pytest

from services.core.ids import AccountId
from services.core.postman.collection import (
    Body,
    BodyMode,
    Example,
    FormField,
    GraphQL,
    Header,
    Request,
    Url,
)
from services.core.postman.examples import example_to_json
from services.core.postman.reader import CollectionReading, read_collection
from services.core.postman.report import FindingKind
from tests.builders import (
    a_bare_item,
    a_collection,
    a_raw_body,
    a_request,
    a_url,
    an_example,
    an_item,
    document,
)

ACCOUNT = AccountId(7)


def read(*items: Any, **fields: Any) -> CollectionReading:
    return read_collection(document(a_collection(*items, **fields)), account_id=ACCOUNT)


def the_example(example: Any, **item_fields: Any) -> Example:
    """Return what the collection of one item with one example reads as."""
    (read_example,) = read(an_item(example, **item_fields)).collection.examples
    return read_example


@pytest.mark.parametrize(
    ("request_json", "expected"),
    [
        ("https://x.y/a", Request(method="GET", url=Url(base="https://x.y", path="/a"))),
        ("", Request(method="GET", url=Url())),
        ({"url": "/a"}, Request(method="GET", url=Url(path="/a"))),
        ({"method": "", "url": "/a"}, Request(method="GET", url=Url(path="/a"))),
        ({"method": "link", "url": {"path": "a"}}, Request(method="LINK", url=Url(path="/a"))),
    ],
)
def test_a_request_is_text_or_an_object(request_json: Any, expected: Request) -> None:
    assert expected == the_example(an_example(request=request_json)).request


def test_an_example_without_a_request_of_its_own_answers_its_items_request() -> None:
    example = an_example()
    del example["originalRequest"]

    reading = read(an_item(example, request=a_request("PUT", "/parent")))

    (read_example,) = reading.collection.examples
    assert Request(method="PUT", url=Url(path="/parent")) == read_example.request
    assert () == reading.report.findings


@pytest.mark.parametrize("broken", [{}, {"url": 5}, 5, [], {"method": {}, "url": "/a"}])
def test_an_example_whose_request_cannot_be_read_answers_its_items_request_with_a_warning(broken: Any) -> None:
    reading = read(an_item(an_example(request=broken), request="/parent"))

    (example,) = reading.collection.examples
    (finding,) = reading.report.findings
    assert Url(path="/parent") == example.request.url
    assert (FindingKind.WARNING, "/item/0/response/0/originalRequest") == (finding.kind, finding.pointer)
    assert "the request of its item is used" in finding.reason


@pytest.mark.parametrize(
    ("code", "expected"), [(404, 404), ("404", 404), (404.0, 404), (100, 100), (599, 599), (449, 449)]
)
def test_a_code_is_a_number_or_its_digits(code: Any, expected: int) -> None:
    reading = read(an_item(an_example(code=code)))

    assert [expected] == [example.code for example in reading.collection.examples]
    assert () == reading.report.findings


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (None, "is missing"),
        (0, "is 0, which is no status code"),
        (99, "is 99, which is no status code"),
        (600, "is 600, which is no status code"),
        (-200, "is -200, which is no status code"),
        (200.5, "is 200.5, which is no status code"),
        (True, "is true, which is no status code"),
        ("OK", 'is "OK", which is no status code'),
        ("٢٠٠", 'is "٢٠٠", which is no status code'),
        ("9" * 5000, f'is "{"9" * 5000}", which is no status code'),
        ({"a": 1}, 'is {"a":1}, which is no status code'),
    ],
)
def test_an_example_without_a_usable_code_answers_with_200_and_a_warning(code: Any, reason: str) -> None:
    reading = read(an_item(an_example(code=code)))

    (example,) = reading.collection.examples
    (finding,) = reading.report.findings
    assert 200 == example.code
    assert (FindingKind.WARNING, "/item/0/response/0/code", f"{reason}: it answers with 200", example.id) == (
        finding.kind,
        finding.pointer,
        finding.reason,
        finding.example_id,
    )


HEADERS = (Header(key="X-A", value="1"), Header(key="X-B", value="2: 3"))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ([{"key": "X-A", "value": "1"}, {"key": "X-B", "value": "2: 3"}], HEADERS),
        (["X-A: 1", "X-B:2: 3"], HEADERS),
        ("X-A: 1\nX-B: 2: 3\n", HEADERS),
        ("X-A: 1\r\nX-B: 2:\r\n  3", HEADERS),
        ({"X-A": 1, "X-B": "2: 3"}, HEADERS),
        (["X-A: 1", {"key": "X-B", "value": "2: 3"}, 5, None], HEADERS),
        (None, ()),
        ("", ()),
        (5, ()),
        ([{"key": "", "value": "x"}, {"key": None}, {}], ()),
        ([{"key": "X", "value": None}, {"key": "X"}], (Header(key="X", value=""), Header(key="X", value=""))),
        (
            [{"key": "X", "value": True, "disabled": True}],
            (Header(key="X", value="true", is_disabled=True),),
        ),
        ("X-No-Header", ()),
        (["X-Empty", "X-Url: http://x.y"], (Header(key="X-Empty", value=""), Header(key="X-Url", value="http://x.y"))),
    ],
)
def test_headers_are_lists_lines_or_null(header: Any, expected: tuple[Header, ...]) -> None:
    example = the_example(an_example(request=a_request(header=header), header=header))

    assert expected == example.headers
    assert expected == example.request.headers


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, None),
        ({}, None),
        ({"mode": None}, None),
        ({"mode": "raw", "raw": "x", "disabled": True}, None),
        ("text", Body(mode=BodyMode.RAW, raw="text")),
        ({"mode": "raw", "raw": "x"}, Body(mode=BodyMode.RAW, raw="x")),
        ({"mode": "raw", "raw": None, "options": None}, Body(mode=BodyMode.RAW)),
        ({"mode": "raw", "raw": {"a": [1]}, "options": {"raw": None}}, Body(mode=BodyMode.RAW, raw='{"a":[1]}')),
        ({"raw": "no mode"}, Body(mode=BodyMode.RAW, raw="no mode")),
        ({"mode": "Raw", "raw": "x"}, Body(mode=BodyMode.RAW, raw="x")),
        (a_raw_body("<a/>", language="xml"), Body(mode=BodyMode.RAW, raw="<a/>", language="xml")),
        (
            {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1"}, {"key": "b", "disabled": True}, 5]},
            Body(
                mode=BodyMode.URLENCODED,
                fields=(FormField(key="a", value="1"), FormField(key="b", is_disabled=True)),
            ),
        ),
        (
            {"mode": "urlencoded", "urlencoded": "a=1&b&&c=x=y"},
            Body(
                mode=BodyMode.URLENCODED,
                fields=(FormField(key="a", value="1"), FormField(key="b"), FormField(key="c", value="x=y")),
            ),
        ),
        ({"mode": "urlencoded", "urlencoded": None}, Body(mode=BodyMode.URLENCODED)),
        (
            {
                "mode": "formdata",
                "formdata": [
                    {"key": "t", "value": "1", "type": "text", "enabled": False},
                    {"key": "f", "src": "a.txt", "type": "file"},
                    {"key": "g", "src": ["b", "c"], "type": "file"},
                    {"key": "h", "src": [], "type": "file", "disabled": True},
                    {"key": "i", "src": None, "type": "file"},
                ],
            },
            Body(
                mode=BodyMode.FORMDATA,
                fields=(
                    FormField(key="t", value="1", is_disabled=True),
                    FormField(key="f", is_file=True, source="a.txt"),
                    FormField(key="g", is_file=True, source="b"),
                    FormField(key="g", is_file=True, source="c"),
                    FormField(key="h", is_file=True, is_disabled=True),
                    FormField(key="i", is_file=True),
                ),
            ),
        ),
        (
            {"mode": "graphql", "graphql": {"query": "{a}", "variables": '{"b": 1}', "operationName": "O"}},
            Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query="{a}", variables='{"b": 1}', operation_name="O")),
        ),
        (
            {"mode": "graphql", "graphql": {"query": "{a}", "variables": {"b": 1}}},
            Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query="{a}", variables='{"b":1}')),
        ),
        ({"mode": "graphql", "graphql": "{a}"}, Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query="{a}"))),
        ({"mode": "file", "file": {"src": "a.bin"}}, Body(mode=BodyMode.FILE, source="a.bin")),
        ({"mode": "file", "file": {"content": "abc"}}, Body(mode=BodyMode.FILE, raw="abc")),
        ({"mode": "file", "file": "a.bin"}, Body(mode=BodyMode.FILE, source="a.bin")),
        ({"mode": "file", "file": {}}, Body(mode=BodyMode.FILE)),
    ],
)
def test_every_mode_of_a_request_body_is_read(body: Any, expected: Body | None) -> None:
    reading = read(an_item(an_example(request=a_request("POST", body=body))))

    assert [expected] == [example.request.body for example in reading.collection.examples]
    assert () == reading.report.findings


@pytest.mark.parametrize(
    ("body", "pointer"), [({"mode": "teapot"}, "body/mode"), ({"mode": []}, "body/mode"), (5, "body"), ([], "body")]
)
def test_a_request_body_that_cannot_be_read_counts_as_empty_with_a_warning(body: Any, pointer: str) -> None:
    reading = read(an_item(an_example(request=a_request("POST", body=body))))

    (example,) = reading.collection.examples
    (finding,) = reading.report.findings
    assert None is example.request.body
    assert f"/item/0/response/0/originalRequest/{pointer}" == finding.pointer
    assert "the body counts as empty" in finding.reason or "it counts as empty" in finding.reason


BYTES = bytes(range(256))
BASE64 = b64encode(BYTES).decode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("text", "text"),
        (None, ""),
        ({"type": "Base64", "data": BASE64}, BYTES),
        ({"type": "Base64", "data": BASE64.rstrip("=")}, BYTES),
        ({"type": "Base64", "data": BASE64[:40] + "\r\n" + BASE64[40:]}, BYTES),
        ({"type": "Base64", "data": ""}, b""),
        ({"type": "Buffer", "data": [*BYTES]}, BYTES),
    ],
)
def test_an_examples_body_is_text_base64_or_a_buffer(body: Any, expected: str | bytes) -> None:
    assert expected == the_example(an_example(body=body)).body


@pytest.mark.parametrize(
    ("body", "expected", "pointer", "reason"),
    [
        ({"type": "Base64", "data": "?"}, "", "body/data", "is not Base64: the body counts as empty"),
        ({"type": "Base64", "data": "ü"}, "", "body/data", "is not Base64: the body counts as empty"),
        ({"type": "Base64", "data": "A"}, "", "body/data", "is not Base64: the body counts as empty"),
        ({"type": "Buffer", "data": [0, 256]}, "", "body/data", "holds more than bytes: the body counts as empty"),
        ({"a": [1, None]}, '{"a":[1,null]}', "body", "is an object, not text: its JSON text is used"),
        ([1], "[1]", "body", "is an array, not text: its JSON text is used"),
        (1.5, "1.5", "body", "is a number, not text: its JSON text is used"),
        (False, "false", "body", "is a boolean, not text: its JSON text is used"),
    ],
)
def test_an_examples_body_of_another_type_is_used_as_its_json_text(
    body: Any, expected: str, pointer: str, reason: str
) -> None:
    reading = read(an_item(an_example(body=body)))

    (finding,) = reading.report.findings
    assert [expected] == [example.body for example in reading.collection.examples]
    assert (f"/item/0/response/0/{pointer}", reason) == (finding.pointer, finding.reason)


def test_fields_of_old_drafts_are_pointed_out() -> None:
    example = an_example(data="text", code=200)
    del example["body"]

    reading = read(an_item(example), a_bare_item() | {"responses": [an_example()]})

    assert ["/item/0/response/0/data"] == [finding.pointer for finding in reading.report.findings]

    item = a_bare_item() | {"responses": [an_example()]}
    del item["response"]
    assert ["/item/0/responses"] == [finding.pointer for finding in read(item).report.findings]


# Writing examples.


@pytest.mark.parametrize(
    "example",
    [
        an_example(id="e"),
        an_example(id="e", body={"type": "Base64", "data": BASE64}, code="404", status="Not Found"),
        an_example(id="e", _postman_previewlanguage="json", header=[{"key": "A", "value": "1", "disabled": True}]),
        an_example(id="e", request=a_request("PUT", a_url("/:a", query={"x": None}, variables={"a": "1"}))),
        an_example(id="e", request=a_request("PUT", body=a_raw_body("{}", language="json"))),
        an_example(id="e", request=a_request("PUT", body={"mode": "urlencoded", "urlencoded": "a=1&b=2"})),
        an_example(
            id="e",
            request=a_request(
                "PUT",
                body={
                    "mode": "formdata",
                    "formdata": [{"key": "f", "type": "file", "src": ["a", "b"]}, {"key": "t", "disabled": True}],
                },
            ),
        ),
        an_example(
            id="e",
            request=a_request(
                "PUT", body={"mode": "graphql", "graphql": {"query": "q", "variables": "{}", "operationName": "o"}}
            ),
        ),
        an_example(id="e", request=a_request("PUT", body={"mode": "file", "file": {"src": "s", "content": "c"}})),
    ],
)
def test_an_example_that_is_written_reads_as_the_same(example: Any) -> None:
    noun = the_example(example)

    assert noun == the_example(example_to_json(noun))
