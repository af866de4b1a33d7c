"""How explanations quote what was saved and sent, and print points: short, whatever is in it."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

QUOTED: Final = 48
"""Characters of a quoted text: enough to recognise a word or an id, few enough for several in one header."""

LISTED: Final = 4
"""Things that are named one by one; of more, the number is told."""

ELLIPSIS: Final = "…"


def cut(text: str, limit: int = QUOTED) -> str:
    """Return the beginning of a text, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS


def quoted(text: str, limit: int = QUOTED) -> str:
    """Return a text in backquotes, cut."""
    return f"`{cut(text, limit)}`"


def valued(name: str, text: str) -> str:
    """Return the value of a header, parameter or field in backquotes; a mask where the name speaks of a secret.

    Anyone may ask a public mock for an explanation, and a saved request may hold the credentials of whoever saved it.
    """
    return f"`{MASK}`" if is_secret(name) else quoted(text)


def is_secret(name: str) -> bool:
    """Tell whether a name speaks of a secret."""
    return _SECRET.search(name) is not None


MASK: Final = "****"

_SECRET: Final = re.compile(r"auth|cookie|token|secret|passw|session|credential|api[-_]?key", re.IGNORECASE)


def listed(things: Sequence[str]) -> str:
    """Return the first things of a list, and how many more there are: `a, b and 3 more`."""
    named = ", ".join(things[:LISTED])
    return named if len(things) <= LISTED else f"{named} and {len(things) - LISTED:,} more"


def all_valued(name: str, texts: Iterable[str]) -> str:
    """Return the values of one name as a list."""
    return listed([valued(name, text) for text in texts])


def all_quoted(texts: Iterable[str]) -> str:
    """Return texts in backquotes as a list."""
    return listed([quoted(text) for text in texts])


def points_of(points: float) -> float | int:
    """Return the points as they are printed: with at most two decimals, and none for a whole number."""
    rounded = round(points, 2)
    return int(rounded) if rounded.is_integer() else rounded
