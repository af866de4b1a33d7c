"""Segment patterns, kept so that those that may fit a segment are found without trying each."""

from collections.abc import Iterator
from typing import Any, Final, Generic, TypeVar

from services.core.matching.segments import SegmentPattern, fold

V = TypeVar("V")


class PatternTable(Generic[V]):
    """Values by pattern. Patterns are found by the text they begin and end with, of which few lengths occur."""

    __slots__ = ("_entries", "_lengths")

    def __init__(self) -> None:
        """Start empty."""
        self._entries: dict[tuple[str, str], dict[SegmentPattern, V]] = {}
        self._lengths: dict[tuple[int, int], None] = {}

    def setdefault(self, pattern: SegmentPattern, value: V) -> V:
        """Return the value of a pattern; where it has none, that is the given one from now on."""
        first, last = fold(pattern.parts[0]), fold(pattern.parts[-1])
        self._lengths[len(first), len(last)] = None
        return self._entries.setdefault((first, last), {}).setdefault(pattern, value)

    def candidates(self, segment: str) -> Iterator[tuple[SegmentPattern, V]]:
        """Yield the patterns that begin and end like a segment without case; what is between them is not looked at."""
        for first, last in self._lengths:
            if len(segment) > first + last:
                yield from self._entries.get((segment[:first], segment[len(segment) - last :]), _NONE).items()


_NONE: Final[dict[SegmentPattern, Any]] = {}
