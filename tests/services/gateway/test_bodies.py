"""What comes out of a body is what the customer wrote, or a complaint in the words of Postman's API."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import InvalidInput, TooLarge
from services.gateway.postman_api.bodies import (
    MAXIMUM_COLLECTION_BODY,
    read_body,
    read_collection_body,
    read_environment_body,
)
from tests.builders import a_collection, document


def wrapped(inner: bytes) -> bytes:
    return b'{"collection":' + inner + b"}"


def complaints(body: bytes) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_collection_body(body)
    return [f"{violation.field}: {violation.problem}" for violation in caught.value.violations]


def test_a_collection_is_cut_out_byte_by_byte() -> None:
    inner = document(a_collection(note="ümlaut \ud800 1e400", big=10**400))

    assert inner == read_collection_body(b' {\n "collection" :' + inner + b"}\n").document


def test_a_wrapper_that_holds_more_gives_an_equal_collection() -> None:
    collection = a_collection()
    body = json.dumps({"meta": [1], "collection": collection, "more": {"collection": 2}}).encode()

    assert collection == json.loads(read_collection_body(body).document)


def test_of_two_collections_in_one_wrapper_the_last_is_taken() -> None:
    first, last = document(a_collection(name="First")), document(a_collection(name="Last"))
    body = b'{"collection":' + first + b', "collection":' + last + b"}"

    assert "Last" == json.loads(read_collection_body(body).document)["info"]["name"]


def test_a_wrapper_in_utf_16_is_read() -> None:
    body = json.dumps({"collection": a_collection(name="Größe")}).encode("utf-16")

    assert "Größe" == json.loads(read_collection_body(body).document)["info"]["name"]


def test_the_own_id_is_told_and_its_absence_too() -> None:
    assert "my-id" == read_collection_body(wrapped(document(a_collection(id="my-id")))).id
    assert read_collection_body(wrapped(document(a_collection(id=None)))).id is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", [": must have required property 'collection'"]),
        (b"{}", [": must have required property 'collection'"]),
        (b"[]", [": must be object"]),
        (document(a_collection()), [": must have required property 'collection'"]),
        (b'{"collection": null}', ["collection: must be object"]),
        (b'{"collection": 7}', ["collection: must be object"]),
        (b'{"collection": {}}', [": must have required property 'info'", ": must have required property 'item'"]),
        (
            b'{"collection": {"info": {"name": "x"}, "item": []}}',
            ["info: must have required property 'schema'"],
        ),
        (b'{"collection": {"info": [], "item": {}}}', ["info: must be object", "item: must be array"]),
    ],
)
def test_what_is_missing_is_said_as_postman_says_it(body: bytes, expected: list[str]) -> None:
    assert expected == complaints(body)


def test_broken_json_is_told_with_its_place_in_the_whole_body() -> None:
    (complaint,) = complaints(b'{"collection":\n {"info": {"name" "x"}}}')

    assert complaint.startswith("document: is not valid JSON at line 2, column 19")


@pytest.mark.parametrize("inner", [b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000])
def test_nesting_ten_thousand_deep_is_refused(inner: bytes) -> None:
    (complaint,) = complaints(wrapped(inner))

    assert "nested more than" in complaint


def test_invalid_utf_8_is_refused_with_the_offset() -> None:
    (complaint,) = complaints(b'{"collection": "\xff"}')

    assert "is not valid UTF-8 at byte offset 16" in complaint


def test_a_body_over_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge):
        read_collection_body(b'{"collection": "' + b"x" * MAXIMUM_COLLECTION_BODY)


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,collection01e \n\\u', max_size=80).map(str.encode))
def test_no_body_raises_anything_but_our_errors(body: bytes) -> None:
    for read in (read_collection_body, read_environment_body, read_body):
        with suppress(InvalidInput):
            read(body)
