"""Whatever is thrown at the API, it answers with an error of one of its forms, and never with a fault of its own."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import a_collection, an_environment
from tests.services.gateway.conftest import Caller, House

pytestmark = pytest.mark.asyncio(loop_scope="package")

WRITES = (
    ("POST", "/collections", "collection"),
    ("PUT", "/collections/known", "collection"),
    ("POST", "/collections/known/version-tags", "versionTag"),
    ("POST", "/environments", "environment"),
    ("PUT", "/environments/known", "environment"),
    ("POST", "/mocks", "mock"),
    ("PUT", "/mocks/known", "mock"),
)

KEYS = st.sampled_from(
    [
        *("info", "name", "schema", "item", "_postman_id", "id", "request", "response", "values", "key", "value"),
        *("type", "enabled", "variable", "collection", "environment", "private", "versionTag", "description"),
        *("config", "headers", "delay", "duration", "preset", "matchBody", "serverResponseId"),
    ]
)

TEXTS = st.text(max_size=8) | st.sampled_from(
    ["known", "\0", "\ud800", "v2.1.0", "9" * 400, a_collection()["info"]["schema"]]
)

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXTS, inner, max_size=5),
    max_leaves=12,
)

COLLECTIONS = st.builds(
    lambda tree, info: {**a_collection(id=None), **tree, "info": {**a_collection(id=None)["info"], **info}},
    st.dictionaries(KEYS, VALUES, max_size=3),
    st.dictionaries(KEYS, VALUES, max_size=2),
)


def bodies(name: str) -> st.SearchStrategy[bytes]:
    mostly_right = VALUES | (COLLECTIONS if name == "collection" else st.dictionaries(KEYS, VALUES, max_size=6))
    wrapped = mostly_right.map(lambda inner: {name: inner})
    return st.binary(max_size=20) | (VALUES | wrapped).map(lambda tree: json.dumps(tree).encode())


def is_error_of_a_known_form(reply: httpx.Response) -> bool:
    body: dict[str, Any] = reply.json()
    error: dict[str, Any] = body.get("error", {})
    is_classic = {"name", "message"} <= error.keys() <= {"name", "message", "details"}
    return is_classic or {"type", "title", "detail", "status"} <= body.keys()


@dataclass(frozen=True)
class Known:
    """A caller who has a collection, an environment, both with the id `known`, and a mock."""

    caller: Caller
    mock_id: str


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def known(house: House) -> Known:
    caller = await house.newcomer()
    await caller.api.post("/collections", json={"collection": a_collection(id="known")})
    await caller.api.post("/environments", json={"environment": an_environment(id="known")})
    mock = await caller.api.post("/mocks", json={"mock": {"collection": "known"}})
    return Known(caller, mock.json()["mock"]["id"])


@pytest.mark.parametrize(("method", "path", "name"), WRITES)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_no_body_is_answered_with_a_fault(
    known: Known, method: str, path: str, name: str, data: st.DataObject
) -> None:
    body = data.draw(bodies(name))
    reply = await known.caller.api.request(
        method, path.replace("/mocks/known", f"/mocks/{known.mock_id}"), content=body
    )

    assert reply.status_code < 500, reply.text
    assert reply.status_code == 200 or is_error_of_a_known_form(reply), reply.text
