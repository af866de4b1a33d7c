"""The yardstick: an ASGI app that does nothing but send one reply, on the server and event loop that the edge runs on.

`python -m tests.bench.bare_app REPLY.json`, where the file holds `{"status", "headers": [[name, value]], "body"}`; the
port is printed.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from services.runtime.http_server import http_server, listening_socket
from services.runtime.lifecycle import run, stop_signal

Send = Callable[[dict[str, Any]], Awaitable[None]]


class BareApp:
    """Answers every call with the same bytes."""

    def __init__(self, reply: Mapping[str, Any]) -> None:
        """Make the reply ready."""
        headers = tuple((name.encode(), value.encode()) for name, value in reply["headers"])
        self._start = {"type": "http.response.start", "status": reply["status"], "headers": headers}
        self._body = {"type": "http.response.body", "body": reply["body"].encode()}

    async def __call__(self, scope: Mapping[str, Any], _receive: object, send: Send) -> None:
        """Send the reply."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        await send(self._start)
        await send(self._body)


async def main(reply: Mapping[str, Any]) -> None:
    """Serve until SIGTERM."""
    stop = stop_signal()
    async with http_server(BareApp(reply), listening_socket("127.0.0.1", 0), drain_seconds=1) as port:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await asyncio.shield(stop.wait())


if __name__ == "__main__":
    run(main(json.loads(Path(sys.argv[1]).read_text())))
