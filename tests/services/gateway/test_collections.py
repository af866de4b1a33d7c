"""Collections over the REST API."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.core.access.principal import Role
from services.gateway.app import gateway_http
from services.gateway.settings import GatewaySettings
from tests.builders import a_collection, a_folder, an_environment, an_example, an_item, document
from tests.services.gateway.conftest import Caller, House

pytestmark = pytest.mark.asyncio(loop_scope="package")

UNKNOWN = "00000000-0000-4000-8000-00000000dead"


async def created(api: httpx.AsyncClient, collection: dict[str, Any]) -> dict[str, Any]:
    reply = await api.post("/collections", json={"collection": collection})
    assert 200 == reply.status_code, reply.text
    identity: dict[str, Any] = reply.json()["collection"]
    return identity


async def test_a_created_collection_tells_id_name_and_uid(caller: Caller) -> None:
    identity = await created(caller.api, a_collection(id="my-id", name="Shop"))

    assert ["id", "name", "uid"] == list(identity)
    assert {"id": "my-id", "name": "Shop", "uid": f"{caller.account.id}-my-id"} == identity


async def test_what_was_sent_is_stored_byte_by_byte(house: House, caller: Caller) -> None:
    inner = document(a_collection(id="bytes", odd="\ud800", big=10**400))
    await caller.api.post("/collections", content=b'{ "collection": ' + inner + b" }")

    _, stored = await house.as_caller(caller).catalog.export_collection("bytes")

    assert inner == stored


async def test_a_collection_without_an_id_is_new_each_time(api: httpx.AsyncClient) -> None:
    first, second = await created(api, a_collection(id=None)), await created(api, a_collection(id=None))

    assert first["id"] != second["id"]


async def test_a_known_id_exists_already(api: httpx.AsyncClient) -> None:
    await created(api, a_collection(id="taken"))
    reply = await api.post("/collections", json={"collection": a_collection(id="taken", name="Other")})

    assert 400 == reply.status_code
    assert {
        "error": {
            "name": "instanceFoundError",
            "message": "The specified item already exists.",
            "details": {"item": "collection", "id": "taken"},
        }
    } == reply.json()


async def test_a_collection_is_shown_with_identities_by_id_and_by_uid(caller: Caller) -> None:
    collection = a_collection(
        a_folder(an_item(an_example(id="e-1", name="Found"), id="i-1"), id="f-1"), id="c-1", variables={"a": "b"}
    )
    await created(caller.api, collection)

    by_id = await caller.api.get("/collections/c-1")
    by_uid = await caller.api.get(f"/collections/{caller.account.id}-c-1")

    shown = by_id.json()["collection"]
    assert by_id.content == by_uid.content
    assert ["info", "item", "variable"] == list(shown)
    assert ["_postman_id", "name", "schema", "createdAt", "updatedAt", "lastUpdatedBy", "uid"] == list(shown["info"])
    assert str(caller.user.id) == shown["info"]["lastUpdatedBy"]
    assert f"{caller.account.id}-c-1" == shown["info"]["uid"]
    assert shown["info"]["createdAt"].endswith(".000Z")
    example = shown["item"][0]["item"][0]["response"][0]
    assert ["id", "uid", "name"] == list(example)[:3]
    assert f"{caller.account.id}-e-1" == example["uid"]


async def test_the_minimal_model_has_the_tree_alone(api: httpx.AsyncClient) -> None:
    await created(api, a_collection(a_folder(an_item(id="i-1", name="Read"), id="f-1", name="Users"), id="c-1"))

    shown = (await api.get("/collections/c-1", params={"model": "minimal"})).json()["collection"]

    assert {"info", "item"} == set(shown)
    assert ["i-1"] == [item["id"] for item in shown["item"][0]["item"]]
    assert "request" not in shown["item"][0]["item"][0]


async def test_another_model_is_no_model(api: httpx.AsyncClient) -> None:
    await created(api, a_collection(id="c-1"))
    reply = await api.get("/collections/c-1", params={"model": "maximal"})

    assert (400, "invalidParamsError") == (reply.status_code, reply.json()["error"]["name"])


async def test_replacing_takes_everything_and_keeps_the_id(api: httpx.AsyncClient) -> None:
    await created(api, a_collection(id="c-1", name="Before", old=True))
    reply = await api.put("/collections/c-1", json={"collection": a_collection(id="c-2", name="After")})

    shown = (await api.get("/collections/c-1")).json()["collection"]

    assert (200, "c-1", "After") == (reply.status_code, reply.json()["collection"]["id"], shown["info"]["name"])
    assert "c-1" == shown["info"]["_postman_id"]
    assert "old" not in shown
    assert 404 == (await api.get("/collections/c-2")).status_code


async def test_a_collection_can_be_sent_back_as_it_was_read(api: httpx.AsyncClient) -> None:
    await created(api, a_collection(an_item(an_example(), an_example(name="Other")), id="c-1"))
    read = (await api.get("/collections/c-1")).json()
    reply = await api.put("/collections/c-1", json=read)

    again = (await api.get("/collections/c-1")).json()
    for tree in (read, again):
        del tree["collection"]["info"]["updatedAt"]

    assert 200 == reply.status_code
    assert read == again


async def test_deleting_answers_with_id_and_uid_and_leaves_nothing(caller: Caller) -> None:
    await created(caller.api, a_collection(id="c-1"))
    reply = await caller.api.delete(f"/collections/{caller.account.id}-c-1")

    assert {"collection": {"id": "c-1", "uid": f"{caller.account.id}-c-1"}} == reply.json()
    assert 404 == (await caller.api.get("/collections/c-1")).status_code


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_what_is_not_there_cannot_be_replaced_or_deleted(api: httpx.AsyncClient, method: str) -> None:
    reply = await api.request(method, f"/collections/{UNKNOWN}", json={"collection": a_collection()})

    assert 404 == reply.status_code
    assert {
        "error": {
            "name": "instanceNotFoundError",
            "message": "The specified item does not exist.",
            "details": {"item": "collection", "id": UNKNOWN},
        }
    } == reply.json()


async def test_what_is_not_there_cannot_be_read(api: httpx.AsyncClient) -> None:
    reply = await api.get(f"/collections/{UNKNOWN}")

    assert 404 == reply.status_code
    assert {
        "error": {
            "name": "instanceNotFoundError",
            "message": "We could not find the collection you are looking for",
        }
    } == reply.json()


async def test_the_list_holds_each_collection_in_postmans_form(caller: Caller) -> None:
    await created(caller.api, a_collection(id="c-1", name="Shop"))

    reply = await caller.api.get("/collections")

    (listed,) = reply.json()["collections"]
    assert ["collections"] == list(reply.json())
    assert ["id", "name", "owner", "createdAt", "updatedAt", "uid", "isPublic"] == list(listed)
    assert (str(caller.account.id), f"{caller.account.id}-c-1", False) == (
        listed["owner"],
        listed["uid"],
        listed["isPublic"],
    )


async def test_the_list_can_be_paged_and_filtered_by_name(api: httpx.AsyncClient) -> None:
    for number in range(5):
        await created(api, a_collection(id=None, name=f"Shop {number}"))

    page = (await api.get("/collections", params={"limit": 2, "offset": 1, "workspace": UNKNOWN})).json()
    named = (await api.get("/collections", params={"name": "Shop 3"})).json()
    behind = (await api.get("/collections", params={"offset": 9})).json()

    assert ["Shop 1", "Shop 2"] == [each["name"] for each in page["collections"]]
    assert {"total": 5, "offset": 1, "limit": 2} == page["meta"]
    assert ["Shop 3"] == [each["name"] for each in named["collections"]]
    assert "meta" not in named
    assert [] == behind["collections"]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1", "limit=99999999999999999999", "name=a%00"])
async def test_a_parameter_that_makes_no_sense_is_named(api: httpx.AsyncClient, query: str) -> None:
    reply = await api.get(f"/collections?{query}")

    assert (400, "invalidParamsError") == (reply.status_code, reply.json()["error"]["name"])
    assert query.partition("=")[0] in reply.json()["error"]["message"]


async def test_other_accounts_see_nothing_of_it(house: House, caller: Caller) -> None:
    await created(caller.api, a_collection(id="c-1"))
    other = await house.newcomer()

    assert {"collections": []} == (await other.api.get("/collections")).json()
    for id_ in ("c-1", f"{caller.account.id}-c-1"):
        assert 404 == (await other.api.get(f"/collections/{id_}")).status_code
    assert 404 == (await other.api.delete("/collections/c-1")).status_code


async def test_viewers_read_and_do_not_write(house: House, caller: Caller) -> None:
    await created(caller.api, a_collection(id="c-1"))
    viewer = await house.colleague(caller.account, Role.VIEWER)

    assert 200 == (await viewer.api.get("/collections/c-1")).status_code
    for reply in (
        await viewer.api.post("/collections", json={"collection": a_collection(id=None)}),
        await viewer.api.put("/collections/c-1", json={"collection": a_collection()}),
        await viewer.api.delete("/collections/c-1"),
    ):
        assert 403 == reply.status_code
        assert {
            "error": {
                "name": "forbiddenError",
                "message": "You do not have enough permissions to perform this action.",
            }
        } == reply.json()


@pytest.mark.parametrize(
    ("body", "count", "detail"),
    [
        (b"", 1, ": must have required property 'collection'"),
        (b"[1]", 1, ": must be object"),
        (b'{"collection": {"info": {"name": "x"}, "item": []}}', 1, "info: must have required property 'schema'"),
        (b'{"collection": {}}', 2, ": must have required property 'info'"),
        (b'{"collection": {"info": ', 1, "document: is not valid JSON at line 1"),
        (b'{"collection": "\xff\xfe"}', 1, "document: is not valid UTF-8 at byte offset 16"),
        (b'{"collection": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", 1, "document: is nested more than"),
        (json.dumps({"collection": an_environment()}).encode(), 1, "document: is an environment, not a collection."),
        (
            json.dumps({"collection": a_collection(schema="https://x/collection/v9.9.9/x")}).encode(),
            1,
            "info.schema: names no known version",
        ),
    ],
    ids=[
        "empty", "array", "no schema", "nothing", "cut off", "not UTF-8", "deep", "environment", "unknown version",
    ],
)  # fmt: skip
async def test_bad_input_is_told_with_place_and_remedy_and_stores_nothing(
    api: httpx.AsyncClient, body: bytes, count: int, detail: str
) -> None:
    reply = await api.post("/collections", content=body)

    error = reply.json()["error"]
    assert (400, "malformedRequestError") == (reply.status_code, error["name"])
    assert f"Found {count} errors with the supplied collection." == error["message"]
    assert error["details"][0].startswith(detail)
    assert [] == (await api.get("/collections")).json()["collections"]


@pytest.mark.parametrize("name", ["NUL \0", "half \ud800", "x" * 5_000, "", "🦉"])
async def test_odd_names_are_taken_or_refused_but_never_break(api: httpx.AsyncClient, name: str) -> None:
    body = document({"collection": a_collection(id=None, name=name)})
    if "\ud800" in name:
        body = json.dumps({"collection": a_collection(id=None, name=name)}).encode()
    reply = await api.post("/collections", content=body)

    assert reply.status_code in {200, 400}, reply.text
    if reply.status_code == 200:
        assert 200 == (await api.get(f"/collections/{reply.json()['collection']['id']}")).status_code


async def test_a_body_of_unknown_length_is_refused(caller: Caller) -> None:
    async def chunks() -> Any:
        yield b"{}"

    for path in ("/collections", "/environments", "/mocks"):
        reply = await caller.api.post(path, content=chunks())

        assert (411, "lengthRequiredError") == (reply.status_code, reply.json()["error"]["name"])


async def test_more_than_100_mb_are_too_large_and_who_sent_them_is_told(api: httpx.AsyncClient) -> None:
    reply = await api.post("/collections", content=b'{"collection": "' + b"x" * (102 * 1024 * 1024))

    assert (413, 413, "/collections") == (reply.status_code, reply.json()["status"], reply.json()["instance"])
    assert reply.headers["content-type"].startswith("application/problem+json")


async def test_an_operator_may_lower_the_limit(house: House, caller: Caller) -> None:
    settings = GatewaySettings(
        host="127.0.0.1",
        port=0,
        maximum_body_bytes=1024,
        catalog_target=house.grpc_target,
        registry_target=house.grpc_target,
        calllog_target=house.grpc_target,
    )
    async with gateway_http(settings, CollectorRegistry()) as port, httpx.AsyncClient() as client:
        reply = await client.post(
            f"http://127.0.0.1:{port}/collections", content=b"x" * 2048, headers={"x-api-key": caller.key}
        )

    assert (413, "Content Too Large") == (reply.status_code, reply.json()["title"])


@pytest.mark.parametrize(("key", "status"), [("USK-this-key-is-nobodys-0000000001", b"401"), ("", b"413")])
async def test_who_is_refused_is_told_before_the_body_has_come(
    house: House, caller: Caller, key: str, status: bytes
) -> None:
    url = httpx.URL(house.gateway_url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(
        f"POST /collections HTTP/1.1\r\nHost: x\r\nx-api-key: {key or caller.key}\r\n"
        f"Content-Length: 500000000\r\n\r\n{{".encode()
    )
    await writer.drain()
    reply = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    writer.close()

    assert b"HTTP/1.1 " + status in reply


async def test_a_large_collection_comes_and_goes_whole(api: httpx.AsyncClient) -> None:
    collection = a_collection(*(an_item(an_example(body="x" * 1000), name=f"Item {n}") for n in range(2_000)), id="big")
    await created(api, collection)

    shown = (await api.get("/collections/big")).json()["collection"]

    assert 2_000 == len(shown["item"])
    assert len({item["id"] for item in shown["item"]}) == 2_000


async def test_tags_are_made_listed_and_deleted(api: httpx.AsyncClient) -> None:
    await created(api, a_collection(id="c-1"))
    made = await api.post("/collections/c-1/version-tags", json={"versionTag": {"name": "v1"}})
    again = await api.post("/collections/c-1/version-tags", json={"versionTag": {"name": "v1"}})
    listed = await api.get("/collections/c-1/version-tags")
    deleted = await api.delete("/collections/c-1/version-tags/v1")
    missing = await api.delete("/collections/c-1/version-tags/v1")

    assert ["name", "createdAt", "createdBy"] == list(made.json()["versionTag"])
    assert (400, "instanceFoundError") == (again.status_code, again.json()["error"]["name"])
    assert ["v1"] == [tag["name"] for tag in listed.json()["versionTags"]]
    assert {"versionTag": {"name": "v1"}} == deleted.json()
    assert (404, "instanceNotFoundError") == (missing.status_code, missing.json()["error"]["name"])


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "paramMissingError"),
        ({"versionTag": {}}, "paramMissingError"),
        ({"versionTag": {"name": 5}}, "invalidParamsError"),
        ({"versionTag": {"name": "x" * 101}}, "invalidParamsError"),
    ],
)
async def test_a_tag_needs_a_name(api: httpx.AsyncClient, body: dict[str, Any], name: str) -> None:
    await created(api, a_collection(id="c-1"))
    reply = await api.post("/collections/c-1/version-tags", json=body)

    assert (400, name) == (reply.status_code, reply.json()["error"]["name"])
