"""What clients get from mocks: the gates, examples, errors, CORS, delays, and what the call log has of it."""

import asyncio
import hashlib
import json
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.core.access.principal import Role
from services.core.call_log import Outcome
from services.core.errors import NotFound
from services.core.ids import AccountId
from services.core.mocks import Delay, Mock, MockConfig, MockDraft, ServerResponseDraft
from services.core.postman.environments import read_environment
from tests.builders import a_bare_item, a_request, an_environment, an_example, an_item, document
from tests.services.edge.suite import API_KEY, Edge, Suite

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_MATCH = (
    '{"error":{"name":"mockRequestNotFoundError","message":"Double check your method and the request path and try '
    'again.","header":"No matching requests"}}'
)
NO_EXAMPLES = (
    '{"error":{"name":"mockRequestNotFoundError","message":"To mock this request add an example response for the mock '
    'server to return.","header":"You need an example"}}'
)
NO_MOCK = '{"error":{"name":"mockNotFoundError","message":"Please refresh and try again."}}'
NO_KEY = (
    '{"error":{"name":"invalidCredentialsError","message":"This mock is private. Send a valid API key in the x-api-key '
    'header.","header":"Invalid credentials"}}'
)

USER = an_item(an_example(url="https://api.example/users/1", body='{"name": "Ada"}', id="ada"), name="Get user")


async def test_an_example_is_the_reply(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)

    reply = await edge.call(mock, "/users/1")

    assert (200, '{"name": "Ada"}') == (reply.status_code, reply.text)
    assert "application/json" == reply.headers["content-type"]
    assert "*" == reply.headers["access-control-allow-origin"]
    assert "15" == reply.headers["content-length"]


async def test_a_mock_answers_by_its_host_name_whatever_case_and_port(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)
    url = f"http://127.0.0.1:{edge.running.port}/users/1"

    plain = await edge.http.get(url, headers={"host": f"{mock.id}.mock.localhost"})
    shouted = await edge.http.get(url, headers={"host": f"{mock.id}.MOCK.localhost:8080".upper()})

    assert [200, 200] == [plain.status_code, shouted.status_code]


