"""Serving the parts of a service for a test: a real gRPC server on loopback, and a channel to it for each caller.

keys = Keys()
async with catalog_parts(settings, CollectorRegistry()) as parts, serving(parts, keys=keys) as target:
    editor = CatalogClient(target.channel, keys.issue(account_id=1))
    service = CatalogClient(target.channel, AS_SERVICE)
"""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import grpc
from prometheus_client import CollectorRegistry

from services.core.access.api_keys import KeyDigest, digest_of
from services.core.access.principal import Role
from services.core.ids import AccountId, ApiKeyId, UserId
from services.runtime.grpc_server import RunningServer, Service, grpc_server
from services.runtime.parts import Parts
from services.wire.authentication import (
    KeyRing,
    Metadata,
    credentials_of,
    service_credentials,
)
from services.wire.channel import open_channel
from services.wire.interceptors import server_interceptors

SERVICE_TOKEN = "the token that the services of a test share"  # noqa: S105 -- it guards a server on loopback for a moment

AS_SERVICE = service_credentials(SERVICE_TOKEN)
"""The credentials of a service of the suite."""

_numbers = itertools.count(1)


class Keys:
    """A key ring that a test fills itself: `issue` a key, call with it, `revoke` it."""

    def __init__(self) -> None:
        self._by_digest: dict[bytes, KeyDigest] = {}

    def issue(self, *, account_id: int = 1, user_id: int = 1, role: Role = Role.EDITOR) -> Metadata:
        """Return the credentials of a new key of that user."""
        number = next(_numbers)
        secret = f"USK-test-key-number-{number:020}"
        self._by_digest[digest_of(secret)] = KeyDigest(
            api_key_id=ApiKeyId(f"key-{number}"),
            digest=digest_of(secret),
            account_id=AccountId(account_id),
            user_id=UserId(user_id),
            role=role,
        )
        return credentials_of(secret)

    def revoke(self, credentials: Metadata) -> None:
        """Forget the key of these credentials."""
        ((_name, secret),) = credentials
        del self._by_digest[digest_of(secret)]

    async def find(self, digest: bytes) -> KeyDigest | None:
        """Return the valid key of that digest."""
        return self._by_digest.get(digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A running server: how to reach it, what it counts, and a channel to it."""

    address: str
    server: RunningServer
    channel: grpc.aio.Channel
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)

    def count(self, metric: str, **labels: str) -> float:
        """Return the value of one of the server's metrics; 0 where it was never counted."""
        return self.metrics.get_sample_value(metric, labels) or 0


@asynccontextmanager
async def serving(
    services: Parts | Sequence[Service],
    *,
    keys: KeyRing,
    service_token: str = SERVICE_TOKEN,
    drain_seconds: float = 1,
) -> AsyncIterator[Target]:
    """Serve with the interceptors of a real service, on a free port of loopback, until left."""
    metrics = CollectorRegistry()
    interceptors = server_interceptors(keys, service_token=service_token, metrics=metrics)
    async with grpc_server(
        services.services if isinstance(services, Parts) else services,
        host="127.0.0.1",
        port=0,
        interceptors=interceptors,
        drain_seconds=drain_seconds,
    ) as server:
        address = f"127.0.0.1:{server.port}"
        async with open_channel(address) as channel:
            yield Target(address=address, server=server, channel=channel, metrics=metrics)
