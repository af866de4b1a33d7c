"""Common values, numbers and colours."""

from collections.abc import Sequence
from datetime import UTC
from typing import Final

from services.core.rendering.dynamic.chance import (
    DIGITS,
    LOWER,
    LOWER_HEX,
    Generators,
    characters,
    numbers,
    some,
    strings,
)
from services.core.rendering.sources import Sources
from services.core.rendering.words.colors import COLORS
from services.core.rendering.words.technology import ABBREVIATIONS


def uuid(sources: Sources) -> str:
    """Return a UUID of version 4: random but for the bits that say so (RFC 9562)."""
    bits = sources.entropy.getrandbits(128)
    bits = bits & ~(0xF << 76) | (0x4 << 76)
    bits = bits & ~(0x3 << 62) | (0x2 << 62)
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def timestamp(sources: Sources) -> str:
    """Return the seconds since 1970, rounded."""
    return str(round(sources.now().timestamp()))


def iso_timestamp(sources: Sources) -> str:
    """Return the time in UTC, with milliseconds."""
    now = sources.now().astimezone(UTC).replace(tzinfo=None)
    return f"{now.isoformat(timespec='milliseconds')}Z"


def hex_color(sources: Sources) -> str:
    """Return a colour as web pages write it."""
    return f"#{characters(sources.entropy, LOWER_HEX, 6)}"


BOOLEANS: Final[Sequence[str]] = ("true", "false")

BASICS: Final[Generators] = {
    "$guid": uuid,
    "$timestamp": timestamp,
    "$isoTimestamp": iso_timestamp,
    "$randomUUID": uuid,
    "$randomAlphaNumeric": strings(DIGITS + LOWER, 1),
    "$randomBoolean": some(BOOLEANS),
    "$randomInt": numbers(0, 1000),
    "$randomColor": some(COLORS),
    "$randomHexColor": hex_color,
    "$randomAbbreviation": some(ABBREVIATIONS),
}
