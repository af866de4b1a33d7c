"""Environments over the REST API."""

import json
from typing import Any

import httpx
import pytest

from services.core.access.principal import Role
from tests.builders import a_collection, an_environment
from tests.services.gateway.conftest import Caller, House

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def created(api: httpx.AsyncClient, environment: dict[str, Any]) -> dict[str, Any]:
    reply = await api.post("/environments", params={"workspace": "any"}, json={"environment": environment})
    assert 200 == reply.status_code, reply.text
    identity: dict[str, Any] = reply.json()["environment"]
    return identity


async def test_an_environment_is_created_and_read_in_postmans_form(caller: Caller) -> None:
    values = [
        {"key": "url", "value": "https://a", "type": "default", "enabled": True},
        {"key": "token", "value": "s3cret", "type": "secret", "enabled": False, "description": "of Ada"},
    ]
    identity = await created(caller.api, {"name": "Staging", "values": values})
    shown = (await caller.api.get(f"/environments/{identity['uid']}")).json()["environment"]

    assert ["id", "name", "uid"] == list(identity)
    assert f"{caller.account.id}-{identity['id']}" == identity["uid"]
    assert ["id", "name", "owner", "createdAt", "updatedAt", "values", "isPublic"] == list(shown)
    assert str(caller.account.id) == shown["owner"]
    assert {"key": "url", "value": "https://a", "enabled": True, "type": "default"} == shown["values"][0]
    assert ["key", "value", "enabled", "type", "description"] == list(shown["values"][1])
    assert ("secret", False) == (shown["values"][1]["type"], shown["values"][1]["enabled"])


async def test_the_list_leaves_the_values_out(api: httpx.AsyncClient) -> None:
    await created(api, an_environment())
    (listed,) = (await api.get("/environments")).json()["environments"]

    assert ["id", "name", "createdAt", "updatedAt", "owner", "uid", "isPublic"] == list(listed)


async def test_the_id_of_a_file_is_kept_and_taken_only_once(api: httpx.AsyncClient) -> None:
    identity = await created(api, an_environment(id="e-1"))
    reply = await api.post("/environments", json={"environment": an_environment(id="e-1")})

    assert "e-1" == identity["id"]
    assert {
        "error": {
            "name": "instanceFoundError",
            "message": "The specified item already exists.",
            "details": {"item": "environment", "id": "e-1"},
        }
    } == reply.json()


async def test_one_without_an_id_is_new_each_time(api: httpx.AsyncClient) -> None:
    first, second = await created(api, {"name": "Same"}), await created(api, {"name": "Same"})

    assert first["id"] != second["id"]


async def test_replacing_takes_all_values(api: httpx.AsyncClient) -> None:
    identity = await created(api, an_environment({"a": "1", "b": "2"}))
    reply = await api.put(
        f"/environments/{identity['id']}",
        json={"environment": {"name": "New", "values": [{"key": "c", "value": "3"}]}},
    )
    shown = (await api.get(f"/environments/{identity['id']}")).json()["environment"]

    assert {"environment": {**identity, "name": "New"}} == reply.json()
    assert [{"key": "c", "value": "3", "enabled": True, "type": "default"}] == shown["values"]


async def test_replacing_without_values_leaves_them_alone(api: httpx.AsyncClient) -> None:
    identity = await created(api, an_environment({"a": "1"}))
    await api.put(f"/environments/{identity['id']}", json={"environment": {"name": "New"}})
    shown = (await api.get(f"/environments/{identity['id']}")).json()["environment"]

    assert ("New", ["a"]) == (shown["name"], [value["key"] for value in shown["values"]])


async def test_deleting_answers_with_id_and_uid(api: httpx.AsyncClient) -> None:
    identity = await created(api, an_environment())
    reply = await api.delete(f"/environments/{identity['uid']}")
    missing = await api.get(f"/environments/{identity['id']}")

    assert {"environment": {"id": identity["id"], "uid": identity["uid"]}} == reply.json()
    assert {
        "error": {
            "name": "instanceNotFoundError",
            "message": "We could not find the environment you are looking for",
        }
    } == missing.json()
    assert 404 == missing.status_code


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_what_is_not_there_is_not_found(api: httpx.AsyncClient, method: str) -> None:
    reply = await api.request(method, "/environments/nope", json={"environment": {"name": "x", "values": []}})

    assert (404, "instanceNotFoundError") == (reply.status_code, reply.json()["error"]["name"])


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, ": must have required property 'environment'"),
        ({"environment": {}}, ": must have required property 'name'"),
        ({"environment": {"name": 7, "values": {}}}, "name: must be string"),
        ({"environment": {"name": "x", "values": [7]}}, "values[0]: must be object"),
        ({"environment": None}, "environment: must be object"),
        ({"environment": a_collection()}, "document: is a collection, not an environment."),
        ({"environment": {"name": "half \ud800", "values": []}}, "name: must not hold"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_bad_input_is_told_as_postman_tells_it(
    api: httpx.AsyncClient, method: str, body: dict[str, Any], detail: str
) -> None:
    path = "/environments" if method == "POST" else "/environments/nope"
    reply = await api.request(method, path, content=json.dumps(body))

    error = reply.json()["error"]
    assert (400, "malformedRequestError") == (reply.status_code, error["name"])
    assert error["message"].startswith("Found ")
    assert error["message"].endswith(" errors with the supplied environment.")
    assert error["details"][0].startswith(detail)


@pytest.mark.parametrize("text", ["NUL \0", "half \ud800", "x" * 100_000])
async def test_odd_texts_never_break(api: httpx.AsyncClient, text: str) -> None:
    for environment in (
        {"name": text, "values": []},
        {"name": "x", "values": [{"key": text, "value": text, "type": text, "description": text}]},
    ):
        reply = await api.post("/environments", content=json.dumps({"environment": environment}))

        assert reply.status_code in {200, 400}, reply.text


async def test_more_than_30_mb_are_too_large(api: httpx.AsyncClient) -> None:
    reply = await api.post("/environments", content=b'{"environment": "' + b"x" * (32 * 1024 * 1024))

    assert (413, 413) == (reply.status_code, reply.json()["status"])


async def test_viewers_and_strangers_cannot_write(house: House, caller: Caller) -> None:
    identity = await created(caller.api, an_environment())
    viewer, stranger = await house.colleague(caller.account, Role.VIEWER), await house.newcomer()

    assert 200 == (await viewer.api.get(f"/environments/{identity['id']}")).status_code
    assert 403 == (await viewer.api.delete(f"/environments/{identity['id']}")).status_code
    assert 404 == (await stranger.api.delete(f"/environments/{identity['uid']}")).status_code
