"""Mocks over the REST API."""

import json
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.core.access.principal import Role
from tests.builders import a_collection, an_environment
from tests.services.gateway.conftest import Caller, House

pytestmark = pytest.mark.asyncio(loop_scope="package")

HEAD = ["id", "owner", "uid", "collection", "mockUrl", "name", "config", "createdAt", "updatedAt"]
CONFIG = {
    "headers": [],
    "matchBody": False,
    "matchQueryParams": True,
    "matchWildcards": True,
    "delay": None,
    "serverResponseId": None,
}


@pytest_asyncio.fixture(loop_scope="package")
async def uids(api: httpx.AsyncClient) -> dict[str, str]:
    """Return the uids of a collection and an environment of the caller."""
    collection = await api.post("/collections", json={"collection": a_collection(id="c-1", name="Shop")})
    environment = await api.post("/environments", json={"environment": an_environment(id="e-1")})
    return {
        "collection": collection.json()["collection"]["uid"],
        "environment": environment.json()["environment"]["uid"],
    }


async def created(api: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    reply = await api.post("/mocks", params={"workspace": "any"}, json={"mock": fields})
    assert 200 == reply.status_code, reply.text
    mock: dict[str, Any] = reply.json()["mock"]
    return mock


async def test_a_created_mock_is_told_in_postmans_form(caller: Caller, uids: dict[str, str]) -> None:
    mock = await created(caller.api, name="Shop mock", **uids)

    assert [*HEAD, "environment"] == list(mock)
    assert ["headers", "matchHeader", *list(CONFIG)[1:]] == list(mock["config"])
    assert {**CONFIG, "matchHeader": False} == mock["config"]
    assert (str(caller.account.id), f"{caller.account.id}-{mock['id']}") == (mock["owner"], mock["uid"])
    assert uids == {"collection": mock["collection"], "environment": mock["environment"]}
    assert f"http://mocks.example/{mock['id']}" == mock["mockUrl"]
    assert mock["createdAt"].endswith(".000Z")


async def test_a_mock_is_read_by_id_and_uid(api: httpx.AsyncClient, uids: dict[str, str]) -> None:
    mock = await created(api, name="Shop mock", **uids)
    by_id, by_uid = await api.get(f"/mocks/{mock['id']}"), await api.get(f"/mocks/{mock['uid']}")

    shown = by_id.json()["mock"]
    assert by_id.content == by_uid.content
    assert [*HEAD, "isPublic", "deactivated", "environment"] == list(shown)
    assert CONFIG == shown["config"]
    assert (False, False) == (shown["isPublic"], shown["deactivated"])


async def test_a_mock_without_environment_has_no_such_key_and_the_collections_name(
    api: httpx.AsyncClient, uids: dict[str, str]
) -> None:
    mock = await created(api, collection=uids["collection"])

    assert HEAD == list(mock)
    assert "Shop" == mock["name"]


async def test_the_whole_config_is_taken_and_echoed(api: httpx.AsyncClient, uids: dict[str, str]) -> None:
    config = {
        "headers": ["X-Tenant"],
        "matchBody": True,
        "matchQueryParams": False,
        "matchWildcards": False,
        "delay": {"type": "fixed", "duration": 250},
        "serverResponseId": None,
        "seed": "release 12",
    }
    mock = await created(api, collection=uids["collection"], config=config, description="d", private=True)
    shown = (await api.get(f"/mocks/{mock['id']}")).json()["mock"]

    assert {**config, "matchHeader": True} == mock["config"]
    assert config == shown["config"]
    assert ("d", True) == (shown["description"], shown["private"])


@pytest.mark.parametrize(("preset", "duration"), [("1", 300), ("2", 100)])
async def test_a_preset_has_its_duration(
    api: httpx.AsyncClient, uids: dict[str, str], preset: str, duration: int
) -> None:
    mock = await created(
        api, collection=uids["collection"], config={"delay": {"type": "fixed", "preset": preset, "duration": 7}}
    )

    assert {"type": "fixed", "preset": preset, "duration": duration} == mock["config"]["delay"]
    assert ["type", "preset", "duration"] == list(mock["config"]["delay"])


async def test_an_update_changes_what_it_names_and_nothing_else(api: httpx.AsyncClient, uids: dict[str, str]) -> None:
    mock = await created(
        api, name="Before", config={"matchBody": True, "delay": {"type": "fixed", "duration": 5}}, **uids
    )
    reply = await api.put(f"/mocks/{mock['id']}", json={"mock": {"name": "After", "config": {"delay": None}}})

    changed = reply.json()["mock"]
    assert 200 == reply.status_code
    assert ("After", None, True) == (changed["name"], changed["config"]["delay"], changed["config"]["matchBody"])
    assert uids["environment"] == changed["environment"]
    assert "deactivated" not in changed


async def test_an_environment_is_taken_away_with_null(api: httpx.AsyncClient, uids: dict[str, str]) -> None:
    mock = await created(api, **uids)
    reply = await api.put(f"/mocks/{mock['id']}", json={"mock": {"environment": None}})

    assert "environment" not in reply.json()["mock"]


async def test_an_update_of_nothing_changes_nothing(api: httpx.AsyncClient, uids: dict[str, str]) -> None:
    mock = await created(api, **uids)

    assert mock == (await api.put(f"/mocks/{mock['id']}", json={"mock": {}})).json()["mock"]


async def test_a_mock_is_pinned_to_a_tag_that_there_is(api: httpx.AsyncClient, uids: dict[str, str]) -> None:
    await api.post("/collections/c-1/version-tags", json={"versionTag": {"name": "v1"}})
    mock = await created(api, **uids)
    pinned = await api.put(f"/mocks/{mock['id']}", json={"mock": {"versionTag": "v1"}})
    missing = await api.put(f"/mocks/{mock['id']}", json={"mock": {"versionTag": "v2"}})
    loose = await api.put(f"/mocks/{mock['id']}", json={"mock": {"versionTag": None}})

    assert "v1" == pinned.json()["mock"]["versionTag"]
    assert (404, "instanceNotFoundError") == (missing.status_code, missing.json()["error"]["name"])
    assert "versionTag" not in loose.json()["mock"]


async def test_deleting_answers_with_id_and_uid(api: httpx.AsyncClient, uids: dict[str, str]) -> None:
    mock = await created(api, **uids)
    reply = await api.delete(f"/mocks/{mock['uid']}")

    assert {"mock": {"id": mock["id"], "uid": mock["uid"]}} == reply.json()
    assert 404 == (await api.get(f"/mocks/{mock['id']}")).status_code


async def test_publishing_and_unpublishing_switch_access(api: httpx.AsyncClient, uids: dict[str, str]) -> None:
    mock = await created(api, private=True, **uids)
    path = f"/mocks/{mock['id']}"

    published = await api.post(f"{path}/publish")
    assert {"mock": {"id": mock["id"]}} == published.json()
    assert "private" not in (await api.get(path)).json()["mock"]

    twice = await api.post(f"{path}/publish")
    assert 400 == twice.status_code
    assert {"error": {"name": "mockAlreadyPublishedError", "message": "This mock is already public."}} == twice.json()

    unpublished = await api.delete(f"{path}/unpublish")
    assert {"mock": {"id": mock["id"]}} == unpublished.json()
    assert (await api.get(path)).json()["mock"]["private"] is True

    again = await api.delete(f"{path}/unpublish")
    assert 400 == again.status_code
    assert {
        "error": {"name": "mockAlreadyUnpublishedError", "message": "This mock has already been deleted."}
    } == again.json()


async def test_the_list_holds_the_callers_own_active_mocks(house: House, caller: Caller, uids: dict[str, str]) -> None:
    colleague = await house.colleague(caller.account)
    mine = await created(caller.api, name="mine", **uids)
    theirs = await created(colleague.api, name="theirs", **uids)

    async def listed(**query: str) -> list[str]:
        mocks = (await caller.api.get("/mocks", params=query)).json()["mocks"]
        return [mock["id"] for mock in mocks]

    assert [mine["id"]] == await listed()
    assert [mine["id"], theirs["id"]] == await listed(workspace="any")
    assert [mine["id"], theirs["id"]] == await listed(teamId=str(caller.account.id))
    assert [] == await listed(teamId="999999")
    assert [mine["id"], theirs["id"]] == await listed(teamId="999999", workspace="any")


@pytest.mark.parametrize("body", [{}, {"mock": None}, b""], ids=["nothing", "null", "empty"])
async def test_a_missing_wrapper_is_a_missing_parameter(api: httpx.AsyncClient, body: Any) -> None:
    reply = await api.post("/mocks", content=body if isinstance(body, bytes) else json.dumps(body))

    assert 400 == reply.status_code
    assert {
        "error": {
            "name": "paramMissingError",
            "message": "Parameter is missing in the request.",
            "details": {"param": ["mock"]},
        }
    } == reply.json()


@pytest.mark.parametrize("mock", [{}, {"collection": None}, {"collection": "", "name": "x"}])
async def test_a_missing_collection_is_a_missing_parameter(api: httpx.AsyncClient, mock: dict[str, Any]) -> None:
    reply = await api.post("/mocks", json={"mock": mock})

    assert (400, {"param": ["collection"]}) == (reply.status_code, reply.json()["error"]["details"])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"collection": "nope"}, "We could not find the collection you are looking for"),
        ({"environment": "nope"}, "We could not find the environment you are looking for"),
        (
            {"config": {"serverResponseId": "00000000-0000-4000-8000-000000000000"}},
            "We could not find the mock server response you are looking for.",
        ),
    ],
)
async def test_what_a_mock_refers_to_must_be_there(
    api: httpx.AsyncClient, uids: dict[str, str], fields: dict[str, Any], message: str
) -> None:
    mock = await created(api, **uids)
    new = await api.post("/mocks", json={"mock": {"collection": uids["collection"], **fields}})
    changed = await api.put(f"/mocks/{mock['id']}", json={"mock": fields})

    for reply in (new, changed):
        assert (404, message) == (reply.status_code, reply.json()["error"]["message"])


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"name": 5}, "name"),
        ({"name": "x" * 1_000}, "name"),
        ({"name": "NUL \0"}, "name"),
        ({"private": "yes"}, "private"),
        ({"description": []}, "description"),
        ({"config": []}, "config"),
        ({"config": {"headers": "x"}}, "config.headers"),
        ({"config": {"headers": ["a b"]}}, "config.headers[0]"),
        ({"config": {"matchBody": 1}}, "config.matchBody"),
        ({"config": {"delay": {"type": "fixed", "duration": 0}}}, "config.delay.duration"),
        ({"config": {"delay": {"type": "fixed", "duration": 180_001}}}, "config.delay.duration"),
        ({"config": {"delay": {"type": "fixed", "preset": "3"}}}, "config.delay.preset"),
        ({"config": {"delay": {"type": "uniform", "duration": 5}}}, "config.delay.type"),
    ],
)
async def test_a_wrong_value_is_named_by_its_parameter(
    api: httpx.AsyncClient, uids: dict[str, str], fields: dict[str, Any], parameter: str
) -> None:
    mock = await created(api, **uids)
    new = await api.post("/mocks", json={"mock": {"collection": uids["collection"], **fields}})
    changed = await api.put(f"/mocks/{mock['id']}", json={"mock": fields})

    for reply in (new, changed):
        error = reply.json()["error"]
        assert (400, "invalidParamsError") == (reply.status_code, error["name"])
        assert f"Invalid value for parameter: {parameter}." in error["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "/publish"),
        ("DELETE", "/unpublish"),
        ("GET", "/call-logs"),
    ],
)
async def test_an_unknown_mock_is_not_found(api: httpx.AsyncClient, method: str, path: str) -> None:
    reply = await api.request(
        method, f"/mocks/00000000-0000-4000-8000-000000000000{path}", json={"mock": {"name": "x"}}
    )

    assert 404 == reply.status_code
    assert {"error": {"name": "instanceNotFoundError", "message": "The specified mock does not exist."}} == reply.json()


