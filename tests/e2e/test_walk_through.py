"""The walk-through: from nothing to a mocked API and its call log, with nothing but HTTP, as Postman's users do it.

Every step stands on what the steps before it made; `STEPS` at the end of the file is their order.
"""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.builders import a_collection, a_request, an_environment, an_example, an_item
from tests.e2e.suite import Suite, eventually, running_suite

FOUND_ID = "e0000000-0000-4000-8000-000000000001"
TEAPOT_ID = "e0000000-0000-4000-8000-000000000002"

CALL = "{{url}}/get?test=123"

COLLECTION = a_collection(
    an_item(
        an_example(id=FOUND_ID, name="Found", url=CALL, code=200, body='{"greeting": "{{greeting}}"}'),
        an_example(id=TEAPOT_ID, name="Teapot", url=CALL, code=418, body='{"greeting": "short and stout"}'),
        name="Echo",
        request=a_request(url=CALL),
    ),
    name="Walk-through",
    id=None,
    variables={"greeting": "hello from the collection"},
)

ENVIRONMENT = an_environment({"url": "https://api.example", "greeting": "hello from the environment"}, id=None)


@dataclass
class Walk:
    """What a walker carries from step to step."""

    suite: Suite
    api: httpx.Client
    stranger: httpx.Client
    uids: dict[str, str] = field(default_factory=dict)
    mock: dict[str, Any] = field(default_factory=dict)

    @property
    def mock_url(self) -> str:
        url: str = self.mock["mockUrl"]
        return url

    def call(self, path: str = "/get?test=123", *, url: str = "", **headers: str) -> httpx.Response:
        """Call the mock, with headers in Python's spelling: `x_mock_response_code="418"`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.stranger.get((url or self.mock_url) + path, headers=sent)


def test_a_newcomer_walks_from_nothing_to_a_mocked_api_and_its_call_log(tmp_path: Path) -> None:
    with (
        running_suite(tmp_path / "data") as suite,
        httpx.Client(base_url=suite.gateway_url, headers=suite.key_header, timeout=30) as api,
        httpx.Client(timeout=30) as stranger,
    ):
        walk = Walk(suite, api, stranger)
        for step in STEPS:
            step(walk)


def without_a_key_nobody_gets_in(walk: Walk) -> None:
    reply = walk.stranger.get(walk.suite.gateway_url + "/collections")

    assert 401 == reply.status_code
    assert {
        "error": {
            "name": "AuthenticationError",
            "message": "Invalid API Key. Every request requires a valid API Key to be sent.",
        }
    } == reply.json()


def a_collection_and_an_environment_are_created(walk: Walk) -> None:
    collection = walk.api.post("/collections", json={"collection": COLLECTION})
    environment = walk.api.post("/environments", json={"environment": ENVIRONMENT})

    assert 200 == collection.status_code, collection.text
    assert ["id", "name", "uid"] == list(collection.json()["collection"])
    assert 200 == environment.status_code, environment.text
    assert ["id", "name", "uid"] == list(environment.json()["environment"])


def both_are_found_in_the_lists_with_their_uids(walk: Walk) -> None:
    collections = walk.api.get("/collections").json()["collections"]
    environments = walk.api.get("/environments").json()["environments"]

    walk.uids["collection"] = next(each["uid"] for each in collections if each["name"] == "Walk-through")
    walk.uids["environment"] = next(each["uid"] for each in environments if each["name"] == "Staging")


def a_mock_is_made_of_both(walk: Walk) -> None:
    reply = walk.api.post("/mocks", json={"mock": {"name": "Walker", **walk.uids}})

    assert 200 == reply.status_code, reply.text
    mock = reply.json()["mock"]
    assert walk.uids == {"collection": mock["collection"], "environment": mock["environment"]}


def the_list_of_mocks_tells_its_url(walk: Walk) -> None:
    (mock,) = walk.api.get("/mocks").json()["mocks"]
    walk.mock = mock

    assert "Walker" == mock["name"]
    assert f"{walk.suite.edge_url.rpartition(':')[2]}/mocks/{mock['id']}" in mock["mockUrl"]


def the_mock_answers_with_the_example_and_the_environments_variables(walk: Walk) -> None:
    reply = walk.call()

    assert (200, {"greeting": "hello from the environment"}) == (reply.status_code, reply.json())
    assert "application/json" == reply.headers["content-type"]
    assert "*" == reply.headers["access-control-allow-origin"]


def headers_choose_the_example_by_code_name_and_id(walk: Walk) -> None:
    teapot = (418, {"greeting": "short and stout"})

    for reply in (
        walk.call(x_mock_response_code="418"),
        walk.call(x_mock_response_name="Teapot"),
        walk.call(x_mock_response_id=TEAPOT_ID),
        walk.call(x_mock_response_id=f"{walk.mock['owner']}-{TEAPOT_ID}"),
    ):
        assert teapot == (reply.status_code, reply.json())


def a_header_makes_the_mock_wait(walk: Walk) -> None:
    began = time.monotonic()
    reply = walk.call(x_mock_response_delay="400")

    assert 200 == reply.status_code
    assert 0.4 <= time.monotonic() - began < 5


def a_private_mock_refuses_a_call_without_a_key(walk: Walk) -> None:
    private = walk.api.post("/mocks", json={"mock": {"name": "Private", "private": True, **walk.uids}}).json()["mock"]

    refused = walk.call(url=private["mockUrl"])
    answered = walk.call(url=private["mockUrl"], x_api_key=walk.suite.api_key)

    assert (401, "invalidCredentialsError") == (refused.status_code, refused.json()["error"]["name"])
    assert (200, {"greeting": "hello from the environment"}) == (answered.status_code, answered.json())


def an_unknown_path_is_told_to_check_method_and_path(walk: Walk) -> None:
    reply = walk.call("/nowhere/at/all")

    assert 404 == reply.status_code
    assert {
        "error": {
            "name": "mockRequestNotFoundError",
            "message": "Double check your method and the request path and try again.",
            "header": "No matching requests",
        }
    } == reply.json()


def a_mock_that_is_pinned_to_a_tag_keeps_answering_the_old_example(walk: Walk) -> None:
    collection_path = f"/collections/{walk.uids['collection']}"
    tagged = walk.api.post(f"{collection_path}/version-tags", json={"versionTag": {"name": "v1"}})
    pinned = walk.api.post("/mocks", json={"mock": {"name": "Pinned", "versionTag": "v1", **walk.uids}}).json()["mock"]
    collection = walk.api.get(collection_path).json()["collection"]
    collection["item"][0]["response"][0]["body"] = '{"greeting": "edited"}'
    edited = walk.api.put(collection_path, json={"collection": collection})

    def the_live_mock_answers_the_edited_example() -> None:
        assert {"greeting": "edited"} == walk.call().json()

    assert (200, "v1", 200) == (tagged.status_code, pinned["versionTag"], edited.status_code)
    eventually(the_live_mock_answers_the_edited_example)
    assert {"greeting": "hello from the environment"} == walk.call(url=pinned["mockUrl"]).json()


def the_call_log_holds_each_call_with_request_response_and_the_examples_name(walk: Walk) -> None:
    include = "request.headers,request.body,response.headers,response.body"
    path = f"/mocks/{walk.mock['id']}/call-logs"

    def every_call_is_there() -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = walk.api.get(
            path, params={"include": include, "sort": "servedAt", "direction": "asc"}
        ).json()["call-logs"]
        assert len(entries) >= 8
        return entries

    entries = eventually(every_call_is_there)

    names = [entry["responseName"] for entry in entries[:7]]
    assert ["Found", *["Teapot"] * 4, "Found"] == names[:6]
    assert "Double check your method and the request path and try again." == names[6]
    first, teapot, unmatched = entries[0], entries[1], entries[6]
    assert ("GET", "/get?test=123") == (first["request"]["method"], first["request"]["path"])
    assert {"type": "success", "statusCode": 200} == _of_reply(first)
    assert {"greeting": "hello from the environment"} == json.loads(first["response"]["body"]["data"])
    assert {"type": "success", "statusCode": 418} == _of_reply(teapot)
    assert "418" in [header["value"] for header in teapot["request"]["headers"]]
    assert ("/nowhere/at/all", {"type": "error", "statusCode": 404}) == (
        unmatched["request"]["path"],
        _of_reply(unmatched),
    )


def deleting_the_collection_takes_its_mock_away(walk: Walk) -> None:
    deleted = walk.api.delete(f"/collections/{walk.uids['collection']}")

    def the_mock_is_gone() -> None:
        reply = walk.call()
        assert 404 == reply.status_code
        assert "mockNotFoundError" == reply.json()["error"]["name"]

    assert (200, walk.uids["collection"]) == (deleted.status_code, deleted.json()["collection"]["uid"])
    eventually(the_mock_is_gone)
    assert walk.api.get(f"/mocks/{walk.mock['id']}").json()["mock"]["deactivated"] is True
    assert [] == walk.api.get("/mocks").json()["mocks"]


def _of_reply(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: entry["response"][key] for key in ("type", "statusCode")}


STEPS = (
    without_a_key_nobody_gets_in,
    a_collection_and_an_environment_are_created,
    both_are_found_in_the_lists_with_their_uids,
    a_mock_is_made_of_both,
    the_list_of_mocks_tells_its_url,
    the_mock_answers_with_the_example_and_the_environments_variables,
    headers_choose_the_example_by_code_name_and_id,
    a_header_makes_the_mock_wait,
    a_private_mock_refuses_a_call_without_a_key,
    an_unknown_path_is_told_to_check_method_and_path,
    a_mock_that_is_pinned_to_a_tag_keeps_answering_the_old_example,
    the_call_log_holds_each_call_with_request_response_and_the_examples_name,
    deleting_the_collection_takes_its_mock_away,
)
