"""API keys: random, prefixed, shown once, kept as SHA-256 digests.

A plain digest is enough, where passwords need a slow hash: a key carries more than 190 bits of entropy (ours), or is
32 characters or more of the administrator's choosing, so nobody can try them all. Looking a digest up in a mapping
reveals by its timing at most something of a digest, from which no key can be built.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from services.core.access.principal import Principal, Role
from services.core.errors import InvalidInput
from services.core.ids import AccountId, ApiKeyId, UserId

KEY_PREFIX = "USK-"
"""Marks a secret as ours, so that secret scanners and people recognise it (Postman's own begin `PMAK-`)."""

MINIMUM_KEY_LENGTH = 32
"""A chosen key must be this long: at 32 characters, even of one case of letters, guessing is hopeless."""

HINT_LENGTH = 8
"""Enough to tell one's keys apart, too little to help a guess: the prefix and four characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key as its owner sees it in lists: everything but the secret."""

    id: ApiKeyId
    account_id: AccountId
    user_id: UserId
    name: str
    hint: str
    create_time: datetime
    revoke_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDigest:
    """What services hold of a valid key: enough to recognise it and to know whose it is."""

    api_key_id: ApiKeyId
    digest: bytes
    account_id: AccountId
    user_id: UserId
    role: Role

    @property
    def principal(self) -> Principal:
        """Return who calls with this key."""
        return Principal(account_id=self.account_id, user_id=self.user_id, role=self.role)


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 of a secret; anything that is no text a key could be digests harmlessly too."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def hint_of(secret: str) -> str:
    """Return the beginning of a secret, by which a person recognises it."""
    return secret[:HINT_LENGTH]


def check_chosen_key(secret: str, field: str) -> None:
    """Raise InvalidInput where a key of somebody's own choosing is too short or could not travel in a header."""
    if len(secret) < MINIMUM_KEY_LENGTH or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise InvalidInput.of(
            field,
            f"must be {MINIMUM_KEY_LENGTH} or more printable ASCII characters without spaces, and has {len(secret)}.",
            "Leave it out to have one made.",
        )