async def test_broken_json_is_told_with_its_place(api: httpx.AsyncClient) -> None:
    reply = await api.post("/mocks", content=b'{"mock": {"collection" "x"}}')

    assert (400, "invalidParamsError") == (reply.status_code, reply.json()["error"]["name"])
    assert "is not valid JSON at line 1, column 24" in reply.json()["error"]["message"]


async def test_viewers_read_and_strangers_see_nothing(house: House, caller: Caller, uids: dict[str, str]) -> None:
    mock = await created(caller.api, **uids)
    viewer, stranger = await house.colleague(caller.account, Role.VIEWER), await house.newcomer()
    path = f"/mocks/{mock['id']}"

    assert 200 == (await viewer.api.get(path)).status_code
    assert 200 == (await viewer.api.get(f"{path}/call-logs")).status_code
    for reply in (
        await viewer.api.put(path, json={"mock": {"name": "x"}}),
        await viewer.api.delete(path),
        await viewer.api.post(f"{path}/publish"),
        await viewer.api.post("/mocks", json={"mock": uids}),
    ):
        assert (403, "forbiddenError") == (reply.status_code, reply.json()["error"]["name"])
    for reply in (
        await stranger.api.get(path),
        await stranger.api.get(f"/mocks/{mock['uid']}"),
        await stranger.api.get(f"{path}/call-logs"),
        await stranger.api.delete(path),
    ):
        assert 404 == reply.status_code
    assert {"mocks": []} == (await stranger.api.get("/mocks", params={"workspace": "any"})).json()
