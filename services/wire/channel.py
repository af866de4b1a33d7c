"""Channels to the services: retries, keepalive, deadlines and the credentials that go with every call."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc

from services.wire.authentication import Metadata
from services.wire.errors import error_of

DEADLINE_SECONDS = 10.0
"""For calls that read or write one thing. A caller that waits longer has been forgotten by its own caller."""

TRANSFER_SECONDS = 120.0
"""For calls that move a document of up to 100 MB."""

MAXIMUM_MESSAGE_BYTES = 64 * 1024 * 1024

RETRY_POLICY = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}
"""UNAVAILABLE alone is tried again: creates carry a request_id, so a repeated one does no harm."""

OPTIONS: tuple[tuple[str, str | int], ...] = (
    ("grpc.max_receive_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.service_config", json.dumps(RETRY_POLICY)),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # A service that was restarted must be found again within the second that changes may take.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)


@asynccontextmanager
async def open_channel(target: str) -> AsyncIterator[grpc.aio.Channel]:
    """Yield a channel to `host:port`; nothing is sent until the first call."""
    async with grpc.aio.insecure_channel(target, options=OPTIONS) as channel:
        yield channel


class Caller:
    """Makes calls with credentials and a deadline, and raises domain errors where they fail."""

    def __init__(self, credentials: Metadata) -> None:
        """Take the credentials to send with every call."""
        self._credentials = credentials

    async def unary(self, method: Callable[..., Any], request: Any, *, seconds: float = DEADLINE_SECONDS) -> Any:
        """Call a method that answers once; `request` is a message, or an iterator of them. Raises UnderstudyError."""
        try:
            return await method(request, timeout=seconds, metadata=self._credentials)
        except grpc.aio.AioRpcError as failure:
            raise error_of(failure) from failure

    async def stream(
        self, method: Callable[..., Any], request: Any, *, seconds: float | None = None
    ) -> AsyncIterator[Any]:
        """Yield what a streaming method sends; without `seconds` for as long as it does. Raises UnderstudyError."""
        call = method(request, timeout=seconds, metadata=self._credentials)
        try:
            async for response in call:
                yield response
        except grpc.aio.AioRpcError as failure:
            raise error_of(failure) from failure
        finally:
            call.cancel()
