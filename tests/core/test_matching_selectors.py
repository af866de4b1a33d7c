"""The selector headers, the choice among equals, and what answers HEAD."""

import pytest

from services.core.matching.explain import diagnostics
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, NoMatch, NoMatchReason, match
from tests.core.nouns import a_call, a_collection, an_example

INDEX = compile_index(
    a_collection(
        an_example("GET /users/{{id}}", id="b", name="Found", code=404),
        an_example("GET /users/{{id}}", id="c", name="Found"),
        an_example("GET /users/{{id}}", id="D", name="Größe"),
        an_example("GET /users/{{id}}", id="a", name=" padded ", code=500),
        an_example("GET /orders", id="12-34", name="Orders"),
        an_example("POST /users", id="e", name="Created", code=201),
    )
)


def winner(index: MockIndex, request: str, **headers: str) -> str | None:
    """Return the id of the example that answers."""
    found = match(a_call(request, **headers), index)
    return str(found.example.example.id) if isinstance(found, Match) else None


@pytest.mark.parametrize(
    ("headers", "id_"),
    [
        ({}, "c"),
        ({"x_mock_response_code": "404"}, "b"),
        ({"x_mock_response_code": " 404\t"}, "b"),
        ({"x_mock_response_code": "0404"}, "b"),
        ({"x_mock_response_code": "500"}, "a"),
        ({"x_mock_response_code": "201"}, None),
        ({"x_mock_response_code": "+404"}, None),
        ({"x_mock_response_code": "4\N{ARABIC-INDIC DIGIT ZERO}4"}, None),
        ({"x_mock_response_code": "OK"}, None),
        ({"x_mock_response_code": ""}, None),
        ({"x_mock_response_code": "4" * 10_000}, None),
        ({"x_mock_response_id": "a"}, "a"),
        ({"x_mock_response_id": " a "}, "a"),
        ({"x_mock_response_id": "4711-a"}, "a"),
        ({"x_mock_response_id": "12-34"}, "12-34"),
        ({"x_mock_response_id": "4711-12-34"}, "12-34"),
        ({"x_mock_response_id": "A"}, None),
        ({"x_mock_response_id": "e"}, None),
        ({"x_mock_response_id": ""}, None),
        ({"x_mock_response_name": "Orders"}, "12-34"),
        ({"x_mock_response_name": "Found"}, "c"),
        ({"x_mock_response_name": "found"}, None),
        ({"x_mock_response_name": "padded"}, None),
        ({"x_mock_response_name": "Größe"}, "D"),
        ({"x_mock_response_name": "Größe".encode().decode("latin-1")}, "D"),
        ({"x_mock_response_name": "ÿþ"}, None),
        ({"x_mock_response_name": "Found", "x_mock_response_code": "404"}, "b"),
        ({"x_mock_response_name": "Orders", "x_mock_response_code": "404"}, None),
        ({"x_mock_response_id": "a", "x_mock_response_name": "Orders"}, "a"),
        ({"x_mock_response_id": "nobody", "x_mock_response_name": "Orders"}, None),
        ({"x_mock_response_id": "a", "x_mock_response_code": "404"}, None),
    ],
)
def test_selector_headers_decide(headers: dict[str, str], id_: str | None) -> None:
    assert id_ == winner(INDEX, "GET /users/7", **headers)


SAME_NAME = compile_index(
    a_collection(
        an_example("GET /users", id="a", name="Success"),
        an_example("GET {{base}}/orders/{{id}}", id="d", name="Success"),
        an_example("GET /orders/7", id="b", name="Success", code=404),
        an_example("GET /orders/7?page=1", id="c", name="Success"),
        an_example("GET /orders/7", id="e", name="Failure", code=500),
        base="https://shop.example/v1",
    )
)


@pytest.mark.parametrize(
    ("request_", "headers", "id_"),
    [
        ("GET /users", {}, "a"),
        ("GET /orders/7", {}, "c"),
        ("GET /orders/8?page=2", {}, "c"),
        ("GET /orders/eight", {}, "d"),
        ("GET /v1/orders/eight", {}, "d"),
        ("GET /orderz/7", {}, "c"),
        ("GET /elsewhere", {}, "a"),
        ("GET /orders/7", {"x_mock_response_code": "404"}, "b"),
        ("GET /users", {"x_mock_response_code": "404"}, "b"),
        ("GET /users", {"x_mock_response_code": "500"}, None),
    ],
)
def test_of_several_examples_of_one_name_those_whose_path_fits_come_first(
    request_: str, headers: dict[str, str], id_: str | None
) -> None:
    assert id_ == winner(SAME_NAME, request_, x_mock_response_name="Success", **headers)


