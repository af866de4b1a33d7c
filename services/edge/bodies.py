"""Bodies of calls: read up to a limit; and what is beyond it, taken off the wire so that the reply can be read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

LINGER_BYTES: Final = 64 * 1024 * 1024
LINGER_SECONDS: Final = 5.0
"""How much of a refused body is taken off the wire after the reply has been sent, and for how long. A connection that
is closed with unread bytes is reset, and the reset overtakes the reply: the client would see a broken connection
instead of its error. Well-meaning clients stop sending when they read the reply; others are cut off at these bounds."""


class Body(NamedTuple):
    """What was read. `size` is above the limit where there was more than that; `is_whole` whether nothing is unread."""

    content: bytes
    size: int
    is_whole: bool


NO_BODY: Final = Body(b"", 0, is_whole=True)


class ClientLeft(Exception):
    """The client left while its body was being read."""


async def read_body(receive: Receive, limit: int) -> Body:
    """Read a body until its end, or until it is known to be larger than the limit. Raises ClientLeft."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        is_last = not message.get("more_body", False)
        if is_last or size > limit:
            return Body(b"".join(chunks), size, is_whole=is_last)


async def drain(receive: Receive) -> None:
    """Take the rest of a body off the wire, within bounds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            taken = 0
            while taken < LINGER_BYTES:
                message = await receive()
                taken += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
