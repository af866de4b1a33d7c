"""What is made of a saved URL before anything is compared: variables, path variables, base paths."""

from dataclasses import replace

import pytest

from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, match
from services.core.matching.settings import MatchSettings
from services.core.postman.collection import Url
from tests.core.nouns import a_call, a_collection, an_environment, an_example

PATH_VARIABLES: tuple[tuple[str, str | None, str, int | None, dict[str, str]], ...] = (
    # saved, value of :id, sent, points, captures
    ("/users/:id", "7", "/users/7", 100, {}),
    ("/users/:id", "7", "/users/8", 79, {}),
    ("/users/:id", "ada", "/users/bob", None, {}),
    ("/users/:id", None, "/users/bob", 80, {"id": "bob"}),
    ("/users/:id", "", "/users/bob", 80, {"id": "bob"}),
    ("/users/:id", None, "/users/:id", 100, {"id": ":id"}),
    ("/users/:id", "<string>", "/users/bob", 80, {"id": "bob"}),
    ("/users/:id", "<string>", "/users/%3Cstring%3E", 100, {"id": "<string>"}),
    ("/users/:id", "{{userId}}", "/users/bob", 80, {"userId": "bob"}),
    ("/users/:id", "{{known}}", "/users/ada", 100, {}),
    ("/users/:id", "a/b", "/users/a/b", 100, {}),
    ("/users/:id", "a%2Fb", "/users/a%2Fb", 100, {}),
    ("/users/:id.json", "7", "/users/7.json", 100, {}),
    ("/users/:id.json", None, "/users/bob.json", 80, {"id": "bob"}),
    ("/users/:id.{{type}}", None, "/users/bob.xml", 80, {"id": "bob", "type": "xml"}),
    ("/users/:", None, "/users/:", 100, {}),
    ("/users/:{{id}}", None, "/users/:7", 80, {"id": "7"}),
    ("/users/x:id", None, "/users/x:id", 100, {}),
)


@pytest.mark.parametrize(("saved", "value", "sent", "points", "captures"), PATH_VARIABLES)
def test_a_path_variable_is_its_value_or_a_wildcard(
    saved: str, value: str | None, sent: str, points: int | None, captures: dict[str, str]
) -> None:
    example = an_example(f"GET {{{{url}}}}{saved}", path_variables={"id": value})
    found = match(a_call(f"GET {sent}"), compile_index(a_collection(example, known="ada")))

    assert points == (found.score.path_points if isinstance(found, Match) else None)
    assert captures == (found.captures if isinstance(found, Match) else {})


def test_a_placeholder_may_be_taken_literally() -> None:
    example = an_example("GET /users/:id", path_variables={"id": "<string>"})
    index = compile_index(a_collection(example), settings=MatchSettings(placeholder_wildcards=False))

    assert [None, 100] == [points(index, sent) for sent in ("/users/bob", "/users/<string>")]


def test_wildcards_may_be_taken_literally() -> None:
    index = compile_index(
        a_collection(an_example("GET /users/{{id}}"), an_example("GET /:id/x")),
        settings=MatchSettings(match_wildcards=False),
    )

    assert [None, 100, None, 100] == [points(index, sent) for sent in ("/users/7", "/users/{{id}}", "/7/x", "/:id/x")]


BASE_PATHS = (
    # saved, sent, points
    ("{{base}}/users", "/v1/users", 100),
    ("{{base}}/users", "/users", 100),
    ("{{base}}/users", "/USERS", 90),
    ("{{base}}/users", "/v2/users", None),
    ("{{slash}}/users", "/users", 100),
    ("{{slash}}/users", "//users", 100),
    ("{{trailing}}/users", "/users", 100),
    ("{{host}}/users", "/users", 100),
    ("{{base}}", "/v1", 100),
    ("{{base}}", "/", 100),
    ("https://shop.example/v1/users", "/users", None),
    ("{{asked}}/users?b=2", "/v1/users?a=1&b=2", None),
    ("{{unknown}}/users", "/users", 100),
)


