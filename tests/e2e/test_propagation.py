"""A change made through the API is served by every edge worker within a second."""

import asyncio
import statistics
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from services.client import Understudy
from services.core.ids import CollectionId, ExampleId
from services.core.mocks import MockDraft
from tests.builders import a_collection, an_example, an_item, document
from tests.e2e.separate import SeparateSuite, separate_suite

CHANGES = 50
PROMISED_SECONDS = 1.0

pytestmark = pytest.mark.timeout(240)


async def test_a_change_is_served_by_two_edge_workers_within_a_second(tmp_path: Path) -> None:
    async with separate_suite(tmp_path, edges=2) as suite:
        collection_id, example_id, path = await mocked(suite.understudy)
        async with httpx.AsyncClient() as client:
            await asyncio.gather(*(served(client, edge.url + path, "before") for edge in suite.edges))
            seconds = [
                await seconds_until_served(suite, client, collection_id, example_id, path, f"change {number}")
                for number in range(CHANGES)
            ]

    print(
        f"\n{CHANGES} changes on {len(suite.edges)} workers: "
        f"median {statistics.median(seconds) * 1000:.0f} ms, slowest {max(seconds) * 1000:.0f} ms"
    )
    assert max(seconds) < PROMISED_SECONDS


async def mocked(understudy: Understudy) -> tuple[CollectionId, ExampleId, str]:
    """Mock a collection of one example; return the ids of both, and the example's path."""
    imported = await understudy.catalog.import_collection(document(a_collection(an_item(an_example(body="before")))))
    mock = await understudy.registry.create_mock(MockDraft(collection_id=imported.collection.id))
    (stored,) = [each async for each in understudy.catalog.list_examples(imported.collection.id)]
    return imported.collection.id, stored.example.id, f"/mocks/{mock.id}/users/1"


async def seconds_until_served(
    suite: SeparateSuite,
    client: httpx.AsyncClient,
    collection_id: CollectionId,
    example_id: ExampleId,
    path: str,
    body: str,
) -> float:
    """Change the example, and return how long after the change was made every worker served it."""
    stored = await suite.understudy.catalog.get_example(collection_id, example_id)
    await suite.understudy.catalog.update_example(
        collection_id, example_id, replace(stored.example, body=body), fields=["body"]
    )
    began = time.monotonic()
    await asyncio.gather(*(served(client, edge.url + path, body) for edge in suite.edges))
    return time.monotonic() - began


async def served(client: httpx.AsyncClient, url: str, body: str) -> None:
    """Ask until the body is the one wanted."""
    async with asyncio.timeout(10):
        while (await client.get(url)).text != body:
            await asyncio.sleep(0.002)
