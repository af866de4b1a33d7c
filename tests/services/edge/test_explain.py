"""`x-mock-explain: true` over HTTP: the reply is what it would have been, and its headers tell how it came about."""

import json
from typing import Any

import httpx
import pytest

from services.core.mocks import MockConfig, MockDraft, ServerResponseDraft
from tests.builders import an_example, an_item
from tests.services.edge.suite import API_KEY, Edge, Suite
from tests.services.edge.test_calls import NO_MATCH, USER

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASKED = {"x-mock-explain": "true"}

USERS = (
    USER,
    an_item(an_example(url="https://api.example/users/{{id}}", id="any", name="Anybody"), name="Any user"),
    an_item(an_example(url="https://api.example/users", method="POST", id="new", name="Created"), name="New user"),
)


async def test_who_does_not_ask_gets_no_explanation(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(*USERS)

    replies = [await edge.call(mock, path) for path in ("/users/1", "/nothing/like/it")]
    replies += [await edge.call(mock, "/users/1", headers={"x-mock-explain": value}) for value in ("false", "1")]

    assert [[]] * 4 == [explanation_in(reply) for reply in replies]


async def test_the_reply_is_the_same_and_its_headers_explain_it(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(*USERS)

    plain = await edge.call(mock, "/users/1?x=1")
    explained = await edge.call(mock, "/users/1?x=1", headers=ASKED)

    assert (plain.status_code, plain.content) == (explained.status_code, explained.content)
    assert others_in(plain) == [pair for pair in others_in(explained) if pair[0] != "access-control-expose-headers"]
    assert "rung 1 exact 100, query -1, body +5, total 104" == explained.headers["x-mock-explain"]
    assert "ada" == explained.headers["x-mock-matched-response-id"]
    assert "104" == explained.headers["x-mock-matched-score"]
    assert ["path", "query", "body"] == [step["step"] for step in documents(explained, "x-mock-explain-step")]
    assert ["any"] == [other["id"] for other in documents(explained, "x-mock-explain-runner-up")]


async def test_a_miss_keeps_postmans_body_and_names_what_differs(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(*USERS)

    reply = await edge.call(mock, "/usr/1", headers=ASKED)

    nearest, *_ = documents(reply, "x-mock-explain-near-miss")
    assert (404, NO_MATCH) == (reply.status_code, reply.text)
    assert "no match: path" == reply.headers["x-mock-explain"]
    assert ("ada", ["segment 1: saved `users`, sent `usr`: 33 % similar, 75 % needed"]) == (
        nearest["id"],
        nearest["differences"],
    )


async def test_web_pages_may_read_the_explanation(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(*USERS)

    reply = await edge.call(mock, "/users/1", headers=ASKED)

    exposed = reply.headers["access-control-expose-headers"].split(", ")
    assert {name for name, _ in explanation_in(reply)} <= set(exposed)


async def test_malformed_headers_to_the_mock_are_named(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(*USERS)

    reply = await edge.call(mock, "/users/1", headers={**ASKED, "x-mock-response-delay": "soon"})

    assert 200 == reply.status_code
    assert [
        "`x-mock-response-delay: soon` is no whole number of milliseconds from 1 to 180000, and was ignored"
    ] == documents(reply, "x-mock-explain-note")


async def test_a_head_call_is_explained_too(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(*USERS)

    found = await edge.call(mock, "/users/1", method="HEAD", headers=ASKED)
    missed = await edge.call(mock, "/nothing/like/it", method="HEAD", headers=ASKED)

    assert ("ada", b"") == (found.headers["x-mock-matched-response-id"], found.content)
    assert ("no match: path", b"") == (missed.headers["x-mock-explain"], missed.content)


async def test_a_call_with_a_body_is_explained_by_where_the_body_differs(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(*USERS)

    reply = await edge.call(
        mock, "/users", method="POST", json={"name": "Ada"}, headers={**ASKED, "x-mock-match-request-body": "true"}
    )

    assert (404, "no match: body") == (reply.status_code, reply.headers["x-mock-explain"])
    assert ["body: saved none, sent one"] == documents(reply, "x-mock-explain-near-miss")[0]["differences"]


async def test_an_active_server_response_is_the_explanation(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(*USERS)
    draft = ServerResponseDraft(name="Maintenance", status_code=503)
    response = await suite.registry.create_server_response(mock.id, draft)
    config = MockConfig(server_response_id=response.id)
    await suite.registry.update_mock(mock.id, MockDraft(config=config), fields=["config.server_response_id"])

    reply = await edge.call(mock, "/users/1", headers=ASKED)

    assert "the server response `Maintenance` is active and answers every call" == reply.headers["x-mock-explain"]


async def test_a_stranger_is_not_told_what_examples_a_private_mock_has(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(*USERS, is_private=True)

    refused = await edge.call(mock, "/users/1", headers=ASKED)
    allowed = await edge.call(mock, "/users/1", headers={**ASKED, "x-api-key": API_KEY})

    assert (401, []) == (refused.status_code, explanation_in(refused))
    assert "ada" == allowed.headers["x-mock-matched-response-id"]


async def test_the_call_log_has_the_reply_as_it_went_out(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(*USERS)

    reply = await edge.call(mock, "/users/1", headers=ASKED)

    (entry,) = await suite.logged(mock.id)
    assert reply.headers["x-mock-explain"] == entry.match_summary
    assert set(explanation_in(reply)) <= set(entry.reply.headers)


def explanation_in(reply: httpx.Response) -> list[tuple[str, str]]:
    return [pair for pair in reply.headers.multi_items() if pair[0].startswith("x-mock-")]


def others_in(reply: httpx.Response) -> list[tuple[str, str]]:
    return [pair for pair in reply.headers.multi_items() if not pair[0].startswith("x-mock-") and pair[0] != "date"]


def documents(reply: httpx.Response, name: str) -> list[Any]:
    return [json.loads(value) for value in reply.headers.get_list(name)]
