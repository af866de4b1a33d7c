"""Closing gently: a reply that comes before the whole request was read must still be read by whoever sent it.

Where a server closes a connection on which bytes are still arriving, TCP resets it, and the client, busy sending, never
sees why: an upload that was refused looks like a broken network. So what is still coming is taken and thrown away for a
while (nginx and Apache call that a lingering close), and only then the reply is ended.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]

LINGER_SECONDS = 30.0
"""100 MB at 27 Mbit/s; who is slower, or waits for something else than the reply, is cut off."""


def lingering(app: AsgiApp, *, seconds: float = LINGER_SECONDS) -> AsgiApp:
    """Return the app with its replies ended only when the request has ended too, or after `seconds`."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        exchange = _Exchange(receive, send, seconds)
        await app(scope, exchange.receive, exchange.send)

    return asgi


class _Exchange:
    """One request and its reply."""

    def __init__(
        self, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]], seconds: float
    ) -> None:
        self._receive = receive
        self._send = send
        self._seconds = seconds
        self._has_ended = asyncio.Event()
        self._is_answered = False

    async def receive(self) -> Any:
        """Return the next part of the request; once it is answered, without what it holds."""
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            self._has_ended.set()
        return message | {"body": b""} if self._is_answered and "body" in message else message

    async def send(self, message: Any) -> None:
        """Send a part of the reply; before the last one, hear the request out."""
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            await self._hear_out()
        await self._send(message)

    async def _hear_out(self) -> None:
        """Wait for the end of the request, which the app goes on receiving while it sends."""
        self._is_answered = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_ended.wait(), self._seconds)
