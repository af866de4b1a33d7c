"""Explanations as response headers: what is in them, that HTTP can carry them, and what malformed headers are told."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from services.core.matching.explain import Explainer
from services.core.matching.index import compile_index
from services.core.rendering.drafts import Reply
from services.core.serving.explanation import (
    EXPOSED,
    LIMIT_BYTES,
    NAMES,
    Headers,
    explain_match,
    explain_server_response,
    wants_explanation,
    with_explanation,
)
from services.core.serving.mock_headers import complaints_about
from tests.core.nouns import a_call, a_collection, an_example
from tests.core.worlds import a_world

SHOP = Explainer(
    compile_index(
        a_collection(
            an_example("GET /users/{{id}}", id="u1", name="Größe 100 %"),
            an_example("GET /users/ada", id="u2", name="Ada"),
            an_example("POST /users", id="u3", name="Created"),
        )
    )
)


@pytest.mark.parametrize("value", ["true", "TRUE", " true\t"])
def test_true_in_any_case_asks_for_an_explanation(value: str) -> None:
    assert wants_explanation(value)


@pytest.mark.parametrize("value", [None, "", "false", "1", "yes", "true, true"])
def test_nothing_else_does(value: str | None) -> None:
    assert not wants_explanation(value)


def test_a_match_is_explained_by_name_id_score_steps_and_runners_up() -> None:
    headers = explain_match(a_call("GET /users/ada?x=1"), SHOP)

    assert [
        ("x-mock-explain", "rung 1 exact 100, query -1, body +5, total 104"),
        ("x-mock-matched-response-name", "Ada"),
        ("x-mock-matched-response-id", "u2"),
        ("x-mock-matched-score", "104"),
        ("x-mock-explain-step", {"step": "path", "points": 100, "why": "rung 1, exact"}),
        ("x-mock-explain-step", {"step": "query", "points": -1, "why": "unknown parameter `x` costs 11"}),
        ("x-mock-explain-step", {"step": "body", "points": 5, "why": "no body on either side"}),
        (
            "x-mock-explain-runner-up",
            {
                "name": "Größe 100 %",
                "id": "u1",
                "request": "GET /users/{{id}}",
                "score": 84,
                "why_not": "20 points less: rung 5, wildcard",
            },
        ),
    ] == read(headers)


def test_a_miss_is_explained_by_near_misses_and_notes() -> None:
    headers = explain_match(a_call("DELETE /users"), SHOP)

    assert ("x-mock-explain", "no match: method") == read(headers)[0]
    assert (
        "x-mock-explain-near-miss",
        {
            "name": "Created",
            "id": "u3",
            "request": "POST /users",
            "differences": ["method: saved `POST`, sent `DELETE`"],
        },
    ) == read(headers)[1]
    assert ("x-mock-explain-note", "no example has the method `DELETE`; there are GET, POST") == read(headers)[-1]


def test_a_name_that_is_no_ascii_is_percent_encoded() -> None:
    headers = dict(read(explain_match(a_call("GET /users/bob"), SHOP)))

    assert "Gr%C3%B6%C3%9Fe 100 %25" == headers["x-mock-matched-response-name"]


def test_a_score_has_two_decimals_at_most() -> None:
    explainer = Explainer(compile_index(a_collection(an_example("GET /a?x=1&y=2&z=3"))))

    headers = dict(read(explain_match(a_call("GET /a?x=1&y=2"), explainer)))

    assert "111.67" == headers["x-mock-matched-score"]


def test_an_example_that_the_call_names_has_no_score() -> None:
    headers = dict(read(explain_match(a_call("GET /", x_mock_response_id="u2"), SHOP)))

    assert "selected by x-mock-response-id" == headers["x-mock-explain"]
    assert "x-mock-matched-score" not in headers


def test_a_server_response_is_named_and_malformed_headers_are_told() -> None:
    headers = explain_server_response(a_call(x_mock_response_delay="soon"), "Maintenance é")

    assert [
        ("x-mock-explain", "the server response `Maintenance %C3%A9` is active and answers every call"),
        (
            "x-mock-explain-note",
            "`x-mock-response-delay: soon` is no whole number of milliseconds from 1 to 180000, and was ignored",
        ),
    ] == read(headers)


def test_the_reply_stays_what_it_is_but_for_headers_of_the_same_names() -> None:
    reply = Reply(status=404, headers=((b"x-mock-explain", b"saved"), (b"x-own", b"1")), body=b"{}")

    explained = with_explanation(reply, ((b"x-mock-explain", b"told"),))

    assert Reply(status=404, headers=((b"x-own", b"1"), (b"x-mock-explain", b"told"), EXPOSED), body=b"{}") == explained


def test_web_pages_may_read_every_header_of_an_explanation() -> None:
    assert ", ".join(NAMES) == EXPOSED[1].decode()


HOSTILE = (
    "a\r\nset-cookie: b",
    "\x00\x7f\x80",
    "é" * 10_000,
    "\N{PILE OF POO}" * 10_000,
    "\ud800",
    ' "quoted\\" ',
    "x" * 100_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_saved_and_sent_the_headers_are_short_printable_ascii(text: str) -> None:
    examples = (an_example(f"GET /{n}/users", id=f"{n}{text}", name=text, code=200 + n) for n in range(5))
    explainer = Explainer(compile_index(a_collection(*examples)))
    sent = text.encode(errors="replace").decode("latin-1")
    calls = (
        a_call("GET /1/users"),
        a_call("GET /1/users", x_mock_response_code=sent),
        a_call("GET /1/users", x_mock_response_name=sent),
        a_call("GET /1/users", x_mock_match_request_headers=sent),
        a_call("GET /" + sent.replace("?", "")),
        a_call("GET /1/users?" + sent),
    )

    for call in calls:
        assert [] == unfit(explain_match(call, explainer))
    assert [] == unfit(explain_server_response(a_call(), text))


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_in_any_world_the_headers_are_fit_to_be_sent(first: int) -> None:
    for seed in range(first, first + 50):
        world = a_world(Random(seed), call_count=6)
        explainer = Explainer(compile_index(world.collection, environment=world.environment, settings=world.settings))
        for call in world.calls:
            assert [] == unfit(explain_match(call, explainer)), f"in the world of seed {seed}: {call}"


MALFORMED: dict[str, tuple[dict[str, str], list[str]]] = {
    "a code that is none": (
        {"x-mock-response-code": "ok"},
        ["`x-mock-response-code: ok` is no status code, so no example has it"],
    ),
    "a delay of nothing": (
        {"x-mock-response-delay": "0"},
        ["`x-mock-response-delay: 0` is no whole number of milliseconds from 1 to 180000, and was ignored"],
    ),
    "a body switch that is neither": (
        {"x-mock-match-request-body": "yes"},
        ["`x-mock-match-request-body: yes` is neither `true` nor `false`, and was ignored"],
    ),
    "headers that are never compared": (
        {"x-mock-match-request-headers": "accept, X-Api-Key"},
        ["`x-mock-match-request-headers: accept, X-Api-Key` names `X-Api-Key`, which never takes part in matching"],
    ),
    "a name beside an id": (
        {"x-mock-response-id": "1", "x-mock-response-name": "a"},
        ["`x-mock-response-name: a` was not looked at: `x-mock-response-id` goes before it"],
    ),
    "a typo": (
        {"x-mock-respons-code": "404"},
        ["`x-mock-respons-code` is no header that mocks know; perhaps `x-mock-response-code` is meant"],
    ),
    "something else": ({"x-mock-zzzz": "1"}, ["`x-mock-zzzz` is no header that mocks know"]),
    "nothing wrong": (
        {
            "x-mock-response-code": "200",
            "x-mock-response-delay": "1",
            "x-mock-match-request-body": "False",
            "x-mock-match-request-headers": "accept,",
            "x-mock-response-name": "a",
            "x-mock-seed": "7",
            "x-mock-explain": "true",
        },
        [],
    ),
}


@pytest.mark.parametrize(("headers", "complaints"), MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_wrong_with_the_headers_to_a_mock_is_told(headers: dict[str, str], complaints: list[str]) -> None:
    assert complaints == list(complaints_about(replace(a_call(), headers=tuple(headers.items()))))


def test_of_a_header_that_is_sent_twice_the_first_counts_and_that_is_told() -> None:
    twice = replace(a_call(), headers=(("x-mock-response-code", "404"), ("x-mock-response-code", "200")))

    assert ("`x-mock-response-code` was sent 2 times, and the first one counts",) == complaints_about(twice)


def read(headers: Headers) -> list[tuple[str, Any]]:
    """Return the headers, JSON in them parsed."""
    texts = [(name.decode("ascii"), value.decode("ascii")) for name, value in headers]
    return [(name, json.loads(value) if value[:1] in {"{", '"'} else value) for name, value in texts]


def unfit(headers: Headers) -> Sequence[object]:
    """Return what HTTP, a proxy or a reader could not take: bad characters, blanks around, bad JSON, too many bytes."""
    bad = [value for name, value in headers if not re.fullmatch(rb"[!-~](?:[ -~]*[!-~])?", name + b":" + value)]
    size = sum(len(name) + len(value) + 4 for name, value in headers)
    assert read(headers)
    return [*bad, *([size] if size > LIMIT_BYTES else []), *([] if headers else ["nothing is told"])]
