"""URLs of collections: the cuts of Postman's SDK, from text and from URL objects."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.core.postman.collection import PathVariable, QueryParameter, Url
from services.core.postman.urls import parse_url, read_url, url_text, url_to_json
from tests.builders import a_url

Pairs = list[tuple[str, str | None]]

URL_TEXTS = st.text(alphabet="ab/:?&=#.{}%+\ud83d ", max_size=30) | st.text(max_size=20)

WILD_VALUES = st.none() | st.booleans() | st.integers() | st.text(alphabet="ab/:?&={}", max_size=6)
WILD_ENTRIES = st.dictionaries(st.sampled_from(["key", "id", "value", "disabled", "type"]), WILD_VALUES, max_size=4)
WILD_PARTS = WILD_VALUES | st.lists(WILD_VALUES | WILD_ENTRIES, max_size=4) | WILD_ENTRIES
URL_OBJECTS = st.dictionaries(
    st.sampled_from(["raw", "protocol", "host", "port", "path", "query", "variable", "hash"]), WILD_PARTS, max_size=8
)


@pytest.mark.parametrize(
    ("text", "base", "path", "query"),
    [
        ("{{baseUrl}}/users/{{id}}", "{{baseUrl}}", "/users/{{id}}", []),
        ("https://x.y/users/1/", "https://x.y", "/users/1/", []),
        ("/users/1", "", "/users/1", []),
        ("users/1", "users", "/1", []),
        ("{{url}}users/1", "{{url}}users", "/1", []),
        ("{{url}}", "{{url}}", "", []),
        ("https://h", "https://h", "", []),
        ("https://h/", "https://h", "/", []),
        ("//accounts/1", "", "//accounts/1", []),
        (
            "https://h:8080/a/:id.json?x=1&x=2&y&z=#f",
            "https://h:8080",
            "/a/:id.json",
            [("x", "1"), ("x", "2"), ("y", None), ("z", "")],
        ),
        ("{{url}}/a?b?c=1", "{{url}}", "/a", [("b?c", "1")]),
        ("{{url}}/a/{{x}}/?", "{{url}}", "/a/{{x}}/", [("", None)]),
        ("", "", "", []),
        ("{{url}}?q=1", "{{url}}", "", [("q", "1")]),
        ("https://{{host}}:8080/a%2Fb/%zz", "https://{{host}}:8080", "/a%2Fb/%zz", []),
        ("/to/http://x.y/z", "", "/to/http://x.y/z", []),
        ("/a?next=http://x.y/z", "", "/a", [("next", "http://x.y/z")]),
        ("/a#top?x=1", "", "/a", []),
        ("/a?x=1=2", "", "/a", [("x", "1=2")]),
        ("/a?&x=1&", "", "/a", [("", None), ("x", "1"), ("", None)]),
        (" \t\n\ufeff/a", "", "/a", []),
        ("https:\\\\x.y\\a\\b?c\\d", "https://x.y", "/a/b", [("c\\d", None)]),
        ("{{a\\b}}\\c", "{{a\\b}}", "/c", []),
        ("https:////x.y//a", "https://x.y", "//a", []),
        ("File:////a/b", "File://", "/a/b", []),
        ("user:secret@x.y:80/a", "user:secret@x.y:80", "/a", []),
    ],
)
def test_text_is_cut_where_postmans_sdk_cuts_it(text: str, base: str, path: str, query: Pairs) -> None:
    parameters = tuple(QueryParameter(key=key, value=value) for key, value in query)

    assert Url(base=base, path=path, query=parameters) == parse_url(text)


def test_a_token_is_one_piece_whatever_stands_in_it() -> None:
    url = parse_url("{{a/b?c}}/x/{{y?z#&=}}?{{k=1&}}={{v&2#}}&{{open=1")

    assert (
        Url(
            base="{{a/b?c}}",
            path="/x/{{y?z#&=}}",
            query=(QueryParameter(key="{{k=1&}}", value="{{v&2#}}"), QueryParameter(key="{{open", value="1")),
        )
        == url
    )


@given(text=URL_TEXTS)
def test_parsing_is_stable(text: str) -> None:
    url = parse_url(text)

    assert url == parse_url(url_text(url))


@given(
    text=URL_TEXTS.filter(lambda text: "\\" not in text and ":///" not in text and text == text.strip("\ufeff").strip())
)
def test_a_parsed_url_is_written_as_it_was_up_to_its_hash(text: str) -> None:
    written = url_text(parse_url(text))

    assert written == text[: len(written)]
    assert text[len(written) :][:1] in {"", "#"}


@given(text=URL_TEXTS)
def test_the_url_object_of_a_parsed_url_reads_as_the_same(text: str) -> None:
    assert parse_url(text) == read_url(url_to_json(parse_url(text)))


@given(value=URL_OBJECTS)
@example(value={"protocol": "?"})
def test_every_url_object_is_read_and_what_is_written_for_it_reads_as_the_same(value: Any) -> None:
    url = read_url(value)

    assert url.path == "" or url.path.startswith("/")
    assert url == read_url(url_to_json(url))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"host": ["api", "x", "y"], "path": ["a", "b"]}, "api.x.y/a/b"),
        ({"protocol": "https", "host": "x.y", "port": "8080", "path": "/a/b"}, "https://x.y:8080/a/b"),
        ({"protocol": "https://", "host": "x.y", "path": "a/b"}, "https://x.y/a/b"),
        ({"host": ["{{url}}"], "port": 8080}, "{{url}}:8080"),
        ({"host": ["h"], "path": [""]}, "h/"),
        ({"host": ["h"], "path": ["a", ""]}, "h/a/"),
        ({"host": ["h"], "path": ["", "a"]}, "h//a"),
        ({"host": ["h"], "path": ["a", {"type": "string", "value": ":id"}, 7, None]}, "h/a/:id/7/"),
        ({"host": ["h"], "path": []}, "h"),
        ({"host": ["h"], "path": None, "query": None, "variable": None}, "h"),
        ({"host": ["h"], "path": 5}, "h"),
        ({"raw": "https://raw/x?y=1", "host": ["parts"], "path": ["win"]}, "parts/win"),
        ({"raw": "https://raw/x?y=1"}, "https://raw/x?y=1"),
        ({"raw": "https://raw/x", "host": None, "path": [], "query": []}, "https://raw/x"),
        ({"raw": 5}, ""),
        ({}, ""),
        ({"path": ["a"], "query": "?x=1&y"}, "/a?x=1&y"),
        ({"path": ["a"], "query": {"x": "1", "y": None}}, "/a?x=1&y"),
        ({"path": ["a"], "query": [{"key": None, "value": None}, {"key": "n", "value": 1.0}]}, "/a?&n=1"),
        ({"path": ["a"], "query": [{"key": "x", "value": "1", "disabled": True}, {"key": "y"}, 5]}, "/a?y"),
    ],
)
def test_of_a_url_object_the_parts_win_over_raw(value: Any, expected: str) -> None:
    assert expected == url_text(read_url(value))


def test_a_disabled_parameter_is_kept_but_not_part_of_the_text() -> None:
    url = read_url(a_url("/a", query={"x": "1"}, host=[]) | {"query": [{"key": "x", "value": "1", "disabled": True}]})

    assert (QueryParameter(key="x", value="1", is_disabled=True),) == url.query
    assert "/a" == url_text(url)


def test_path_variables_have_a_key_or_an_id_and_only_text_as_value() -> None:
    url = read_url(
        {
            "path": [":a", ":b", ":c"],
            "variable": [{"key": "a", "value": "1"}, {"id": "b", "value": ""}, {"key": "c", "value": 3}, {"key": "d"}],
        }
    )

    assert (
        PathVariable(key="a", value="1"),
        PathVariable(key="b", value=""),
        PathVariable(key="c"),
        PathVariable(key="d"),
    ) == url.path_variables


def test_a_url_is_written_as_postmans_app_writes_it() -> None:
    url = parse_url("https://api.{{domain}}:8080/users/:id?verbose=true")

    assert {
        "raw": "https://api.{{domain}}:8080/users/:id?verbose=true",
        "protocol": "https",
        "host": ["api", "{{domain}}"],
        "port": "8080",
        "path": ["users", ":id"],
        "query": [{"key": "verbose", "value": "true"}],
    } == url_to_json(url)


@pytest.mark.parametrize("piece", ["{{", "{{a", "}}", "://", "/", "?a", "&", "&a=", "=", "#", "{{a}}", ":1"])
def test_a_very_long_url_is_cut_in_linear_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))

    url = parse_url(text)

    assert url == read_url(url_to_json(url))