@pytest.mark.parametrize(("saved", "sent", "points_"), BASE_PATHS)
def test_the_path_in_a_base_url_counts_and_is_optional(saved: str, sent: str, points_: int | None) -> None:
    index = compile_index(
        a_collection(
            an_example(f"GET {saved}"),
            base="https://shop.example/v1",
            slash="/",
            trailing="https://shop.example/",
            host="https://shop.example",
            asked="https://shop.example/v1?a=1",
        )
    )

    assert points_ == points(index, sent)


def test_a_path_without_its_base_counts_only_where_none_with_it_does() -> None:
    index = compile_index(
        a_collection(
            an_example("GET {{base}}/users", id="with base"),
            an_example("GET {{host}}/user", id="similar"),
            base="https://shop.example/v1",
            host="https://shop.example",
        )
    )
    found = match(a_call("GET /users"), index)

    assert isinstance(found, Match)
    assert ("similar", 70) == (found.example.example.id, found.score.path_points)


def test_a_mock_may_insist_on_the_base_path() -> None:
    index = compile_index(
        a_collection(an_example("GET {{base}}/users"), base="https://shop.example/v1"),
        settings=MatchSettings(base_path_fallback=False),
    )

    assert [100, None] == [points(index, sent) for sent in ("/v1/users", "/users")]


def test_the_environment_goes_before_the_collection() -> None:
    collection = a_collection(an_example("GET /{{stage}}/users"), stage="test")
    index = compile_index(collection, environment=an_environment(stage="live"))

    assert [100, None] == [points(index, sent) for sent in ("/live/users", "/test/users")]


def test_a_variable_may_bring_slashes_along() -> None:
    index = compile_index(a_collection(an_example("GET {{host}}/{{where}}"), where="a/b?c=1"))
    found = match(a_call("GET /a/b?c=1"), index)

    assert isinstance(found, Match)
    assert 115 == found.score.total


def test_a_slash_in_the_name_of_a_variable_does_not_cut() -> None:
    example = an_example("GET /")
    request = replace(example.request, url=Url(path="/users/{{a/b}}"))
    index = compile_index(a_collection(replace(example, request=request)))

    assert 80 == points(index, "/users/7")


def test_of_a_name_that_occurs_twice_the_first_segment_is_taken() -> None:
    found = match(a_call("GET /1/2"), compile_index(a_collection(an_example("GET /{{id}}/{{id}}"))))

    assert isinstance(found, Match)
    assert {"id": "1"} == found.captures


@pytest.mark.parametrize(
    ("saved", "sent", "captures"),
    [
        ("/{{a}}-{{b}}", "/1-2-3", {"a": "1", "b": "2-3"}),
        ("/{{a}}{{b}}", "/xyz", {"a": "x", "b": "yz"}),
        ("/{{a}}--{{b}}.json", "/----.json", {"a": "-", "b": "-"}),
        ("/Item-{{a}}", "/ITEM-Ab", {"a": "Ab"}),
        ("/{{a}}", "/%F0%9F%A6%8A%2F", {"a": "🦊/"}),
        ("/{{a}}", "/%ff%zz%", {"a": "%FF%zz%"}),
        ("/{{a}}/5", "/b/6/", {"a": "b"}),
        ("/memebers/{{a}}", "/members/x", {"a": "x"}),
    ],
)
def test_captures_are_what_was_sent_decoded(saved: str, sent: str, captures: dict[str, str]) -> None:
    found = match(a_call(f"GET {sent}"), compile_index(a_collection(an_example(f"GET {saved}"))))

    assert isinstance(found, Match)
    assert captures == found.captures


def points(index: MockIndex, target: str) -> int | None:
    """Return what the path of a GET call is worth, None where nothing answers."""
    found = match(a_call(f"GET {target}"), index)
    return found.score.path_points if isinstance(found, Match) else None
