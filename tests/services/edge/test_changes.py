"""Changes made through the API are served at once, and outages of the services are not felt by loaded mocks."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from services.core.ids import AccountId
from services.core.mocks import MockDraft
from services.core.postman.environments import read_environment
from services.core.postman.variable import Variable
from services.edge.app import edge_service
from tests.builders import a_collection, an_environment, an_example, an_item, document
from tests.services.edge.suite import Suite, edge_settings, running_edge, running_suite, running_suite_of
from tests.services.waiting import until

NO_MOCK = '{"error":{"name":"mockNotFoundError","message":"Please refresh and try again."}}'

NO_LONGER_THAN = 1.0
"""A change is served within a second; mostly it takes a few milliseconds."""


def shop(body: str) -> bytes:
    return document(a_collection(an_item(an_example(url="https://api.example/a", body=body))))


async def seconds_until(answer: Callable[[], Awaitable[str]], expected: str) -> float:
    """Return how long it takes until the mock answers what is expected."""
    began = time.monotonic()
    async with asyncio.timeout(10):
        while await answer() != expected:
            await asyncio.sleep(0.002)
    return time.monotonic() - began


async def test_every_kind_of_change_is_served_within_a_second(fresh_databases: dict[str, str], tmp_path: Path) -> None:
    async with running_suite(fresh_databases) as suite, running_edge(suite, tmp_path) as edge:
        imported = await suite.catalog.import_collection(shop("first"))
        mock = await suite.registry.create_mock(MockDraft(collection_id=imported.collection.id))

        async def answer() -> str:
            return (await edge.call(mock, "/a")).text

        assert "first" == await answer()
        took: dict[str, float] = {}

        await suite.catalog.import_collection(shop("second {{who}}"))
        took["import"] = await seconds_until(answer, "second {{who}}")

        values = an_environment({"who": "Ada"})
        environment = await suite.catalog.create_environment(
            read_environment(document(values), account_id=AccountId(1))
        )
        draft = MockDraft(environment_id=environment.id)
        await suite.registry.update_mock(mock.id, draft, fields=["environment_id"])
        took["mock"] = await seconds_until(answer, "second Ada")

        changed = (Variable(key="who", value="Grace"),)
        await suite.catalog.update_environment(environment.id, variables=changed)
        took["environment"] = await seconds_until(answer, "second Grace")

        await suite.catalog.create_release_tag(imported.collection.id, "v1")
        await suite.registry.update_mock(mock.id, MockDraft(release_tag="v1"), fields=["release_tag"])
        await suite.catalog.import_collection(shop("third"))
        await suite.registry.update_mock(mock.id, MockDraft(), fields=["environment_id"])
        took["pin"] = await seconds_until(answer, "second {{who}}")

        await suite.registry.update_mock(mock.id, MockDraft(), fields=["release_tag"])
        took["unpin"] = await seconds_until(answer, "third")

        await suite.catalog.delete_collection(imported.collection.id)
        took["deletion"] = await seconds_until(answer, NO_MOCK)

        await suite.catalog.import_collection(shop("back again"))
        took["return"] = await seconds_until(answer, "back again")

        assert max(took.values()) < NO_LONGER_THAN, took
        assert await edge.metric("understudy_propagation_seconds_count") > 0


async def test_a_burst_of_imports_ends_with_the_last_one(fresh_databases: dict[str, str], tmp_path: Path) -> None:
    async with running_suite(fresh_databases) as suite, running_edge(suite, tmp_path) as edge:
        imported = await suite.catalog.import_collection(shop("first"))
        mock = await suite.registry.create_mock(MockDraft(collection_id=imported.collection.id))
        assert "first" == (await edge.call(mock, "/a")).text

        for number in range(50):
            await suite.catalog.import_collection(shop(f"number {number}"))

        async def answer() -> str:
            return (await edge.call(mock, "/a")).text

        assert await seconds_until(answer, "number 49") < NO_LONGER_THAN


async def test_loaded_mocks_go_on_answering_with_everything_down_and_nothing_is_lost(
    fresh_databases: dict[str, str], tmp_path: Path
) -> None:
    async with running_suite(fresh_databases) as suite, running_edge(suite, tmp_path) as edge:
        loaded = await suite.mock(an_item(an_example(url="https://api.example/a", body="found")))
        unloaded = await suite.mock(an_item(an_example(url="https://api.example/a", body="found")))
        assert "found" == (await edge.call(loaded, "/a")).text
        await suite.logged(loaded.id)

        await suite.stop()
        during = [await edge.call(loaded, "/a") for _ in range(20)]
        refused = await edge.call(unloaded, "/a")
        ready = await edge.http.get(f"http://127.0.0.1:{edge.running.metrics_port}/readyz")
        waiting = await edge.metric("understudy_journal_bytes")
        await suite.start()

        assert {(200, "found")} == {(reply.status_code, reply.text) for reply in during}
        assert (503, "mockUnavailableError") == (refused.status_code, refused.json()["error"]["name"])
        assert 200 == ready.status_code
        assert waiting > 0
        assert 21 == len(await suite.logged(loaded.id, count=21))
        await until(lambda: not edge.running.journal.pending_count)
        assert "found" == (await edge.call(unloaded, "/a")).text


async def test_what_changed_while_the_services_were_away_from_the_edge_is_served_when_they_are_back(
    fresh_databases: dict[str, str], tmp_path: Path
) -> None:
    async with running_suite(fresh_databases) as suite, running_edge(suite, tmp_path) as edge:
        imported = await suite.catalog.import_collection(shop("first"))
        mock = await suite.registry.create_mock(MockDraft(collection_id=imported.collection.id))
        assert "first" == (await edge.call(mock, "/a")).text
        port = suite.port
        await suite.stop()
        elsewhere = Suite(suite.databases)
        async with running_suite_of(elsewhere):
            await elsewhere.catalog.import_collection(shop("second"))

        assert port == suite.port
        await suite.start()

        async def answer() -> str:
            return (await edge.call(mock, "/a")).text

        assert await seconds_until(answer, "second") < 5


async def test_an_edge_that_starts_before_the_services_is_ready_when_they_are(
    fresh_databases: dict[str, str], tmp_path: Path
) -> None:
    async with running_suite(fresh_databases) as suite:
        mock = await suite.mock(an_item(an_example(url="https://api.example/a", body="found")))
        await suite.stop()
        starting = asyncio.create_task(_call_when_ready(suite, tmp_path, mock.id))
        await asyncio.sleep(0)
        await suite.start()

        assert (503, 200, "found") == await asyncio.wait_for(starting, 20)


async def _call_when_ready(suite: Suite, journal_dir: Path, mock_id: str) -> tuple[int, int, str]:
    async with edge_service(edge_settings(suite, journal_dir)) as running, httpx.AsyncClient() as http:
        probe = f"http://127.0.0.1:{running.metrics_port}/readyz"
        before = await http.get(probe)
        await running.following.wait_until_synced()
        after = await http.get(probe)
        reply = await http.get(f"http://127.0.0.1:{running.port}/mocks/{mock_id}/a")
    return before.status_code, after.status_code, reply.text
