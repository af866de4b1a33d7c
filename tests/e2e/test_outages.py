"""What goes on while something is down, or was killed: mocks answer, and no answered call is lost from the log."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from services.core.access.visibility import Visibility
from services.core.mocks import Mock, MockDraft
from tests.builders import a_collection, document
from tests.e2e.separate import SeparateSuite, separate_suite
from tests.e2e.suite import API_KEY

pytestmark = pytest.mark.timeout(240)

CALLERS = 8


async def test_a_loaded_mock_goes_on_answering_with_everything_behind_it_down(tmp_path: Path) -> None:
    async with separate_suite(tmp_path) as suite, httpx.AsyncClient() as client:
        public, private = await mocked(suite), await mocked(suite, visibility=Visibility.PRIVATE)
        never_called = await mocked(suite)
        key = {"x-api-key": API_KEY}
        assert (await client.get(url_of(suite, public))).status_code == 200
        assert (await client.get(url_of(suite, private), headers=key)).status_code == 200
        for part in suite.behind:
            await part.stop()
        await suite.postgres.stop()

        answers = [await client.get(url_of(suite, public, f"?n={number}")) for number in range(200)]
        with_key = await client.get(url_of(suite, private), headers=key)
        without_key = await client.get(url_of(suite, private))
        not_loaded = await client.get(url_of(suite, never_called))

        assert {(200, '{"name": "Ada"}')} == {(answer.status_code, answer.text) for answer in answers}
        assert (200, 401) == (with_key.status_code, without_key.status_code)
        assert (503, "mockUnavailableError") == (not_loaded.status_code, not_loaded.json()["error"]["name"])

        await suite.postgres.start()
        await asyncio.gather(*(part.start() for part in suite.behind))
        await logged(suite, public, {f"/users/1?n={number}" for number in range(200)})


async def test_whatever_is_killed_under_load_every_answered_call_is_logged_once(tmp_path: Path) -> None:
    async with separate_suite(tmp_path) as suite:
        mock = await mocked(suite)
        async with load(suite, mock) as answered:
            for name, kill in VICTIMS.items():
                before = len(answered.paths)
                await answered.reaches(before + 200)
                await kill(suite)
                after = len(answered.paths)
                await answered.reaches(after + 200)
                print(f"\n{name} killed at {before + 200} answered calls, failed so far: {answered.failed_count}")

        times = await logged(suite, mock, set(answered.paths))
        twice = {path for path in answered.paths if times[path] != 1}
        print(f"\n{len(answered.paths)} answered calls, {answered.failed_count} failed while the edge was down")
        assert not twice


@dataclass
class Answered:
    """The calls that were answered, each by the path that was its own."""

    paths: list[str] = field(default_factory=list)
    failed_count: int = 0

    async def reaches(self, number: int) -> None:
        """Wait until as many calls were answered."""
        async with asyncio.timeout(60):
            while len(self.paths) < number:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def load(suite: SeparateSuite, mock: Mock) -> AsyncIterator[Answered]:
    """Call the mock without a pause for the length of the context."""
    answered, numbers, stop = Answered(), itertools.count(), asyncio.Event()
    async with httpx.AsyncClient() as client, asyncio.TaskGroup() as tasks:
        for _ in range(CALLERS):
            tasks.create_task(keep_calling(client, suite, mock, answered, numbers, stop))
        try:
            yield answered
        finally:
            stop.set()


async def keep_calling(
    client: httpx.AsyncClient,
    suite: SeparateSuite,
    mock: Mock,
    answered: Answered,
    numbers: "itertools.count[int]",
    stop: asyncio.Event,
) -> None:
    while not stop.is_set():
        path = f"/users/1?n={next(numbers)}"
        try:
            answer = await client.get(url_of(suite, mock, path.removeprefix("/users/1")))
        except httpx.TransportError:
            answered.failed_count += 1
            await asyncio.sleep(0.02)
            continue
        if answer.status_code == 200:
            answered.paths.append(path)
        else:
            answered.failed_count += 1


async def killed(suite: SeparateSuite, name: str) -> None:
    part = suite.edges[0] if name == "edge" else getattr(suite, name)
    await part.kill()
    await part.start()


async def killed_postgres(suite: SeparateSuite) -> None:
    await suite.postgres.kill()
    await suite.postgres.start()


VICTIMS: dict[str, Callable[[SeparateSuite], Awaitable[None]]] = {
    "edge": lambda suite: killed(suite, "edge"),
    "calllog": lambda suite: killed(suite, "calllog"),
    "catalog": lambda suite: killed(suite, "catalog"),
    "registry": lambda suite: killed(suite, "registry"),
    "postgres": killed_postgres,
}


async def mocked(suite: SeparateSuite, *, visibility: Visibility = Visibility.PUBLIC) -> Mock:
    imported = await suite.understudy.catalog.import_collection(document(a_collection()))
    return await suite.understudy.registry.create_mock(
        MockDraft(collection_id=imported.collection.id, visibility=visibility)
    )


def url_of(suite: SeparateSuite, mock: Mock, query: str = "") -> str:
    return f"{suite.edges[0].url}/mocks/{mock.id}/users/1{query}"


async def logged(suite: SeparateSuite, mock: Mock, paths: set[str]) -> Counter[str]:
    """Wait until every path is in the mock's log, and return how often each is."""
    times: Counter[str] = Counter()
    async with asyncio.timeout(60):
        while not paths <= times.keys():
            await asyncio.sleep(0.2)
            times = Counter([entry.request.path async for entry in suite.understudy.calllog.list_entries(mock.id)])
    return times
