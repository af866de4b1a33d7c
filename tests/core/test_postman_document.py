"""JSON documents: what is read, what survives, what is refused and how the refusal reads."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import InvalidInput, TooLarge
from services.core.postman.document import (
    MAX_DEPTH,
    MAX_VALUES,
    BigNumber,
    JsonValue,
    read_json,
    write_json,
)

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=4), children, max_size=4),
    max_leaves=20,
)


def outcome(read: Callable[[], JsonValue], refusal: type[Exception]) -> JsonValue:
    """Return what was read, or a word for the refusal."""
    try:
        return read()
    except refusal:
        return "refused"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_every_unicode_encoding_is_read(encoding: str) -> None:
    document = '{"name": "Größe 🎈"}'.encode(encoding)

    assert {"name": "Größe 🎈"} == read_json(document)


def test_the_last_of_duplicate_keys_wins() -> None:
    assert {"a": 2} == read_json(b'{"a": 1, "a": 2}')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d"', "\ud83d"),
        (r'"a\u0000b"', "a\0b"),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("-0.1", -0.1),
        ("1e400", BigNumber("1e400")),
        ("-1e400", BigNumber("-1e400")),
        ("7" * 5000, BigNumber("7" * 5000)),
    ],
    ids=["lone surrogate", "NUL", "big integer", "float", "huge float", "huge negative float", "huge integer"],
)
def test_what_tidy_parsers_bend_survives_reading_and_writing(text: str, value: JsonValue) -> None:
    tree = read_json(f'{{"x": [{text}]}}'.encode())

    assert {"x": [value]} == tree
    assert tree == read_json(write_json(tree))


def test_a_big_number_is_written_as_the_document_spelled_it() -> None:
    document = b'[1e400,"number 0: 1",-2E+999,"number 1: "]'

    assert document == write_json(read_json(document))


def test_writing_is_compact_utf_8_without_needless_escapes() -> None:
    assert '{"a":[1,"ü🎈"]}'.encode() == write_json({"a": [1, "ü🎈"]})


def test_a_lone_surrogate_alone_is_escaped_when_written() -> None:
    assert r'["ü\ud83d"]'.encode() == write_json(["ü\ud83d"])


@given(tree=ANY_JSON)
def test_what_is_written_reads_as_the_same(tree: Any) -> None:
    assert tree == read_json(write_json(tree))


@given(document=st.binary(max_size=60) | st.text(alphabet='{}[]",:\\aul0123456789.- ', max_size=60).map(str.encode))
def test_bytes_are_read_as_the_standard_library_reads_them_or_refused(document: bytes) -> None:
    expected = outcome(lambda: json.loads(document), ValueError)

    assert expected == outcome(lambda: read_json(document), InvalidInput)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (b"", "document: is empty."),
        (b" \n ", "document: is empty."),
        (b'{"info": {"na', "is not valid JSON at line 1, column 11: Unterminated string starting."),
        (b'{\n  "a": 1,\n  "b": ]\n}', "is not valid JSON at line 3, column 8: Expecting value."),
        (b'{"a": 1} x', "is not valid JSON at line 1, column 10: Extra data."),
        (b'{"a": "\x00"}', "is not valid JSON at line 1, column 8: Invalid control character."),
        (b'{"a": "\xff"}', "is not valid UTF-8 at byte offset 7: invalid start byte."),
        (b'\xef\xbb\xbf{"a": "\xff"}', "is not valid UTF-8 at byte offset 10: invalid start byte."),
        (b"\xff\xfe{", "is not valid UTF-16 at byte offset 2: truncated data."),
        (b'["NaN \\" NaN",\n NaN]', "is not valid JSON at line 2, column 2: NaN is no JSON number"),
        (b"[-Infinity]", "is not valid JSON at line 1, column 2: -Infinity is no JSON number"),
    ],
)
def test_a_broken_document_is_refused_with_its_place(document: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_json(document)

    assert sentence in str(refusal.value)
    assert refusal.value.violations[0].remedy


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 990, 10_000, 1_000_000])
def test_nesting_too_deep_is_refused_with_its_place(depth: int) -> None:
    start = b'["[[[",'

    with pytest.raises(InvalidInput) as refusal:
        read_json(b"\n" + start + b"[" * (depth - 1) + b"]" * depth)

    expected = f"nested more than {MAX_DEPTH} levels deep at line 2, column {len(start) + MAX_DEPTH}"
    assert expected in str(refusal.value)


def test_nesting_up_to_the_limit_is_read_and_written() -> None:
    document = b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH

    assert document == write_json(read_json(document))


def test_a_tree_that_could_not_be_read_again_is_not_written() -> None:
    tree: JsonValue = []
    for _ in range(MAX_DEPTH):
        tree = [tree]

    with pytest.raises(InvalidInput, match="nested more than"):
        write_json(tree)
    with pytest.raises(TooLarge, match=r"The document has 12 bytes"):
        write_json("x" * 10, max_bytes=11)


def test_a_document_over_the_size_limit_is_refused_before_it_is_read() -> None:
    limit = 2 * 1024 * 1024

    with pytest.raises(TooLarge, match=r"The document has 2,097,153 bytes; up to 2 MB are accepted"):
        read_json(b"x" * (limit + 1), max_bytes=limit)


def test_a_document_of_too_many_values_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge, match="more than 10,000,000 values"):
        read_json(b"[" + b"0," * MAX_VALUES + b"0]")


def test_separators_inside_of_text_are_not_counted_as_values() -> None:
    assert ["," * (MAX_VALUES + 1)] == read_json(b'["' + b"," * (MAX_VALUES + 1) + b'"]')


@pytest.mark.parametrize("tail", [b"", b"\\", b'\\"'])
def test_a_string_that_never_ends_is_refused_in_linear_time(tail: bytes) -> None:
    with pytest.raises(InvalidInput, match="line 1, column 2"):
        read_json(b'["' + b'\\",' * MAX_VALUES + tail)
