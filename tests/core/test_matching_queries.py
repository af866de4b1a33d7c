"""The query step: points, captures, and very many queries on one path."""

from dataclasses import replace

import pytest

from services.core.matching.index import compile_index
from services.core.matching.match import Match, match
from services.core.matching.settings import MatchSettings
from tests.core.nouns import a_call, a_collection, an_example

POINTS = (
    # saved, sent, points
    ("", "", 10),
    ("a=1", "a=1", 10),
    ("a=1&b=2", "b=2&a=1", 10),
    ("a=x+y", "a=x%20y", 10),
    ("a=x%20y", "a=x+y", 10),
    ("filter%5Bname%5D=x", "filter[name]=x", 10),
    ("a", "a=", 10),
    ("a=", "a", 10),
    ("a=1&a=2", "a=2&a=1", 10),
    ("a={{any}}", "a=7", 10),
    ("a={{any}}", "a", 10),
    ("a=1&a={{any}}", "a=5&a=1", 10),
    ("{{key}}=1", "", 10),
    ("=1", "&&", 10),
    ("a=1&b=2", "a=1", 5),
    ("a=1", "a=1&b=2", 5),
    ("a=1&b=2", "a=1&b=3", 5),
    ("a=1&b=2&c=3", "a=1", 10 / 3),
    ("a=1&b=2&c=3", "a=1&b=2&c=4", 20 / 3),
    ("a=1", "a=2", 0),
    ("a=1", "a=A", 0),
    ("a=id-{{any}}", "a=id-7", 0),
    ("a=1&a=2", "a=1", 0),
    ("a=1&a=1", "a=1&a=2", 0),
    ("a=1", "", -1),
    ("", "a=1", -1),
    ("a=1", "A=1", -2),
    ("a=1&b=2", "b=3", -1),
    ("", "&".join(f"k{n}=1" for n in range(10)), -10),
    ("", "&".join(f"k{n}=1" for n in range(11)), -10),
)


@pytest.mark.parametrize(("saved", "sent", "points"), POINTS)
def test_a_query_is_worth_what_it_has_in_common(saved: str, sent: str, points: float) -> None:
    index = compile_index(a_collection(an_example(f"GET /users?{saved}" if saved else "GET /users")))
    found = match(a_call(f"GET /users?{sent}"), index)

    assert isinstance(found, Match)
    assert points == found.score.query_points


def test_a_disabled_parameter_is_not_there() -> None:
    found = answer("GET /users", "GET /users?off=1", disabled="off")

    assert 10 == found.score.query_points


def test_a_variable_may_bring_several_parameters() -> None:
    index = compile_index(a_collection(an_example("GET /users?{{paging}}"), paging="page=1&size=20"))
    found = match(a_call("GET /users?size=20&page=1"), index)

    assert isinstance(found, Match)
    assert 10 == found.score.query_points


def test_an_open_value_captures_what_was_sent() -> None:
    found = answer("GET /users?page=1%2B1&sort=name&sort=age", "GET /users?page={{page}}&sort={{by}}&sort=name")

    assert {"page": "1+1", "by": "age"} == found.captures


def test_an_open_value_of_a_key_that_was_not_sent_captures_nothing() -> None:
    assert {} == answer("GET /users", "GET /users?page={{page}}").captures


def test_of_a_name_in_path_and_query_the_path_is_taken() -> None:
    assert {"id": "7"} == answer("GET /users/7?id=8", "GET /users/{{id}}?id={{id}}").captures


def test_a_mock_may_leave_queries_out() -> None:
    index = compile_index(
        a_collection(an_example("GET /users?page=1", id="b"), an_example("GET /users", id="a")),
        settings=MatchSettings(match_query_params=False),
    )
    found = match(a_call("GET /users?page=1"), index)

    assert isinstance(found, Match)
    assert ("a", 105.0) == (found.example.example.id, found.score.total)


def test_without_wildcards_an_open_value_is_plain_text() -> None:
    index = compile_index(
        a_collection(an_example("GET /users?page={{page}}")), settings=MatchSettings(match_wildcards=False)
    )
    other, same = (match(a_call(f"GET /users?page={page}"), index) for page in ("1", "%7B%7Bpage%7D%7D"))

    assert isinstance(other, Match)
    assert isinstance(same, Match)
    assert (0, 10) == (other.score.query_points, same.score.query_points)


MANY = compile_index(
    a_collection(
        *(
            an_example(f"GET /users?page={n % 10}&id={n}", id=f"{n:04}", code=404 if n % 3 else 200)
            for n in range(1_000)
        ),
        an_example("GET /users?page=1&id={{id}}", id="open"),
        an_example("GET /users?page=1&id={{id}}&extra={{extra}}", id="more open"),
        an_example("GET /users?sort=name", id="sorted"),
        an_example("GET /users", id="plain"),
    )
)


@pytest.mark.parametrize(
    ("query", "code", "winner", "points"),
    [
        ("page=5&id=15", None, "0015", 10),
        ("page=1&id=31", None, "open", 10),
        ("page=1&id=31", "404", "0031", 10),
        ("page=1&id=any", None, "open", 10),
        ("page=1&id=any&extra=1", None, "more open", 10),
        ("page=3&id=any", None, "0003", 5),
        ("page=3&id=any", "404", "0013", 5),
        ("page=1", None, "0021", 5),
        ("sort=age", None, "sorted", 0),
        ("sort=name&z=1", None, "sorted", 5),
        ("z=1", None, "plain", -1),
        ("", None, "plain", 10),
    ],
)
def test_among_a_thousand_queries_the_best_is_found(query: str, code: str | None, winner: str, points: float) -> None:
    headers = {} if code is None else {"x_mock_response_code": code}
    found = match(a_call(f"GET /users?{query}", **headers), MANY)

    assert isinstance(found, Match)
    assert (winner, points) == (found.example.example.id, found.score.query_points)


def answer(call: str, saved: str, *, disabled: str = "") -> Match:
    """Return how the one example answers."""
    example = an_example(saved)
    url = example.request.url
    query = tuple(replace(parameter, is_disabled=parameter.key == disabled) for parameter in url.query)
    request = replace(example.request, url=replace(url, query=query))
    found = match(a_call(call), compile_index(a_collection(replace(example, request=request))))
    assert isinstance(found, Match)
    return found
