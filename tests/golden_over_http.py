"""The golden corpus over HTTP: a mock for every case on a running suite, called as the case tells.

Each reply must be what the page says and, where a reply is always the same, what the core answers in-process. The call
log must then tell the same of each call: who answered, how that came about, and how long the mock waited.
"""

import asyncio
import http.client
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.client import Understudy
from services.core.call_log import CallLogEntry, Outcome
from services.core.errors import AlreadyExists
from services.core.ids import CollectionId, EnvironmentId, MockId
from services.core.matching.match import NoMatch
from services.core.postman.environments import read_environment
from services.core.postman.reader import read_collection
from tests.e2e.suite import eventually
from tests.golden import Case, GoldenCall
from tests.golden_replies import ACCOUNT, Received, Replayed, complaints, received, replay
from tests.golden_worlds import World

LONGEST_WAIT = timedelta(seconds=1)
"""For what takes longer the client does not wait: it leaves, and the call log must say so."""

BY_THE_SERVER = {"date", "connection"}
"""Headers that belong to the connection, not to the reply."""


async def complaints_over_http(case: Case, edge_url: str, understudy: Understudy) -> list[str]:
    """Return what is wrong with the replies of a suite to the calls of a case, and with what its log says of them."""
    wrong: list[str] = []
    for _, calls in groupby(case.calls, key=mock_key):
        wrong += await replayed_on_a_mock([*calls], edge_url, understudy)
    return wrong


def mock_key(golden: GoldenCall) -> tuple[object, ...]:
    """Return what makes two calls go to the same mock; what else differs is changed while the mock runs."""
    world = golden.world
    return world.mock, world.server_response, collection_id(world.collection), environment_id(world.environment)


@dataclass
class Sent:
    """A call that was sent; `is_counted` is False for those that only wait for a change to arrive."""

    golden: GoldenCall
    wanted: Replayed
    is_counted: bool = True


@dataclass
class Journey:
    """A mock of a running suite, and what has been sent to it."""

    edge_url: str
    mock_id: MockId
    sent: list[Sent] = field(default_factory=list)

    def complaints(self, golden: GoldenCall, *, is_counted: bool = True) -> list[str]:
        """Return what is wrong with the reply to a call."""
        wanted = replay(golden)
        if wanted.answer is not None:
            self.sent.append(Sent(golden, wanted, is_counted))
        if wanted.wait > LONGEST_WAIT:
            self._leave(golden)
            return []
        reply = self._call(golden)
        wrong = complaints(golden, reply)
        if golden.expected.is_exact and without_connection(received(wanted.reply)) != without_connection(reply):
            wrong.append(f"in-process {wanted.reply}, over HTTP {reply}")
        return [f"{golden.title}: {complaint}" for complaint in wrong]

    def _call(self, golden: GoldenCall) -> Received:
        with closing(self._connection()) as connection:
            self._send(connection, golden)
            reply = connection.getresponse()
            headers = tuple((name.lower(), value) for name, value in reply.getheaders())
            assert reply.reason in {"", http.client.responses.get(reply.status)}
            return Received(status=reply.status, headers=headers, body=reply.read())

    def _leave(self, golden: GoldenCall) -> None:
        """Send a call and go away; nothing may have come back by then."""
        with closing(self._connection()) as connection:
            self._send(connection, golden)
            assert connection.sock is not None
            connection.sock.settimeout(0.2)
            with suppress(TimeoutError):
                pytest.fail(f"{golden.title}: it answered {connection.sock.recv(1)!r} at once")

    def _connection(self) -> http.client.HTTPConnection:
        where = urlsplit(self.edge_url)
        return http.client.HTTPConnection(str(where.hostname), where.port, timeout=30)

    def _send(self, connection: http.client.HTTPConnection, golden: GoldenCall) -> None:
        """Send a call as it is, with no library making its path or its headers more beautiful."""
        call = golden.call
        target = f"/mocks/{self.mock_id}{call.path}" + (f"?{call.query}" if call.query else "")
        connection.putrequest(call.method, target, skip_accept_encoding=True)
        for name, value in call.headers:
            connection.putheader(name, value.encode("latin-1"))
        if call.body:
            connection.putheader("content-length", str(len(call.body)))
        connection.endheaders(call.body or None)


