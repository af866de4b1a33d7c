"""An ASGI app on Hypercorn as an async context manager, and the endpoint of metrics and probes that stands on it.

Probes: `/livez` answers while the process can answer at all and never looks at the database; `/readyz` asks the
process whether it can do its work; `/metrics` is for Prometheus.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.typing import ASGIFramework
from prometheus_client import CollectorRegistry, make_asgi_app

from services.runtime.leaving import IsReady, Leaving
from services.runtime.lifecycle import background

MAXIMUM_HEADER_BYTES = 512 * 1024
"""Paths and headers of 100 kB must reach us, so that it is we who answer them; Hypercorn's own limit is 64 KiB."""

CLOSE = (b"connection", b"close")
"""What asks a client to make its next call on another connection ("RFC 9112", 9.6)."""


@asynccontextmanager
async def http_server(
    app: Any, listener: socket.socket, *, drain_seconds: float, leaving: Leaving | None = None
) -> AsyncIterator[int]:
    """Serve `app` on a bound socket until left, and yield the port.

    While it lingers, as `leaving` says, each reply asks its client to take the next call elsewhere. Then nothing more
    is accepted, idle connections are closed, and calls in flight get `drain_seconds` to end.
    """
    leaving = leaving or Leaving()
    port = listener.getsockname()[1]
    stop = asyncio.Event()
    serving = serve(app, _config(listener, drain_seconds, leaving), shutdown_trigger=stop.wait)
    async with background(serving, name=f"HTTP on port {port}") as task:
        try:
            yield port
        finally:
            await leaving.linger()
            stop.set()
            await task


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address (port 0: any free one). Raises OSError where it is taken."""
    try:
        return socket.create_server((host, port), family=_family(host), backlog=1024)
    except OSError as error:
        raise OSError(error.errno, f"Cannot listen on {host}:{port}: {error.strerror}.") from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class _Config(Config):
    """Hypercorn's settings, and what it adds to replies: once this process leaves, `connection: close`."""

    def __init__(self, leaving: Leaving) -> None:
        super().__init__()
        self._leaving = leaving

    def response_headers(self, protocol: str) -> list[tuple[bytes, bytes]]:
        """Return the headers that the server adds to a reply; HTTP/2 has no such header."""
        headers = super().response_headers(protocol)
        return [*headers, CLOSE] if self._leaving.has_begun and protocol == "h11" else headers


def _config(listener: socket.socket, drain_seconds: float, leaving: Leaving) -> Config:
    config = _Config(leaving)
    config.bind = [f"fd://{listener.detach()}"]
    config.graceful_timeout = drain_seconds
    config.h11_max_incomplete_size = MAXIMUM_HEADER_BYTES
    config.include_server_header = False
    config.keep_alive_timeout = 75
    # By default a connection ends after 1,000 requests, and over HTTP/2 the last of them is never answered.
    config.keep_alive_max_requests = sys.maxsize
    config.accesslog = None
    config.errorlog = None
    return config


async def _nothing() -> None:
    """Do nothing before a scrape: what most processes need to do."""


@asynccontextmanager
async def metrics_endpoint(
    registry: CollectorRegistry,
    *,
    host: str,
    port: int,
    is_ready: IsReady,
    before_scrape: Callable[[], Awaitable[None]] = _nothing,
) -> AsyncIterator[int]:
    """Serve metrics and probes until left, and yield the port; `before_scrape` may gather what is to be told."""
    app = _probes(make_asgi_app(registry), is_ready, before_scrape)
    async with http_server(app, listening_socket(host, port), drain_seconds=1) as bound_port:
        yield bound_port


def _probes(metrics: ASGIFramework, is_ready: IsReady, before_scrape: Callable[[], Awaitable[None]]) -> ASGIFramework:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        match scope["path"]:
            case "/livez":
                await _answer(send, 200, b"alive\n")
            case "/readyz":
                ready = await is_ready()
                await _answer(send, 200 if ready else 503, b"ready\n" if ready else b"not ready\n")
            case "/metrics":
                await before_scrape()
                await metrics(scope, receive, send)
            case _:
                await _answer(send, 404, b"Here are /metrics, /livez and /readyz.\n")

    return app


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