def test_an_example_that_is_chosen_by_a_shared_name_captures() -> None:
    found = match(a_call("GET /orders/eight", x_mock_response_name="Success"), SAME_NAME)

    assert isinstance(found, Match)
    assert {"id": "eight"} == found.captures


def test_of_a_repeated_selector_header_the_first_counts() -> None:
    call = a_call("GET /users/7")
    headers = (("x-mock-response-code", "404"), ("x-mock-response-code", "500"))
    found = match(type(call)(method="GET", path="/users/7", query="", headers=headers), INDEX)

    assert isinstance(found, Match)
    assert "b" == found.example.example.id


def test_a_selected_example_whose_path_fits_captures() -> None:
    found = match(a_call("GET /users/7", x_mock_response_name="Found"), INDEX)

    assert isinstance(found, Match)
    assert {"id": "7"} == found.captures
    assert "selected by x-mock-response-name" == diagnostics(found)


def test_a_selected_example_whose_path_does_not_fit_captures_nothing() -> None:
    found = match(a_call("GET /elsewhere", x_mock_response_name="Found"), INDEX)

    assert isinstance(found, Match)
    assert {} == found.captures


def test_of_equals_the_first_with_code_200_by_lower_case_id_answers() -> None:
    index = compile_index(
        a_collection(*(an_example("GET /", id=id_, code=code) for id_, code in (("a", 201), ("C", 200), ("b", 200))))
    )

    assert "b" == winner(index, "GET /")


def test_of_equals_without_code_200_the_first_by_id_answers() -> None:
    index = compile_index(
        a_collection(*(an_example("GET /", id=id_, code=code) for id_, code in (("b", 201), ("C", 204), ("a", 500))))
    )

    assert "a" == winner(index, "GET /")


def test_methods_are_compared_as_they_are() -> None:
    index = compile_index(a_collection(an_example("PROPFIND /")))

    assert ("PROPFIND /", None) == (winner(index, "PROPFIND /"), winner(index, "propfind /"))


def test_a_collection_without_examples_says_so() -> None:
    assert NoMatch(reason=NoMatchReason.NO_EXAMPLES) == match(a_call("GET /"), compile_index(a_collection()))


HEADS = compile_index(
    a_collection(
        an_example("HEAD /users", id="head"), an_example("GET /users", id="get"), an_example("GET /orders", id="orders")
    )
)


@pytest.mark.parametrize(
    ("path", "id_"), [("/users", "head"), ("/orders", "orders"), ("/nothing", None)], ids=["own", "from GET", "none"]
)
def test_head_is_answered_by_its_own_example_or_by_the_one_for_get(path: str, id_: str | None) -> None:
    assert id_ == winner(HEADS, f"HEAD {path}")


def test_what_answers_head_knows_that_it_has_no_body() -> None:
    found = match(a_call("HEAD /orders"), HEADS)

    assert isinstance(found, Match)
    assert found.is_head


def test_head_on_a_mock_that_only_posts_is_a_miss_by_method() -> None:
    index = compile_index(a_collection(an_example("POST /users")))

    assert NoMatch(reason=NoMatchReason.METHOD) == match(a_call("HEAD /users"), index)


def test_a_miss_and_a_hit_explain_themselves_in_one_line() -> None:
    lines = [diagnostics(match(a_call(request), INDEX)) for request in ("GET /users/7?a=1", "GET /x", "PUT /x")]

    assert [
        "rung 5 wildcard 80, query -1, body +5, total 84",
        "no match: path",
        "no match: method",
    ] == lines


def test_fractions_are_explained_with_two_decimals() -> None:
    index = compile_index(a_collection(an_example("GET /?a=1&b=2&c=3")))

    assert "rung 1 exact 100, query +3.33, body +5, total 108.33" == diagnostics(match(a_call("GET /?a=1"), index))