async def replayed_on_a_mock(calls: list[GoldenCall], edge_url: str, understudy: Understudy) -> list[str]:
    """Return what is wrong with the replies to some calls of one mock, and with what the log says of them."""
    world = calls[0].world
    journey = Journey(edge_url, await made_mock(understudy, world))
    wrong: list[str] = []
    for golden in calls:
        if golden.world != world:
            world = golden.world
            await stored(understudy, world)
            await asyncio.to_thread(eventually, lambda golden=golden: arrived(journey, golden))
        for _ in range(golden.expected.times):
            wrong += await asyncio.to_thread(journey.complaints, golden)
    return wrong + await logged_otherwise(understudy, journey)


def arrived(journey: Journey, golden: GoldenCall) -> None:
    """Raise AssertionError until a change has reached the edge, as the call after it shows."""
    assert [] == journey.complaints(golden, is_counted=False)


async def made_mock(understudy: Understudy, world: World) -> MockId:
    """Make a mock of a world, and return its id."""
    if world.released is not None:
        await understudy.catalog.import_collection(world.released.read_bytes())
        await understudy.catalog.create_release_tag(collection_id(world.released), str(world.mock.release_tag))
    await stored(understudy, world)
    draft = replace(
        world.mock,
        name=f"Golden {world.collection.parent.name}",
        collection_id=collection_id(world.collection),
        environment_id=environment_id(world.environment),
    )
    mock = await understudy.registry.create_mock(draft)
    if world.server_response is not None:
        response = await understudy.registry.create_server_response(mock.id, world.server_response)
        active = replace(draft, config=replace(draft.config, server_response_id=response.id))
        await understudy.registry.update_mock(mock.id, active, fields=["config.server_response_id"])
    return mock.id


async def stored(understudy: Understudy, world: World) -> None:
    """Store the files of a world, over what was stored under their ids."""
    await understudy.catalog.import_collection(world.collection.read_bytes())
    if world.environment is None:
        return
    environment = read_environment(world.environment.read_bytes(), account_id=ACCOUNT)
    try:
        await understudy.catalog.create_environment(environment)
    except AlreadyExists:
        await understudy.catalog.update_environment(environment.id, variables=environment.variables)


async def logged_otherwise(understudy: Understudy, journey: Journey) -> list[str]:
    """Return where the call log says something else than what happened."""
    entries = await logged(understudy, journey)
    pairs = [(sent, entry) for sent, entry in zip(journey.sent, entries, strict=True) if sent.is_counted]
    return [f"{sent.golden.title}: {problem}" for sent, entry in pairs for problem in problems(sent.wanted, entry)]


async def logged(understudy: Understudy, journey: Journey) -> list[CallLogEntry]:
    """Return the entries of a mock in the order of its calls, once there are as many."""
    entries: list[CallLogEntry] = []
    async with asyncio.timeout(30):
        async for _news in understudy.calllog.tail(journey.mock_id):
            entries = [entry async for entry in understudy.calllog.list_entries(journey.mock_id)]
            if len(entries) >= len(journey.sent):
                break
    return sorted(entries, key=lambda entry: entry.serve_time)


def problems(wanted: Replayed, entry: CallLogEntry) -> Iterator[str]:
    """Yield where an entry differs from what the core answers in-process."""
    answer = wanted.answer
    assert answer is not None
    has_left = wanted.wait > LONGEST_WAIT
    told: Mapping[str, tuple[object, object]] = {
        "outcome": (Outcome.ABORTED if has_left else answer.outcome, entry.outcome),
        "response name": (answer.response_name, entry.response_name),
        "example": (answer.example_id, entry.example_id),
        "match": (answer.match_summary, entry.match_summary),
        "waits": (bool(wanted.wait), bool(entry.delay)),
    }
    yield from (
        f"logged {what}: {one!r} expected, {other!r} found" for what, (one, other) in told.items() if one != other
    )
    if not has_left and entry.delay < wanted.wait:
        yield f"it waited {entry.delay} of {wanted.wait}"
    if isinstance(wanted.found, NoMatch) and entry.outcome is not Outcome.UNMATCHED:
        yield "it is not logged as unmatched"


def without_connection(reply: Received) -> Received:
    """Return a reply without what belongs to the connection."""
    return replace(reply, headers=tuple(pair for pair in reply.headers if pair[0] not in BY_THE_SERVER))


def collection_id(file: Path) -> CollectionId:
    """Return the id under which the catalog keeps a collection."""
    return read_collection(file.read_bytes(), account_id=ACCOUNT).collection.id


def environment_id(file: Path | None) -> EnvironmentId | None:
    """Return the id under which the catalog keeps an environment."""
    return None if file is None else read_environment(file.read_bytes(), account_id=ACCOUNT).id
