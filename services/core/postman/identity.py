"""Ids for what a file left nameless: minted from where it stands, so that the same file always gets the same ids.

A minted id has the shape of a version 5 UUID. Collections and environments are minted from their account and name;
folders, items and examples from the path of names that leads to them, and their number among siblings of the same kind
and name. An id therefore survives a new import of the file, and changes to neighbours of other names.

Ids that a file has are kept as they are, whatever they look like: a UUID, old hexadecimal, a uid. Only what no caller
could ever send or no store could hold is replaced.
"""

import json
from hashlib import sha1
from typing import Final
from uuid import UUID

from services.core.ids import AccountId, CollectionId, EnvironmentId
from services.core.postman.document import BigNumber, JsonValue
from services.core.postman.values import text_of

MAX_ID_LENGTH: Final = 255
"""Characters of an id: seven UUIDs' worth; an id must fit a header, a URL and an index entry."""

Step = tuple[str, int]
"""A name on the way to a node, and the node's number (from 0) among the siblings of that kind and name."""


def mint_collection_id(account_id: AccountId, name: str) -> CollectionId:
    """Return the id of a collection whose file has none."""
    return CollectionId(mint("collection", account_id, name))


def mint_environment_id(account_id: AccountId, name: str) -> EnvironmentId:
    """Return the id of an environment whose file has none."""
    return EnvironmentId(mint("environment", account_id, name))


def mint(*parts: str | int) -> str:
    """Return the UUID that belongs to `parts`: other parts, another UUID."""
    name = json.dumps(parts).encode()
    digest = sha1(_NAMESPACE.bytes + name, usedforsecurity=False).digest()
    return str(UUID(bytes=digest[:16], version=5))


_NAMESPACE: Final = UUID("5d1c8d2e-6f0b-4b3f-9b1a-7e7a1c0f5a9d")
"""Understudy's own; changing it would change every minted id. (`uuid.uuid5` itself refuses lone surrogates.)"""


def id_in_file(value: JsonValue) -> str | None:
    """Return the id that a file gives, as text; None where it gives none that can be used."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | BigNumber):
        return None
    text = text_of(value)
    return text if 0 < len(text) <= MAX_ID_LENGTH and _can_be_sent(text) else None


def _can_be_sent(text: str) -> bool:
    """Tell whether a text goes into UTF-8 and into a database: no lone surrogate, no NUL."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
