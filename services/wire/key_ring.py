"""The copy of registry's key digests that the other services check API keys against.

It is filled and kept current by watching registry. While registry is away the copy goes on answering; before it was
ever filled, the ring cannot tell and says so.
"""

import asyncio

from services.core.access.api_keys import KeyDigest
from services.core.changes import RegistryChange, RegistrySubject
from services.core.errors import Unavailable
from services.core.ids import ApiKeyId

FILL_SECONDS = 5.0
"""How long a call waits for the first copy: a service that has just started is given the time to ask registry."""


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
