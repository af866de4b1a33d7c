"""Receiving an upload: a header, then chunks, up to the size that is accepted and not a byte more."""

from collections.abc import AsyncIterator
from typing import TypeVar

from services.core.errors import InvalidInput
from services.core.postman.document import MAX_COLLECTION_BYTES, check_size

Header = TypeVar("Header")

REMEDY = "Send the header first and once, then the document in chunks."


async def first_header(parts: AsyncIterator[Header | bytes]) -> Header:
    """Return the header of an upload. Raises InvalidInput where it does not come first."""
    async for part in parts:
        if isinstance(part, bytes):
            break
        return part
    raise InvalidInput.of("header", "does not come first.", REMEDY)


async def document_of(parts: AsyncIterator[Header | bytes]) -> bytes:
    """Return the document of the chunks behind the header. Raises TooLarge as soon as it is, and InvalidInput."""
    document = bytearray()
    async for part in parts:
        if not isinstance(part, bytes):
            raise InvalidInput.of("header", "comes again.", REMEDY)
        check_size(len(document) + len(part), MAX_COLLECTION_BYTES)
        document += part
    return bytes(document)


def check_announced_size(size: int) -> None:
    """Raise TooLarge where an upload announces more than is accepted, before any of it is sent."""
    check_size(size, MAX_COLLECTION_BYTES)