async def test_only_what_follows_the_mock_takes_part_in_matching(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(an_item(an_example(url="https://api.example/", body="root")))

    replies = [await edge.call(mock, path) for path in ("", "/", "?x=1")]

    assert ["root", "root", "root"] == [reply.text for reply in replies]


async def test_the_raw_path_is_matched_and_logged_undecoded(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(an_item(an_example(url="https://api.example/a%20b", body="found")))

    reply = await edge.call(mock, "/a%20b?q=%2F&q=%zz")

    assert "found" == reply.text
    (entry,) = await suite.logged(mock.id)
    assert "/a%20b?q=%2F&q=%zz" == entry.request.path


async def test_a_call_without_example_is_told_so_in_postmans_words(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)

    reply = await edge.call(mock, "/nothing/like/it")

    assert (404, NO_MATCH) == (reply.status_code, reply.text)
    assert "application/json; charset=utf-8" == reply.headers["content-type"]
    assert "*" == reply.headers["access-control-allow-origin"]


async def test_a_collection_without_examples_asks_for_one(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(a_bare_item())

    reply = await edge.call(mock, "/users/1")

    assert (404, NO_EXAMPLES) == (reply.status_code, reply.text)


@pytest.mark.parametrize("mock_id", ["c0ffee00-0000-4000-8000-00000000dead", "no_mock", "%00", "x" * 200])
async def test_an_unknown_mock_is_not_found(edge: Edge, mock_id: str) -> None:
    reply = await edge.http.get(f"http://127.0.0.1:{edge.running.port}/mocks/{mock_id}/users")

    assert (404, NO_MOCK) == (reply.status_code, reply.text)


async def test_a_mock_that_was_made_a_moment_ago_answers(suite: Suite, edge: Edge) -> None:
    for _ in range(5):
        mock = await suite.mock(USER)

        assert 200 == (await edge.call(mock, "/users/1")).status_code


async def test_a_private_mock_refuses_a_call_without_a_key(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER, is_private=True)

    without = await edge.call(mock, "/users/1")
    wrong = await edge.call(mock, "/users/1", headers={"x-api-key": "USK-wrong"})
    in_query = await edge.call(mock, f"/users/1?apikey={API_KEY}")

    assert [(401, NO_KEY)] * 3 == [(reply.status_code, reply.text) for reply in (without, wrong, in_query)]


async def test_any_valid_key_of_the_account_opens_a_private_mock(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER, is_private=True)
    _, another = await suite.registry.create_api_key("another")

    first = await edge.call(mock, "/users/1", headers={"x-api-key": API_KEY})

    assert 200 == first.status_code
    await _until_status(edge, mock, 200, headers={"x-api-key": another})


async def test_a_key_of_another_account_opens_nothing(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER, is_private=True)
    strangers = await suite.registry.create_account("Strangers")
    stranger = await suite.registry.create_user("stranger", role=Role.EDITOR, account_id=strangers.id)
    _, secret = await suite.registry.create_api_key("theirs", user_id=stranger.id)

    reply = await edge.call(mock, "/users/1", headers={"x-api-key": secret})

    assert 401 == reply.status_code


async def test_a_revoked_key_opens_nothing_any_more(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER, is_private=True)
    key, secret = await suite.registry.create_api_key("soon revoked")
    await _until_status(edge, mock, 200, headers={"x-api-key": secret})

    await suite.registry.revoke_api_key(key.id)

    await _until_status(edge, mock, 401, headers={"x-api-key": secret})


async def test_a_preflight_is_answered_at_once_even_by_a_private_mock(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER, is_private=True)
    asked = {"origin": "https://app.example", "access-control-request-method": "PUT"}

    reply = await edge.call(
        mock, "/users/1", method="OPTIONS", headers=asked | {"access-control-request-headers": "x-api-key, x-mine"}
    )

    assert (204, b"") == (reply.status_code, reply.content)
    assert {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS",
        "access-control-allow-headers": "x-api-key, x-mine",
        "access-control-max-age": "86400",
        "vary": "Access-Control-Request-Headers",
    } == {name: value for name, value in reply.headers.items() if name != "date"}


async def test_a_preflight_is_not_logged_and_a_plain_options_call_is(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)
    await edge.call(mock, "/users/1", method="OPTIONS", headers={"access-control-request-method": "PUT"})
    await edge.call(mock, "/users/1", method="OPTIONS")
    await edge.call(mock, "/users/1")

    entries = await suite.logged(mock.id, count=2)

    assert [("OPTIONS", 404), ("GET", 200)] == [(entry.request.method, entry.reply.status_code) for entry in entries]


async def test_a_body_that_is_too_large_is_refused_and_the_client_reads_why(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)

    reply = await edge.call(mock, "/users/1", method="POST", content=b"x" * (20 * 1024 * 1024))

    assert 400 == reply.status_code
    assert {"name", "message", "header"} == set(reply.json()["error"])
    assert "1048576 bytes" in reply.json()["error"]["message"]
    (entry,) = await suite.logged(mock.id)
    assert (Outcome.ERROR, 400) == (entry.outcome, entry.reply.status_code)


async def test_a_body_of_just_the_limit_is_taken(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(an_item(an_example(method="POST", url="https://api.example/users", code=201)))

    reply = await edge.call(mock, "/users", method="POST", content=b"x" * 1024 * 1024)

    assert 201 == reply.status_code


async def test_the_active_server_response_answers_everything(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)
    draft = ServerResponseDraft(name="Down", status_code=503, headers=(("Retry-After", "7"),), body=b"Come back later.")
    response = await suite.registry.create_server_response(mock.id, draft)
    config = MockConfig(server_response_id=response.id)
    await suite.registry.update_mock(mock.id, MockDraft(config=config), fields=["config.server_response_id"])

    replies = [await edge.call(mock, path, method=method) for method, path in (("GET", "/users/1"), ("PUT", "/no"))]
    head = await edge.call(mock, "/x", method="HEAD")

    assert [(503, "Come back later.")] * 2 == [(reply.status_code, reply.text) for reply in replies]
    assert ("7", "*") == (replies[0].headers["retry-after"], replies[0].headers["access-control-allow-origin"])
    assert (503, "", "16") == (head.status_code, head.text, head.headers["content-length"])
    entries = await suite.logged(mock.id, count=3)
    assert {(Outcome.SERVER_RESPONSE, "Down")} == {(entry.outcome, entry.response_name) for entry in entries}


async def test_head_gets_the_headers_of_get_and_no_body(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)

    found = await edge.call(mock, "/users/1", method="HEAD")
    missed = await edge.call(mock, "/nothing/like/it", method="HEAD")

    assert (200, b"", "15") == (found.status_code, found.content, found.headers["content-length"])
    assert (404, b"", str(len(NO_MATCH))) == (missed.status_code, missed.content, missed.headers["content-length"])


async def test_selectors_choose_among_examples(suite: Suite, edge: Edge) -> None:
    url = "https://api.example/users/1"
    mock = await suite.mock(
        an_item(an_example(url=url), an_example(url=url, code=404, name="Gone", id="gone", body="no such user"))
    )

    by_code = await edge.call(mock, "/users/1", headers={"x-mock-response-code": "404"})
    by_name = await edge.call(mock, "/users/1", headers={"x-mock-response-name": "Gone"})
    plain = await edge.call(mock, "/users/1")

    assert [404, 404, 200] == [reply.status_code for reply in (by_code, by_name, plain)]


async def test_the_environment_of_the_mock_fills_in_the_example(suite: Suite, edge: Edge) -> None:
    collection_id = await suite.import_(
        an_item(an_example(url="{{base}}/hello", body="Hello {{who}}")), id=None, name="With environment"
    )
    values = an_environment({"base": "https://x.example", "who": "Ada"})
    environment = await suite.catalog.create_environment(read_environment(document(values), account_id=AccountId(1)))
    mock = await suite.registry.create_mock(MockDraft(collection_id=collection_id, environment_id=environment.id))

    reply = await edge.call(mock, "/hello")

    assert "Hello Ada" == reply.text


@pytest.mark.parametrize(("header", "milliseconds"), [("150", 150), ("0", 0), ("180001", 0), ("soon", 0), ("-5", 0)])
async def test_the_delay_header_waits_and_an_invalid_one_is_ignored(
    suite: Suite, edge: Edge, header: str, milliseconds: int
) -> None:
    mock = await suite.mock(USER)

    await edge.call(mock, "/users/1", headers={"x-mock-response-delay": header})

    (entry,) = await suite.logged(mock.id)
    assert timedelta(milliseconds=milliseconds) <= entry.delay < timedelta(milliseconds=milliseconds + 500)
    assert bool(milliseconds) == bool(entry.delay)


async def test_the_mocks_own_delay_holds_unless_the_header_says_otherwise(suite: Suite, edge: Edge) -> None:
    config = MockConfig(delay=Delay(duration=timedelta(milliseconds=250)))
    mock = await suite.mock(USER, config=config)

    began = time.monotonic()
    await edge.call(mock, "/users/1")
    waited = time.monotonic() - began
    await edge.call(mock, "/users/1", headers={"x-mock-response-delay": "1"})
    await edge.call(mock, "/nothing/like/it")

    assert waited >= 0.25
    configured, by_header, error = await suite.logged(mock.id, count=3)
    assert configured.delay >= timedelta(milliseconds=250) > by_header.delay
    assert timedelta() == error.delay


async def test_a_client_that_leaves_during_the_delay_is_logged_as_aborted(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)
    await edge.call(mock, "/users/1")  # Loading the mock is no part of the delay.
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.running.port)
    head = f"GET /mocks/{mock.id}/users/1 HTTP/1.1\r\nHost: x\r\nx-mock-response-delay: 60000\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.2)

    writer.close()

    _, entry = await suite.logged(mock.id, count=2)
    assert (Outcome.ABORTED, "OK", 499) == (entry.outcome, entry.response_name, entry.reply.status_code)
    assert timedelta(milliseconds=100) < entry.delay < timedelta(seconds=30)


async def test_the_log_has_everything_about_a_call(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(
        an_item(
            an_example(request=a_request("POST", "https://api.example/users/1"), body="done", id="done", name="Done")
        )
    )

    await edge.call(mock, "/users/1?x=1", method="POST", json={"a": 1}, headers={"x-api-key": API_KEY, "x-a": "b"})

    (entry,) = await suite.logged(mock.id)
    listed = dict(entry.request.headers)
    assert len("c0ffee00-0000-4000-8000-000000000001-0931") == len(entry.id)
    assert ("POST", "/users/1?x=1") == (entry.request.method, entry.request.path)
    assert ("USK-…****", "b") == (listed["x-api-key"], listed["x-a"])
    assert (b'{"a":1}', "raw") == (entry.request.body.data, entry.request.body.mode)
    assert (Outcome.MATCHED, "Done", "done") == (entry.outcome, entry.response_name, entry.example_id)
    assert (200, b"done") == (entry.reply.status_code, entry.reply.body.data)
    assert ("content-length", "4") in entry.reply.headers
    assert "total" in entry.match_summary
    assert entry.overhead > timedelta()
    assert 1 == entry.account_id


async def test_refused_and_unmatched_calls_are_logged_with_their_message(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER, is_private=True)
    await edge.call(mock, "/users/1")
    await edge.call(mock, "/nothing/like/it", headers={"x-api-key": API_KEY})

    refused, unmatched = await suite.logged(mock.id, count=2)

    assert (Outcome.UNAUTHORIZED, 401) == (refused.outcome, refused.reply.status_code)
    assert (Outcome.UNMATCHED, 404) == (unmatched.outcome, unmatched.reply.status_code)
    assert "Double check your method and the request path and try again." == unmatched.response_name
    assert json.loads(NO_KEY)["error"]["message"] == refused.response_name


async def test_a_long_body_is_cut_in_the_log_with_its_size_and_digest(suite: Suite, edge: Edge) -> None:
    body = b"0123456789" * 20_000
    mock = await suite.mock(an_item(an_example(method="PUT", url="https://api.example/a", body="y" * 100_000)))

    await edge.call(mock, "/a", method="PUT", content=body)

    (entry,) = await suite.logged(mock.id)
    request, reply = entry.request.body, entry.reply.body
    assert (65_536, 200_000, hashlib.sha256(body).digest()) == (len(request.data), request.size_bytes, request.sha256)
    assert (65_536, 100_000) == (len(reply.data), reply.size_bytes)


@pytest.mark.parametrize(
    ("content_type", "mode"),
    [
        ("application/x-www-form-urlencoded", "urlencoded"),
        ("multipart/form-data; boundary=x", "formdata"),
        ("application/graphql", "graphql"),
        ("image/png", "file"),
        ("text/plain", "raw"),
    ],
)
async def test_the_log_names_the_form_of_a_body(suite: Suite, edge: Edge, content_type: str, mode: str) -> None:
    mock = await suite.mock(USER)

    await edge.call(mock, "/users/1", method="POST", content=b"a=b", headers={"content-type": content_type})

    (entry,) = await suite.logged(mock.id)
    assert mode == entry.request.body.mode


async def test_calls_are_counted_by_outcome_with_bounded_labels(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)
    sample = 'understudy_calls_total{code_class="4xx",method="OTHER",outcome="unmatched"}'
    before = await edge.metric(sample)
    unmatched = 'understudy_unmatched_total{reason="method"}'
    unmatched_before = await edge.metric(unmatched)

    await edge.call(mock, "/users/1", method="BREW")

    assert 1 == await edge.metric(sample) - before
    assert 1 == await edge.metric(unmatched) - unmatched_before
    assert await edge.metric("understudy_call_overhead_seconds_count") > 0
    assert await edge.metric("understudy_match_seconds_count") > 0


async def test_what_is_no_mock_call_gets_diagnostics_or_the_error_of_an_unknown_mock(edge: Edge) -> None:
    base = f"http://127.0.0.1:{edge.running.port}"

    health = await edge.http.get(f"{base}/healthz")
    state = await edge.http.get(f"{base}/_understudy/diagnostics")
    nothing = await edge.http.get(f"{base}/mokcs/x")

    assert (200, "alive\n") == (health.status_code, health.text)
    assert {"registry": True, "catalog": True} == state.json()["watches"]
    assert {"loaded", "size_bytes"} == set(state.json()["mocks"])
    assert (404, NO_MOCK) == (nothing.status_code, nothing.text)


async def test_a_worker_that_follows_both_watches_is_ready(edge: Edge) -> None:
    reply = await edge.http.get(f"http://127.0.0.1:{edge.running.metrics_port}/readyz")

    assert 200 == reply.status_code


async def test_a_deleted_mock_is_not_found_any_more(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)
    assert 200 == (await edge.call(mock, "/users/1")).status_code

    await suite.registry.delete_mock(mock.id)

    reply = await _until_status(edge, mock, 404)
    assert NO_MOCK == reply.text
    with pytest.raises(NotFound):
        await suite.registry.get_mock(mock.id)


async def test_a_mock_whose_collection_is_gone_answers_like_one_that_does_not_exist(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(USER)
    assert 200 == (await edge.call(mock, "/users/1")).status_code

    await suite.catalog.delete_collection(mock.collection_id)

    reply = await _until_status(edge, mock, 404)
    assert NO_MOCK == reply.text


async def _until_status(edge: Edge, mock: Mock, status: int, **options: Any) -> httpx.Response:
    """Call until the reply has that status, and return it. Raises TimeoutError where it does not in time."""
    async with asyncio.timeout(5):
        while (reply := await edge.call(mock, "/users/1", **options)).status_code != status:
            await asyncio.sleep(0.01)
    return reply
