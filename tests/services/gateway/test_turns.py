"""Large documents take turns: few are in memory at once, others wait a while, and small ones never do."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.gateway.app import gateway_http
from services.gateway.postman_api.faults import Busy
from services.gateway.postman_api.turns import LARGE_BYTES, MOST_WAITING, Turns, in_thread
from services.gateway.settings import GatewaySettings
from tests.builders import a_collection, document
from tests.services.gateway.conftest import Caller, House
from tests.services.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="package")

UPLOAD_BYTES = 24 * 1024 * 1024
"""More than the sockets of one connection hold: it leaves a client only when the gateway reads it."""

LONG = 60.0
DEADLINE = 30.0


class Upload:
    """A client that has sent the whole of a large collection but for its last byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def end(self) -> bytes:
        """Send the last byte, and return the head of the reply."""
        self._writer.write(b"}")
        return await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), DEADLINE)

    async def leave(self) -> None:
        """Close the connection."""
        self._writer.close()


@asynccontextmanager
async def one_at_a_time(house: House, *, wait_seconds: float = LONG) -> AsyncIterator[int]:
    """Yield the port of a gateway that takes one large document at once."""
    settings = GatewaySettings(
        host="127.0.0.1",
        port=0,
        catalog_target=house.grpc_target,
        registry_target=house.grpc_target,
        calllog_target=house.grpc_target,
        documents_at_once=1,
        document_wait_seconds=wait_seconds,
    )
    async with gateway_http(settings, CollectorRegistry()) as port:
        yield port


def client_of(caller: Caller, port: int, *, http2: bool = False) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        headers={"x-api-key": caller.key},
        timeout=DEADLINE,
        http1=not http2,
        http2=http2,
    )


