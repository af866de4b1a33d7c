"""The mock path as an ASGI app, under no server at all: it needs none in particular."""

import asyncio
from collections.abc import AsyncIterator, Mapping, MutableMapping
from typing import Any

import pytest_asyncio
from prometheus_client import CollectorRegistry

from services.core.call_log import Outcome
from services.core.serving.addresses import AddressRules
from services.edge.http import MockPath
from services.edge.loading import SnapshotLoader
from services.edge.metrics import CallMetrics, SnapshotMetrics
from services.edge.recorder import Recorder
from services.edge.reply_sources import reply_sources
from services.edge.snapshots import Snapshots
from services.wire.calllog_codec import decode_entry
from services.wire.key_ring import KeyCopy
from services.wire.served_calls import ServedCallEncoder
from tests.services.edge.sources import MemorySource

Message = Mapping[str, Any]

WHOLE: Message = {"type": "http.request", "body": b"", "more_body": False}
GONE: Message = {"type": "http.disconnect"}


class Server:
    """Plays the server's part: hands out a scope and messages, and keeps what the app sends."""

    def __init__(self) -> None:
        self.source = MemorySource()
        self.source.add_mock("mock")
        self.entries: list[bytes] = []
        self.passed_on: list[str] = []
        metrics = CallMetrics(CollectorRegistry())
        self.loader = SnapshotLoader(self.source)
        self.snapshots = Snapshots(self.loader.load, limit_bytes=1 << 30, metrics=SnapshotMetrics(CollectorRegistry()))
        self.app = MockPath(
            self.behind,
            rules=AddressRules(domain="mock.localhost", prefix="/mocks"),
            snapshots=self.snapshots,
            keys=KeyCopy(),
            recorder=Recorder(self.entries.append, ServedCallEncoder(body_limit=100).encode, metrics),
            metrics=metrics,
            sources=reply_sources("http://pictures.example"),
            body_limit=10,
        )

    async def behind(self, scope: Message, _receive: object, _send: object) -> None:
        self.passed_on.append(scope["type"])

    async def call(
        self,
        *messages: Message,
        path: str = "/mocks/mock/a",
        headers: Mapping[str, str] | None = None,
        **scope: Any,
    ) -> list[dict[str, Any]]:
        """Make a call, and return what the app sent. After the messages, receiving waits for ever."""
        sent: list[dict[str, Any]] = []
        coming = list(messages)

        async def receive() -> Message:
            if not coming:
                await asyncio.Event().wait()
            return coming.pop(0)

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(dict(message))

        defaults = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
        }
        async with asyncio.timeout(10):
            await self.app(defaults | scope, receive, send)
        return sent

    @property
    def outcomes(self) -> list[Outcome]:
        return [decode_entry(entry).outcome for entry in self.entries]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    async with made.snapshots.running():
        yield made
    made.loader.close()


async def test_a_call_without_a_body_is_answered_without_receiving(server: Server) -> None:
    start, body = await server.call()

    assert (200, b"first") == (start["status"], body["body"])
    assert [Outcome.MATCHED] == server.outcomes


async def test_a_server_that_keeps_no_raw_path_is_served_too(server: Server) -> None:
    start, _ = await server.call(raw_path=None)
    await server.call(path="/mocks/mock/ä b?", raw_path=None)

    assert 200 == start["status"]
    assert "/%C3%A4%20b%3F" == decode_entry(server.entries[1]).request.path


async def test_a_body_in_pieces_is_put_together(server: Server) -> None:
    pieces = [{"type": "http.request", "body": piece, "more_body": True} for piece in (b"ab", b"", b"c")]

    await server.call(*pieces, WHOLE, headers={"content-length": "3"})

    assert b"abc" == decode_entry(server.entries[0]).request.body.data


async def test_of_a_body_that_is_too_large_the_rest_is_taken_off_the_wire_behind_the_reply(server: Server) -> None:
    pieces = [{"type": "http.request", "body": b"x" * 8, "more_body": True} for _ in range(5)]

    start, body, end = await server.call(*pieces, WHOLE, headers={"transfer-encoding": "chunked"})

    assert 400 == start["status"]
    assert (True, False) == (body["more_body"], end.get("more_body", False))
    assert b"requestBodyTooLargeError" in body["body"]


async def test_a_client_that_leaves_while_it_sends_is_logged_and_gets_nothing(server: Server) -> None:
    sent = await server.call(GONE, headers={"content-length": "3"})

    assert [] == sent
    assert [Outcome.ABORTED] == server.outcomes


async def test_a_client_that_leaves_during_the_delay_is_logged_and_gets_nothing(server: Server) -> None:
    sent = await server.call(WHOLE, GONE, headers={"x-mock-response-delay": "60000"})

    assert [] == sent
    assert [Outcome.ABORTED] == server.outcomes


async def test_a_worker_that_is_cancelled_during_the_delay_logs_the_call(server: Server) -> None:
    await server.call()
    call = asyncio.create_task(server.call(headers={"x-mock-response-delay": "60000"}))
    await asyncio.sleep(0.05)

    call.cancel()
    await asyncio.gather(call, return_exceptions=True)

    assert [Outcome.MATCHED, Outcome.ABORTED] == server.outcomes


async def test_the_entry_is_written_before_the_reply_is_sent(server: Server) -> None:
    seen: list[int] = []

    async def send(_message: object) -> None:
        seen.append(len(server.entries))

    scope = {"type": "http", "method": "GET", "path": "", "query_string": b"", "headers": []}
    await server.app(scope | {"raw_path": b"/mocks/mock/a"}, lambda: asyncio.sleep(0, WHOLE), send)

    assert [1, 1] == seen


async def test_a_fault_of_ours_is_a_500_that_no_example_could_be_mistaken_for(server: Server) -> None:
    snapshot = await server.snapshots.get(server.source.mocks["mock"].id)
    assert snapshot is not None
    assert snapshot.index is not None
    object.__setattr__(snapshot.index, "answers", None)

    start, body = await server.call()

    assert 500 == start["status"]
    assert b"internalServerError" in body["body"]
    assert [Outcome.ERROR] == server.outcomes


async def test_a_fault_while_recording_is_a_500_as_well(server: Server) -> None:
    server.app._recorder._encode = lambda _served: 1 / 0  # type: ignore[assignment, return-value] # a fault, on purpose

    start, _ = await server.call()

    assert 500 == start["status"]


async def test_websockets_are_refused_with_a_reason_where_the_server_can_carry_one(server: Server) -> None:
    connect = {"type": "websocket.connect"}

    plain = await server.call(connect, type="websocket")
    start, body = await server.call(connect, type="websocket", extensions={"websocket.http.response": {}})

    assert ["websocket.close"] == [message["type"] for message in plain]
    assert 501 == start["status"]
    assert b"notSupportedError" in body["body"]


async def test_everything_else_goes_to_the_app_behind(server: Server) -> None:
    await server.call(type="lifespan")
    await server.call(path="/healthz")

    assert ["lifespan", "http"] == server.passed_on
    assert [] == server.entries
