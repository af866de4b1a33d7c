"""Channels to the services: retries, keepalive, deadlines and the credentials that go with every call."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import grpc

from services.wire.authentication import Metadata
from services.wire.certificates import TlsFiles, WatchedCertificates
from services.wire.errors import error_of
from services.wire.reloading_channel import ReloadingChannel

if TYPE_CHECKING:  # OpenTelemetry is an extra, and loaded by processes that trace alone.
    from opentelemetry.trace import Tracer

DEADLINE_SECONDS = 10.0
"""For calls that read or write one thing. A caller that waits longer has been forgotten by its own caller."""

TRANSFER_SECONDS = 120.0
"""For calls that move a document of up to 100 MB."""

MAXIMUM_MESSAGE_BYTES = 64 * 1024 * 1024

SERVICE_CONFIG: dict[str, object] = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
            },
        }
    ]
}
"""UNAVAILABLE is tried again: creates carry a request_id, so a repeated one does no harm. So is CANCELLED, which is
what a server that begins to stop answers to calls that reach it before its GOAWAY reaches their client
(https://github.com/grpc/grpc/issues/41785)."""

EVERY_ADDRESS: dict[str, object] = {"loadBalancingConfig": [{"round_robin": {}}]}
"""For a name that stands for all replicas of a service (`dns:///…`): a connection to each, and calls in turn. One that
leaves is no longer called, and one that came is found when a connection ends and the name is looked up again."""

OPTIONS: tuple[tuple[str, str | int], ...] = (
    ("grpc.max_receive_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAXIMUM_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # A service that was restarted must be found again within the second that changes may take.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # By default a name is looked up twice a minute at most. Where all replicas have been replaced, a call must find the
    # new ones before its last try.
    ("grpc.dns_min_time_between_resolutions_ms", 250),
)


@asynccontextmanager
async def open_channel(
    target: str, tls: TlsFiles | None = None, *, tracer: "Tracer | None" = None
) -> AsyncIterator[grpc.aio.Channel]:
    """Yield a channel to `host:port`, or to each address of `dns:///host:port`; nothing is sent until the first call.

    With `tls` the server must prove its name, and new certificates count from the next call after they are there.
    With `tracer` calls that belong to a trace have spans in it, and take it along.
    Raises FailedPrecondition where the files of `tls` cannot be used.
    """
    async with _channel(target, tls, _interceptors(target, tracer)) as channel:
        yield channel


def _channel(target: str, tls: TlsFiles | None, interceptors: Sequence[grpc.aio.ClientInterceptor]) -> grpc.aio.Channel:
    options = _options(target)
    if tls is None:
        return grpc.aio.insecure_channel(target, options=options, interceptors=interceptors)

    def open_secure(credentials: grpc.ChannelCredentials) -> grpc.aio.Channel:
        return grpc.aio.secure_channel(target, credentials, options=options, interceptors=interceptors)

    return ReloadingChannel(WatchedCertificates(tls), open_secure)


def _interceptors(target: str, tracer: "Tracer | None") -> Sequence[grpc.aio.ClientInterceptor]:
    if tracer is None:
        return ()
    from services.wire.tracing import client_interceptors  # noqa: PLC0415 -- loaded by processes that trace alone

    return client_interceptors(tracer, target)


def _options(target: str) -> tuple[tuple[str, str | int], ...]:
    config = SERVICE_CONFIG | (EVERY_ADDRESS if target.startswith("dns:") else {})
    return (*OPTIONS, ("grpc.service_config", json.dumps(config)))


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