@asynccontextmanager
async def an_upload(caller: Caller, port: int) -> AsyncIterator[Upload]:
    """Yield an upload that holds a turn: so much of it can be sent only when it is read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = wrapped(a_large_collection(UPLOAD_BYTES))
    writer.write(f"POST /collections HTTP/1.1\r\nHost: x\r\nx-api-key: {caller.key}\r\n".encode())
    writer.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:-1])
    await asyncio.wait_for(writer.drain(), DEADLINE)
    try:
        yield Upload(reader, writer)
    finally:
        writer.close()


def a_large_collection(size_bytes: int = LARGE_BYTES + 1, *, id: str | None = None) -> bytes:  # noqa: A002 -- as the builder's
    return document(a_collection(id=id, description="x" * size_bytes))


def wrapped(collection: bytes) -> bytes:
    return b'{"collection":' + collection + b"}"


async def test_a_large_document_that_gets_no_turn_in_time_is_asked_to_come_again(house: House, caller: Caller) -> None:
    async with (
        one_at_a_time(house, wait_seconds=0.5) as port,
        an_upload(caller, port) as first,
        client_of(caller, port) as client,
    ):
        refused = await client.post("/collections", content=wrapped(a_large_collection(UPLOAD_BYTES)))
        ended = await first.end()

    assert (503, "serviceUnavailableError") == (refused.status_code, refused.json()["error"]["name"])
    assert int(refused.headers["retry-after"]) > 0
    assert b"HTTP/1.1 200" in ended


async def test_a_large_document_waits_for_its_turn_and_small_ones_do_not(house: House, caller: Caller) -> None:
    async with (
        one_at_a_time(house) as port,
        an_upload(caller, port) as first,
        client_of(caller, port) as client,
        asyncio.TaskGroup() as tasks,
    ):
        waiting = tasks.create_task(client.post("/collections", content=wrapped(a_large_collection())))
        small = [
            await client.post("/collections", json={"collection": a_collection(id="small")}),
            await client.get("/collections/small"),
            await client.put("/collections/small", json={"collection": a_collection()}),
        ]
        had_to_wait = not waiting.done()
        ended = await first.end()

    assert [200, 200, 200] == [reply.status_code for reply in small]
    assert had_to_wait
    assert b"HTTP/1.1 200" in ended
    assert 200 == waiting.result().status_code


@pytest.mark.parametrize("model", ["", "?model=minimal"])
async def test_a_large_collection_is_brought_back_in_its_turn(house: House, caller: Caller, model: str) -> None:
    await house.as_caller(caller).catalog.import_collection(a_large_collection(id="large"))
    async with one_at_a_time(house, wait_seconds=0.5) as port, client_of(caller, port) as client:
        async with an_upload(caller, port) as first:
            refused = await client.get(f"/collections/large{model}")
            await first.end()
        shown = await client.get(f"/collections/large{model}")

    assert [503, 200] == [refused.status_code, shown.status_code]


async def test_a_reply_holds_its_turn_until_it_was_read(house: House, caller: Caller) -> None:
    await house.as_caller(caller).catalog.import_collection(a_large_collection(UPLOAD_BYTES, id="large"))
    async with one_at_a_time(house, wait_seconds=0.5) as port, client_of(caller, port) as client:
        async with client.stream("GET", "/collections/large") as unread:
            refused = await client.get("/collections/large")
            await unread.aread()
        shown = await client.get("/collections/large")

    assert [200, 503, 200] == [unread.status_code, refused.status_code, shown.status_code]


async def test_a_client_that_leaves_gives_its_turn_back(house: House, caller: Caller) -> None:
    async with one_at_a_time(house) as port, client_of(caller, port) as client:
        async with an_upload(caller, port) as first:
            await first.leave()
        reply = await client.post("/collections", content=wrapped(a_large_collection()))

    assert 200 == reply.status_code


async def test_a_client_that_leaves_while_it_waits_takes_no_turn(house: House, caller: Caller) -> None:
    async with one_at_a_time(house) as port, client_of(caller, port) as client:
        async with an_upload(caller, port) as first:
            with pytest.raises(httpx.TimeoutException):
                await client.post("/collections", content=wrapped(a_large_collection()), timeout=0.2)
            await first.end()
        reply = await client.post("/collections", content=wrapped(a_large_collection()))

    assert 200 == reply.status_code


async def test_strangers_take_no_turn_and_wait_for_none(house: House, caller: Caller) -> None:
    async with one_at_a_time(house) as port, an_upload(caller, port) as first, client_of(caller, port) as client:
        refused = await client.post(
            "/collections", content=wrapped(a_large_collection()), headers={"x-api-key": "USK-nobody-has-this-key-0001"}
        )
        ended = await first.end()

    assert 401 == refused.status_code
    assert b"HTTP/1.1 200" in ended


async def test_a_body_of_untold_length_takes_a_turn_once_it_has_grown(house: House, caller: Caller) -> None:
    async def in_parts(body: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    large, small = wrapped(a_large_collection()), wrapped(document(a_collection(id=None)))
    async with (
        one_at_a_time(house, wait_seconds=0.5) as port,
        client_of(caller, port, http2=True) as client,
    ):
        async with an_upload(caller, port) as first:
            while_it_is_held = [await client.post("/collections", content=in_parts(each)) for each in (small, large)]
            await first.end()
        behind = await client.post("/collections", content=in_parts(large))

    assert [200, 503] == [reply.status_code for reply in while_it_is_held]
    assert 200 == behind.status_code


async def test_a_gateway_that_leaves_ends_what_waits_too(house: House, caller: Caller) -> None:
    async with AsyncExitStack() as clients, asyncio.TaskGroup() as tasks, one_at_a_time(house) as port:
        first = await clients.enter_async_context(an_upload(caller, port))
        client = await clients.enter_async_context(client_of(caller, port))
        waiting = tasks.create_task(client.post("/collections", content=wrapped(a_large_collection())))
        await client.get("/healthz")
        tasks.create_task(first.end())

    assert 200 == waiting.result().status_code


async def test_of_too_many_that_wait_the_last_is_refused_at_once() -> None:
    turns = Turns(1, wait_seconds=LONG)
    with turns.one() as first:
        await first.take(LARGE_BYTES + 1)
        waiting = [asyncio.create_task(taken(turns)) for _ in range(MOST_WAITING)]
        await until(lambda: turns.waiting == MOST_WAITING, seconds=DEADLINE)

        with pytest.raises(Busy):
            await taken(turns)
    await asyncio.wait_for(asyncio.gather(*waiting), DEADLINE)


async def test_whoever_is_cancelled_leaves_the_queue_and_gives_back() -> None:
    turns = Turns(1, wait_seconds=LONG)
    with turns.one() as first:
        await first.take(LARGE_BYTES + 1)
        waiting = asyncio.create_task(taken(turns))
        await until(lambda: turns.waiting == 1, seconds=DEADLINE)
        waiting.cancel()
        await asyncio.wait([waiting])

    await asyncio.wait_for(taken(turns), DEADLINE)

    assert waiting.cancelled()
    assert 0 == turns.waiting


async def test_work_in_a_thread_is_over_before_its_cancelled_caller_is() -> None:
    begun, may_end, has_ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(DEADLINE)
        has_ended.set()

    caller = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(begun.wait, DEADLINE)
    caller.cancel()
    done, _ = await asyncio.wait([caller], timeout=0)
    may_end.set()
    await asyncio.wait([caller], timeout=DEADLINE)

    assert set() == done
    assert caller.cancelled()
    assert has_ended.is_set()


async def taken(turns: Turns) -> None:
    """Take a turn, and give it back."""
    with turns.one() as turn:
        await turn.take(LARGE_BYTES + 1)
