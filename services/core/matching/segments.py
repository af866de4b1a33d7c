"""One segment of a path: what it says, whether it is an id, what it resembles, and what a variable in it takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz.distance import Levenshtein

LONG: Final = 256
"""From this many characters on, a segment counts as an id, whatever it says: no one types such a thing by heart. It
also bounds the fuzzy comparison, whose cost grows with the square of the length."""


def percent_decoded(text: str) -> str:
    """Return the text with its percent escapes decoded once; those that are no UTF-8 stay, in upper case."""
    return _ESCAPES.sub(_decode_escapes, text) if "%" in text else text


_ESCAPES: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def _decode_escapes(escapes: re.Match[str]) -> str:
    octets = bytes.fromhex(escapes[0].replace("%", ""))
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return "".join(map(_escape_undecodable, octets.decode(errors="surrogateescape")))


def _escape_undecodable(character: str) -> str:
    """Return the percent escape of a byte that `surrogateescape` could not decode, any other character itself."""
    octet = ord(character) - 0xDC00
    return f"%{octet:02X}" if 0x80 <= octet <= 0xFF else character  # noqa: PLR2004 - The bytes that are no ASCII.


def fold(text: str) -> str:
    """Return the text without differences of case, of the same length: a position in it is one in the original."""
    return text.lower() if text.isascii() else "".join(map(_fold_character, text))


def _fold_character(character: str) -> str:
    folded = character.casefold()
    return folded if len(folded) == 1 else character


def is_id(text: str) -> bool:
    """Tell whether a segment is an id: decimal digits, a UUID of any version and case, or very long.

    Postman's "alphanumeric ids" are in fact numbers and GUIDs: users saw segments with letters told apart, and
    numbers not.
    """
    if text.isdigit() and text.isascii():
        return True
    length = len(text)
    return length >= LONG or (length == _UUID_LENGTH and _UUID.fullmatch(text) is not None)


_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_UUID_LENGTH: Final = 36


def typo_limit(length: int) -> int:
    """Return how many edits a sent segment of this length may be away from a saved one.

    The similarity `round(100 * (length - edits) / length)` must be 75 or more, so `edits / length` 0.255 or less. Long
    segments must be equal: a typo is something of a word.
    """
    return 255 * length // 1000 if length < LONG else 0


def is_similar(sent: str, saved: str) -> bool:
    """Tell whether a sent segment passes for a saved one, typos forgiven."""
    limit = typo_limit(len(sent))
    return sent == saved or (limit > 0 and Levenshtein.distance(sent, saved, score_cutoff=limit) <= limit)


@dataclass(frozen=True, slots=True)
class SegmentPattern:
    """A saved segment with variables in it: the literal text before, between and after them.

    `{{id}}` is `("", "")`, `item-{{id}}.json` is `("item-", ".json")`. Every variable takes one character or more. With
    several, each takes as little as it can and the last one the rest; as literal text is looked for from the left and
    never given back, the cost is linear in the segment.

    is_folded: the literal text has no differences of case; such a pattern equals none that was saved.
    """

    parts: tuple[str, ...]
    is_folded: bool = field(default=False, kw_only=True)

    @property
    def folded(self) -> "SegmentPattern":
        """Return the pattern that this one is when case is ignored."""
        return self if self.is_folded else SegmentPattern(tuple(map(fold, self.parts)), is_folded=True)

    @property
    def is_simple(self) -> bool:
        """Whether there is one variable, so that it takes all between the first literal text and the last."""
        return len(self.parts) == 2  # noqa: PLR2004 - The text before the variable, and the text behind it.

    def fits(self, text: str) -> bool:
        """Tell whether the literal text fits, case included, and something is left for every variable."""
        if self.is_simple:
            first, last = self.parts
            return len(text) > len(first) + len(last) and text.startswith(first) and text.endswith(last)
        return self._spans(text) is not None

    def loosely_fits(self, text: str) -> bool:
        """Tell whether it fits when case is ignored."""
        return self.folded.fits(fold(text))

    def captured(self, text: str) -> tuple[str, ...]:
        """Return what each variable takes, the first fit of exact and case-ignored deciding; empty where none is."""
        spans = self._spans(text) or self.folded._spans(fold(text)) or ()  # noqa: SLF001 - Its own class.
        return tuple(text[start:end] for start, end in spans)

    def _spans(self, text: str) -> tuple[tuple[int, int], ...] | None:
        """Return where each variable's text starts and ends; None where the pattern does not fit."""
        first, last = self.parts[0], self.parts[-1]
        if not (text.startswith(first) and text.endswith(last)):
            return None
        spans = tuple(self._cuts(text, len(first), len(text) - len(last)))
        return spans if len(spans) == len(self.parts) - 1 else None

    def _cuts(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the span of each variable between `start` and `end`, stopping at the first that has none."""
        for part in self.parts[1:-1]:
            found = text.find(part, start + 1, end)
            if found < 0:
                return
            yield start, found
            start = found + len(part)
        if start < end:
            yield start, end


Segment = str | SegmentPattern
"""A segment of a saved path: text, decoded, or a pattern."""
