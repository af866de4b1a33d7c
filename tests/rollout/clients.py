"""What else goes on during a rollout: provisioning over gRPC and REST, changes that must be served, first calls."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import httpx

from services.core.access.visibility import Visibility
from services.core.errors import UnderstudyError
from services.core.mocks import Mock, MockDraft
from tests.builders import a_collection, a_request, an_example, an_item, document
from tests.e2e.suite import API_KEY
from tests.rollout.load import Caller, Kind
from tests.rollout.suite import RolledSuite

GET_BODY = '{"name": "Ada"}'
POST_BODY = '{"id": 7}'

PADDING = "x" * 2_000_000
"""Makes an import last a while, so that some are under way whenever a replica leaves."""


@dataclass
class Work:
    """What was done, what failed, and how long it took until changes were served."""

    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    longest_seconds: dict[str, float] = field(default_factory=dict)
    propagation_seconds: list[float] = field(default_factory=list)

    def did(self, what: str, seconds: float) -> None:
        """Take in that something was done."""
        self.counts[what] = self.counts.get(what, 0) + 1
        self.longest_seconds[what] = max(self.longest_seconds.get(what, 0.0), round(seconds, 2))


def shop(name: str, **fields: Any) -> bytes:
    """Return a collection with one example to get and one to post."""
    get = an_item(an_example(url="{{baseUrl}}/users/1", body=GET_BODY))
    post = an_item(
        an_example(method="POST", url="{{baseUrl}}/users", code=201, body=POST_BODY),
        request=a_request("POST", "{{baseUrl}}/users"),
        name="Add user",
    )
    return document(a_collection(get, post, name=name, id=None, **fields))


async def mocked(suite: RolledSuite, name: str, *, visibility: Visibility = Visibility.PUBLIC) -> Mock:
    """Import a collection of its own, and mock it."""
    imported = await suite.understudy.catalog.import_collection(shop(name), request_id=str(uuid4()))
    return await suite.understudy.registry.create_mock(
        MockDraft(collection_id=imported.collection.id, visibility=visibility), request_id=str(uuid4())
    )


def kinds_of(public: Mock, private: Mock) -> list[Kind]:
    """Return the kinds of calls: most are answered at once, some after 200 to 500 ms."""
    key = ("x-api-key", API_KEY)

    def delayed(milliseconds: int) -> tuple[str, str]:
        return ("x-mock-response-delay", str(milliseconds))

    get: dict[str, Any] = {"path": "/users/1", "body": GET_BODY}
    post: dict[str, Any] = {"path": "/users", "body": POST_BODY, "method": "POST", "status": 201}
    return [
        Kind(name="public GET", mock_id=public.id, **get),
        Kind(name="private GET", mock_id=private.id, headers=(key,), **get),
        Kind(name="public POST", mock_id=public.id, **post),
        Kind(name="public GET, 200 ms", mock_id=public.id, headers=(delayed(200),), **get),
        Kind(name="private POST", mock_id=private.id, headers=(key,), **post),
        Kind(name="private GET, 500 ms", mock_id=private.id, headers=(key, delayed(500)), **get),
        Kind(name="public GET", mock_id=public.id, **get),
        Kind(name="public POST, 350 ms", mock_id=public.id, headers=(delayed(350),), **post),
    ]


@asynccontextmanager
async def working(suite: RolledSuite, caller: Caller) -> AsyncIterator[Work]:
    """Provision, change and call for the first time, again and again, for the length of the context."""
    work, stop = Work(), asyncio.Event()
    gateway = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{suite.addresses['gateway']}", headers={"x-api-key": API_KEY}, timeout=20
    )
    async with gateway, asyncio.TaskGroup() as tasks:
        jobs: dict[str, tuple[float, Callable[[int], Awaitable[None]]]] = {
            "import over gRPC": (1.0, lambda number: _import_over_grpc(suite, number)),
            "first call": (0.5, lambda number: _first_call(suite, caller, number)),
            "REST": (0.3, lambda number: _over_rest(gateway, number)),
        }
        for name, (pause, job) in jobs.items():
            tasks.create_task(_again_and_again(name, pause, job, work, stop))
        tasks.create_task(_changes(suite, work, stop))
        try:
            yield work
        finally:
            stop.set()


async def _again_and_again(
    name: str, pause: float, job: Callable[[int], Awaitable[None]], work: Work, stop: asyncio.Event
) -> None:
    for number in itertools.count():
        if stop.is_set():
            return
        began = time.monotonic()
        try:
            await job(number)
        except (UnderstudyError, httpx.HTTPError, AssertionError) as error:
            work.failures.append(f"{name}: {type(error).__name__} {error}")
        work.did(name, time.monotonic() - began)
        await asyncio.sleep(pause)


async def _import_over_grpc(suite: RolledSuite, number: int) -> None:
    """Upload a large collection, load it down again, and delete it."""
    content = shop(f"Large {number}", padding=PADDING)
    imported = await suite.understudy.catalog.import_collection(content, request_id=str(uuid4()))
    _, exported = await suite.understudy.catalog.export_collection(imported.collection.id)
    await suite.understudy.catalog.delete_collection(imported.collection.id)
    assert content == exported, "the export differs"


async def _first_call(suite: RolledSuite, caller: Caller, number: int) -> None:
    """Mock something new, and call it at once."""
    mock = await mocked(suite, f"New {number}")
    await caller.call(Kind(name="first call", mock_id=mock.id, path="/users/1", body=GET_BODY))


async def _over_rest(gateway: httpx.AsyncClient, number: int) -> None:
    """Make an environment over the REST API, read it, and delete it."""
    body = {"environment": {"name": f"Stage {number}", "values": []}}
    made = await gateway.post("/environments", json=body)
    assert made.status_code == 200, made.text
    path = f"/environments/{made.json()['environment']['uid']}"
    replies = [await gateway.get(path), await gateway.delete(path)]
    assert [reply.status_code for reply in replies] == [200, 200], [reply.text for reply in replies]


async def _changes(suite: RolledSuite, work: Work, stop: asyncio.Event) -> None:
    """Change an example, and wait until every edge that is ready serves it."""
    mock = await mocked(suite, "Changing")
    catalog = suite.understudy.catalog
    (stored, *_) = [each async for each in catalog.list_examples(mock.collection_id) if each.example.body == GET_BODY]
    async with httpx.AsyncClient(timeout=20) as client:
        for number in itertools.count():
            if stop.is_set():
                return
            body = f"change {number}"
            try:
                await catalog.update_example(
                    mock.collection_id, stored.example.id, replace(stored.example, body=body), fields=["body"]
                )
                began = time.monotonic()
                await asyncio.gather(
                    *(_served(client, suite, url, f"/mocks/{mock.id}/users/1", body) for url in suite.edge_urls())
                )
                work.propagation_seconds.append(time.monotonic() - began)
            except (UnderstudyError, httpx.HTTPError, TimeoutError) as error:
                work.failures.append(f"change: {type(error).__name__} {error}")
            await asyncio.sleep(0.3)


async def _served(client: httpx.AsyncClient, suite: RolledSuite, url: str, path: str, body: str) -> None:
    """Ask an edge until it serves the body, or gets no calls any more."""
    async with asyncio.timeout(10):
        while url in suite.edge_urls() and (await client.get(url + path)).text != body:
            await asyncio.sleep(0.02)
