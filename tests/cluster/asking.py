"""What tests ask a running suite: by gRPC and by HTTP, at the addresses of its pods."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx

from services.client import Targets, Understudy, connect
from services.core.ids import MockId
from services.core.mocks import Mock, MockDraft
from services.core.postman.document import JsonObject, write_json
from tests.cluster.cluster import Cluster
from tests.cluster.external_database import secret
from tests.cluster.manifests import Manifests
from tests.cluster.rendering import Values
from tests.golden import API_KEY

SECRETS: Final = "suite-secrets"

GIVEN_SECRETS: Final[Values] = {"existingSecret": SECRETS}
"""The chart's `secrets`, where the tests must know the administrator's key."""


def suite_secrets() -> Manifests:
    """Return the Secret that GIVEN_SECRETS names."""
    content = {"service-token": "the token that the pods of this test share", "administrator-key": API_KEY}
    return Manifests((secret(SECRETS, content),))


def edge_url(cluster: Cluster, number: int = 0) -> str:
    """Return where an edge answers."""
    return f"http://{cluster.pods_of('edge')[number].address}:8080"


def targets(cluster: Cluster) -> Targets:
    """Return where the services answer."""
    catalog, registry, calllog = (f"{cluster.pod(name).address}:7000" for name in ("catalog", "registry", "calllog"))
    return Targets(catalog=catalog, registry=registry, calllog=calllog)


@asynccontextmanager
async def administrator(cluster: Cluster) -> AsyncIterator[Understudy]:
    """Yield the services for the first administrator."""
    async with connect(targets(cluster), api_key=API_KEY) as understudy:
        yield understudy


async def mock_of_one_example(understudy: Understudy, name: str) -> Mock:
    """Make a mock that answers `GET /<name>` with its name."""
    imported = await understudy.catalog.import_collection(write_json(collection_of_one_example(name, name)))
    return await understudy.registry.create_mock(MockDraft(name=name, collection_id=imported.collection.id))


@asynccontextmanager
async def gateway(cluster: Cluster) -> AsyncIterator[httpx.AsyncClient]:
    """Yield the REST API, for the first administrator."""
    url = f"http://{cluster.pod('gateway').address}:8081"
    async with httpx.AsyncClient(base_url=url, headers={"x-api-key": API_KEY}) as client:
        yield client


async def answers(client: httpx.AsyncClient, url: str) -> None:
    """Raise AssertionError where a call is not answered with 200."""
    assert httpx.codes.OK == (await client.get(url)).status_code


async def calls_logged(understudy: Understudy, mock_id: MockId, *, at_least: int) -> None:
    """Raise AssertionError where the log tells of fewer calls."""
    assert at_least <= len([entry async for entry in understudy.calllog.list_entries(mock_id)])


def collection_of_one_example(name: str, body: str) -> JsonObject:
    """Return a collection that answers `GET /<name>` with a body."""
    request: JsonObject = {"method": "GET", "url": f"https://example.com/{name}"}
    example: JsonObject = {"name": name, "originalRequest": request, "code": 200, "body": body}
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return {
        "info": {"name": name, "schema": schema},
        "item": [{"name": name, "request": request, "response": [example]}],
    }
