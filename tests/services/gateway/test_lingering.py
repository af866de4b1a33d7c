"""A reply is ended when the request has ended, or when waiting for that has taken long enough."""

import asyncio
from typing import Any

from services.gateway.lingering import lingering

START = {"type": "http.response.start", "status": 413, "headers": []}
END = {"type": "http.response.body", "body": b"no", "more_body": False}
SCOPE = {"type": "http"}


async def replying_app(_: Any, receive: Any, send: Any) -> None:
    """Reply at once, and receive what comes meanwhile, as Quart does."""

    async def receive_all() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    receiving = asyncio.create_task(receive_all())
    await send(START)
    await send(END)
    receiving.cancel()


class Wire:
    """Both ends of an exchange: what is still to come, and what was sent."""

    def __init__(self) -> None:
        self.coming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def run(self, *, seconds: float) -> None:
        await lingering(replying_app, seconds=seconds)(SCOPE, self.coming.get, self.sent.put)


async def test_the_reply_begins_at_once_and_ends_with_the_request() -> None:
    wire = Wire()
    await wire.coming.put({"type": "http.request", "body": b"x", "more_body": True})
    exchange = asyncio.create_task(wire.run(seconds=60))

    assert START == await asyncio.wait_for(wire.sent.get(), 10)
    assert wire.sent.empty()
    await wire.coming.put({"type": "http.request", "body": b"x", "more_body": False})
    await asyncio.wait_for(exchange, 10)
    assert END == wire.sent.get_nowait()


async def test_a_client_that_is_gone_is_not_waited_for() -> None:
    wire = Wire()
    await wire.coming.put({"type": "http.disconnect"})
    await asyncio.wait_for(wire.run(seconds=60), 10)

    assert [START, END] == [wire.sent.get_nowait(), wire.sent.get_nowait()]


async def test_a_request_that_never_ends_is_cut_off() -> None:
    wire = Wire()
    await asyncio.wait_for(wire.run(seconds=0.01), 10)

    assert [START, END] == [wire.sent.get_nowait(), wire.sent.get_nowait()]
