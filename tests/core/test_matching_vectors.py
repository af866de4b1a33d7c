"""The conformance vectors: one small collection, and for each call the example that answers with its score."""

from dataclasses import dataclass

import pytest

from services.core.matching.call import Call
from services.core.matching.index import compile_index
from services.core.matching.match import Match, NoMatch, NoMatchReason, match
from services.core.matching.settings import MatchSettings
from tests.core.nouns import a_call, a_collection, an_example, sending

JSON = "application/json"
IN_JSON = [("Content-Type", JSON)]

USERS = a_collection(
    an_example("GET {{u}}/users", id="e1"),
    an_example("GET {{u}}/users/{{userId}}", id="e2"),
    an_example("GET {{u}}/users/1", id="e3", name="The first"),
    an_example("GET {{u}}/users?role=admin", id="e4"),
    an_example("POST {{u}}/users", id="e5", saved_headers=IN_JSON, saved_body='{"a":1,"b":[1,2]}'),
    an_example("POST {{u}}/users", id="e6", saved_headers=IN_JSON, saved_body='{"a":2}', code=409),
)
INDEX = compile_index(USERS)


@dataclass(frozen=True, kw_only=True)
class Vector:
    """A call, who answers it (nobody: None), and the points for path, query and body."""

    call: Call
    answer: str | None
    path: int = 0
    query: float = 0
    body: int = 5


def vector(
    request: str,
    answer: str | None,
    path: int = 0,
    query: float = 0,
    *,
    sent: bytes = b"",
    points: int = 5,
    **headers: str,
) -> Vector:
    return Vector(
        call=sending(sent, JSON if sent else "", request, **headers), answer=answer, path=path, query=query, body=points
    )


SCORED = (
    vector("GET /users", "e1", 100, 10),
    vector("GET /users?role=admin", "e4", 100, 10),
    vector("GET /users?role=guest", "e4", 100, 0),
    vector("GET /users?role=admin&page=2", "e4", 100, 5),
    vector("GET /users/", "e1", 95, 10),
    vector("GET /USERS", "e1", 90, 10),
    vector("GET /USERS/", "e1", 85, 10),
    vector("GET /users/1", "e3", 100, 10),
    vector("GET /users/2", "e2", 80, 10),
    vector("GET /users/carol", "e2", 80, 10),
    vector("GET /user", "e1", 70, 10),
    vector("POST /users", "e5", 100, 10, sent=b'{"b":[1,2],"a":1}'),
    vector("POST /users", "e6", 100, 10, sent=b'{"a":2.0}'),
    vector("POST /users", "e5", 100, 10, sent=b'{"z":0}', points=0),
    vector("POST /users", "e5", 100, 10, points=0),
    vector("POST /users", "e6", 100, 10, points=0, x_mock_response_code="409"),
)
SELECTED = (
    vector("GET /users/9", "e3", x_mock_response_name="The first"),
    vector("GET /users", "e4", x_mock_response_id="4711-e4"),
    vector("GET /users", "e4", x_mock_response_id="e4"),
)
MISSED = (
    (a_call("GET /users/another/segment"), NoMatchReason.PATH),
    (a_call("GET /orders"), NoMatchReason.PATH),
    (a_call("DELETE /users"), NoMatchReason.METHOD),
    (a_call("GET /users", x_mock_response_name="nope"), NoMatchReason.SELECTOR),
    (a_call("GET /users", x_mock_response_code="409"), NoMatchReason.SELECTOR),
    (sending('{"z":0}', x_mock_match_request_body="true"), NoMatchReason.BODY),
)


def name_of(given: Vector) -> str:
    call = given.call
    return " ".join((call.method, f"{call.path}?{call.query}", *dict(call.headers), call.body.decode()))


@pytest.mark.parametrize("given", SCORED, ids=name_of)
def test_the_example_with_the_highest_score_answers(given: Vector) -> None:
    found = match(given.call, INDEX)

    assert isinstance(found, Match)
    assert (given.answer, given.path, given.query) == (
        found.example.example.id,
        found.score.path_points,
        found.score.query_points,
    )
    assert given.body == found.score.body_points
    assert given.path + given.query + given.body == found.score.total


@pytest.mark.parametrize("given", SELECTED, ids=name_of)
def test_a_selector_header_chooses_whatever_the_path(given: Vector) -> None:
    found = match(given.call, INDEX)

    assert isinstance(found, Match)
    assert given.answer == found.example.example.id


@pytest.mark.parametrize(("call", "reason"), MISSED)
def test_a_call_that_nothing_fits_is_told_why(call: Call, reason: NoMatchReason) -> None:
    assert NoMatch(reason=reason) == match(call, INDEX)


def test_a_wildcard_captures_its_segment() -> None:
    found = match(a_call("GET /users/2"), INDEX)

    assert isinstance(found, Match)
    assert {"userId": "2"} == found.captures


def test_without_fuzzy_paths_a_typo_is_a_miss() -> None:
    index = compile_index(USERS, settings=MatchSettings(fuzzy_paths=False))

    assert NoMatch(reason=NoMatchReason.PATH) == match(a_call("GET /user"), index)
