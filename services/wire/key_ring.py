"""The copy of registry's key digests that the other services check API keys against.

It is filled and kept current by watching registry. While registry is away the copy goes on answering; before it was
ever filled, the ring cannot tell and says so.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from services.core.access.api_keys import KeyDigest
from services.core.changes import RegistryChange, RegistrySubject
from services.core.errors import Unavailable
from services.core.ids import ApiKeyId
from services.wire.authentication import service_credentials
from services.wire.certificates import TlsFiles
from services.wire.channel import open_channel
from services.wire.registry_client import RegistryClient
from services.wire.watch_metrics import WatchMetrics
from services.wire.watching import Follower

logger = structlog.get_logger(__name__)

FILL_SECONDS = 5.0
"""How long a call waits for the first copy: a service that has just started is given the time to ask registry."""


@asynccontextmanager
async def keys_of_registry(
    target: str, *, service_token: str, tls: TlsFiles | None = None, metrics: WatchMetrics | None = None
) -> AsyncIterator["KeyCopy"]:
    """Yield a copy of the keys of the registry at `target`, over a connection of its own, until left."""
    async with (
        open_channel(target, tls) as channel,
        watched_keys(RegistryClient(channel, service_credentials(service_token)), metrics) as keys,
    ):
        yield keys


@asynccontextmanager
async def watched_keys(client: RegistryClient, metrics: WatchMetrics | None = None) -> AsyncIterator["KeyCopy"]:
    """Yield a copy that follows registry until left; `client` must hold the service token.

    It is entered at once, filled or not: a service is ready for its other callers while registry is away.
    """
    keys = KeyCopy()

    async def relist() -> None:
        keys.replace_all([key async for key in client.list_key_digests()])

    async def on_change(change: RegistryChange) -> None:
        keys.apply(change)

    follower = Follower("registry keys", client.watch, relist=relist, on_change=on_change)
    if metrics is not None:
        metrics.observe(follower)
    following = asyncio.create_task(follower.run(), name="registry keys")
    following.add_done_callback(_log_failure)
    try:
        yield keys
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


def _log_failure(following: asyncio.Task[None]) -> None:
    if not following.cancelled() and (error := following.exception()) is not None:
        logger.error("keys are no longer followed", exc_info=error)


class KeyCopy:
    """Digests by digest and by key id."""

    def __init__(self) -> None:
        """Begin empty."""
        self._by_digest: dict[bytes, KeyDigest] = {}
        self._digest_by_id: dict[ApiKeyId, bytes] = {}
        self._filled = asyncio.Event()

    def replace_all(self, keys: list[KeyDigest]) -> None:
        """Take in a whole new list."""
        self._by_digest = {key.digest: key for key in keys}
        self._digest_by_id = {key.api_key_id: key.digest for key in keys}
        self._filled.set()

    def apply(self, change: RegistryChange) -> None:
        """Take in one change; those of other subjects are none of the ring's business."""
        if change.subject is not RegistrySubject.API_KEY:
            return
        self._by_digest.pop(self._digest_by_id.pop(ApiKeyId(change.id), b""), None)
        if change.key_digest is not None:
            self._by_digest[change.key_digest.digest] = change.key_digest
            self._digest_by_id[change.key_digest.api_key_id] = change.key_digest.digest

    def get(self, digest: bytes) -> KeyDigest | None:
        """Return the valid key of that digest, as far as the copy knows."""
        return self._by_digest.get(digest)

    async def find(self, digest: bytes) -> KeyDigest | None:
        """Return the valid key of that digest. Raises Unavailable where the copy was never filled."""
        if not self._filled.is_set():
            await self._wait_until_filled()
        return self.get(digest)

    async def _wait_until_filled(self) -> None:
        try:
            await asyncio.wait_for(self._filled.wait(), FILL_SECONDS)
        except TimeoutError as error:
            raise Unavailable("API keys cannot be checked: the registry was not reached yet.") from error
