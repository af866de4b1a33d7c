"""`understudy call --explain`: how a reply was chosen, for people and for programs."""

import pytest

from services.cli.explained import (
    Chosen,
    Explained,
    ExplainedStep,
    NearMiss,
    RunnerUp,
    read_explanation,
    without_explanation,
)
from services.core.matching.explain import Explainer
from services.core.matching.index import compile_index
from services.core.rendering.drafts import Reply
from services.core.serving.explanation import explain_match, with_explanation
from tests.core.nouns import a_call, a_collection, an_example
from tests.services.cli.command import Understudy
from tests.services.cli.test_mocks import SHOP_ID

SHOP = Explainer(
    compile_index(
        a_collection(
            an_example("GET /users/{{id}}", id="u,1", name='Größe, "100 %"'), an_example("GET /users/ada", id="u2")
        )
    )
)


@pytest.fixture
def mock(understudy: Understudy) -> str:
    """Return the id of a new mock of the demo collection."""
    made: str = understudy.json("mocks", "create", SHOP_ID, "--name", "Explained")["id"]
    return made


def test_a_match_is_shown_with_its_steps_and_runners_up(understudy: Understudy, mock: str) -> None:
    shown = understudy("call", mock, "GET", "/products?category=tea&page=2", "--explain").output

    explanation = shown[shown.index("Explanation:") :].splitlines()
    assert "Explanation: rung 1 exact 100, query +5, body +5, total 110" == explanation[0]
    assert explanation[1].startswith("Chosen: ")
    assert [
        "",
        "STEP   POINTS  WHY",
        "path   +100    rung 1, exact",
    ] == explanation[2:5]
    assert ["query", "+5"] == explanation[5].split()[:2]
    assert ["RUNNER-UP", "REQUEST", "SCORE", "WHY", "NOT"] == explanation[8].split()
    assert "x-mock-" not in shown
    assert "access-control-expose-headers" not in shown


def test_a_miss_is_shown_with_the_near_misses_and_what_differs(understudy: Understudy, mock: str) -> None:
    shown = understudy("call", mock, "POST", "/products/unknown", "--explain").output

    explanation = shown[shown.index("Explanation:") :].splitlines()
    assert [
        "Explanation: no match: path",
        "",
        "NEAR MISS        REQUEST                              DIFFERENCE",
        "No such product  GET /products/unknown                method: saved `GET`, sent `POST`",
        "A product        GET /products/{{productId}}          method: saved `GET`, sent `POST`",
        "A picture        GET /products/{{productId}}/picture  method: saved `GET`, sent `POST`",
        "                                                      segment 3: saved `picture`, not sent",
    ] == explanation


def test_a_malformed_header_is_noted(understudy: Understudy, mock: str) -> None:
    shown = understudy("call", mock, "GET", "/status", "-H", "x-mock-respons-code: 503", "--explain").output

    note = "Note: `x-mock-respons-code` is no header that mocks know; perhaps `x-mock-response-code` is meant.\n"
    assert shown.endswith(note)


def test_a_program_gets_the_explanation_apart_from_the_headers(understudy: Understudy, mock: str) -> None:
    called = understudy.json("call", mock, "GET", "/products/abc", "--explain")

    explanation = called["explanation"]
    assert "rung 5 wildcard 80, query +10, body +5, total 95" == explanation["summary"]
    assert ("A product", 95) == (explanation["chosen"]["name"], explanation["chosen"]["score"])
    assert {"step": "path", "points": 80, "why": "rung 5, wildcard"} == explanation["chosen"]["steps"][0]
    assert ([], [], []) == (explanation["runners_up"], explanation["near_misses"], explanation["notes"])
    assert [] == [name for name, _ in called["headers"] if name.startswith("x-mock-")]


def test_without_the_option_nothing_is_explained(understudy: Understudy, mock: str) -> None:
    called = understudy.json("call", mock, "GET", "/products/abc")

    assert "explanation" not in called


@pytest.mark.parametrize("joined", [False, True], ids=["as sent", "joined by a proxy"])
def test_what_the_edge_writes_is_read_again(*, joined: bool) -> None:
    headers = headers_of("GET /users/ada", joined=joined)

    assert Explained(
        summary="rung 1 exact 100, query +10, body +5, total 115",
        chosen=Chosen(
            name="GET /users/ada",
            id="u2",
            score=115,
            steps=(
                ExplainedStep(step="path", points=100, why="rung 1, exact"),
                ExplainedStep(step="query", points=10, why="no parameters on either side"),
                ExplainedStep(step="body", points=5, why="no body on either side"),
            ),
        ),
        runners_up=(
            RunnerUp(
                name='Größe, "100 %"',
                id="u,1",
                request="GET /users/{{id}}",
                score=95,
                why_not="20 points less: rung 5, wildcard",
            ),
        ),
        near_misses=(),
        notes=(),
    ) == read_explanation(headers)
    assert [("x-own", "1")] == without_explanation(headers)


@pytest.mark.parametrize("joined", [False, True], ids=["as sent", "joined by a proxy"])
def test_near_misses_and_notes_are_read_again(*, joined: bool) -> None:
    explained = read_explanation(headers_of("PUT /users/ada", joined=joined))

    assert explained is not None
    assert explained.chosen is None
    assert (
        NearMiss(
            name="GET /users/ada", id="u2", request="GET /users/ada", differences=("method: saved `GET`, sent `PUT`",)
        )
        == explained.near_misses[0]
    )
    assert ("no example has the method `PUT`; there are GET",) == explained.notes


def test_a_reply_that_no_example_is_behind_has_no_explanation() -> None:
    assert read_explanation([("content-type", "text/plain")]) is None


def headers_of(call: str, *, joined: bool) -> list[tuple[str, str]]:
    """Return the headers of an explained reply; joined, those of one name are one, with commas between the values."""
    reply = with_explanation(
        Reply(status=200, headers=((b"x-own", b"1"),), body=b""), explain_match(a_call(call), SHOP)
    )
    pairs = [(name.decode(), value.decode()) for name, value in reply.headers]
    if not joined:
        return pairs
    names = dict.fromkeys(name for name, _ in pairs)
    return [(name, ", ".join(value for each, value in pairs if each == name)) for name in names]
