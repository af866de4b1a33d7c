"""One HTTP exchange on the mock path: what came in, read once, and the way back."""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from services.core.matching.call import Call
from services.core.rendering.reply import Reply
from services.edge.bodies import NO_BODY, Body, Receive, drain, read_body
from services.edge.headers import KnownHeaders

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI app. Every framework has types of its own for the three arguments."""

SAFE_IN_PATHS: Final = "/!$&'()*+,;=:@-._~%"


class Exchange:
    """A call on its way to its reply; mutable, and nobody's but the task's that serves it.

    path, query: raw, decoded as Latin-1 so that each byte stays what it is.
    headers: the first value of each header; `header_list`: all of them; `logged_headers`: as the call log keeps them.
    waited_ns: time that was not ours: the client's while it sent its body, and the delay.
    """

    __slots__ = (
        "_receive",
        "_send",
        "began_ns",
        "body",
        "delayed_ns",
        "has_begun",
        "header_list",
        "headers",
        "logged_headers",
        "method",
        "path",
        "query",
        "serve_time_ns",
        "waited_ns",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, known: KnownHeaders) -> None:
        """Read what the server has taken apart; `known` are the headers that have been read before."""
        self.began_ns = time.perf_counter_ns()
        self.serve_time_ns = time.time_ns()
        self._receive = receive
        self._send = send
        self.method: str = scope["method"]
        self.path = raw_path_of(scope)
        self.query: str = scope["query_string"].decode("latin-1")
        headers = known.read(scope["headers"])
        self.headers = headers.first
        self.header_list = headers.listed
        self.logged_headers = headers.logged
        self.body = NO_BODY
        self.waited_ns = 0
        self.delayed_ns = 0
        self.has_begun = False

    @property
    def own_ns(self) -> int:
        """Return how long it has taken so far, without what was not our time."""
        return time.perf_counter_ns() - self.began_ns - self.waited_ns

    def call(self, path: str) -> Call:
        """Return the call with its path inside the mock."""
        return Call(method=self.method, path=path, query=self.query, headers=self.header_list, body=self.body.content)

    @property
    def has_body(self) -> bool:
        """Tell whether there is a body to be read; a call without either header has none (RFC 9112)."""
        headers = self.headers
        return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers

    async def read_body(self, limit: int) -> None:
        """Read the body up to the limit. Raises ClientLeft."""
        began = time.perf_counter_ns()
        self.body = await read_body(self._receive, limit)
        self.waited_ns += time.perf_counter_ns() - began

    async def wait(self, seconds: float) -> bool:
        """Wait for the delay to pass, and never for less; False where the client left before."""
        began = time.perf_counter()
        try:
            # A loop's timers count whole milliseconds, from a time that it may have looked up a while ago.
            while (rest := began + seconds - time.perf_counter()) > 0:
                if await self._has_left_within(rest):
                    return False
        finally:
            self.delayed_ns = round((time.perf_counter() - began) * 1e9)
            self.waited_ns += self.delayed_ns
        return True

    async def _has_left_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
            return True
        return False

    async def send(self, reply: Reply) -> None:
        """Send the reply. Of a body that was not read to its end, the rest is taken off the wire."""
        self.has_begun = True
        await self._send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        if self.body.is_whole:
            await self._send({"type": "http.response.body", "body": reply.body})
            return
        await self._send({"type": "http.response.body", "body": reply.body, "more_body": True})
        await drain(self._receive)
        await self._send({"type": "http.response.body", "body": b""})

    def expect_unread_body(self) -> None:
        """Take note that a body, where there is one, has not been read."""
        if self.has_body and not self.body.size:
            self.body = Body(b"", 0, is_whole=False)


def raw_path_of(scope: Scope) -> str:
    """Return the raw path; a server that does not keep it (ASGI leaves it the choice) gets an equivalent one."""
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        return quote(scope["path"], safe=SAFE_IN_PATHS)
    return raw.partition(b"?")[0].decode("latin-1")
