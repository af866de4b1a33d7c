"""Paths: how they are cut, and the forms under which a sent path and a saved one may count as equal.

A path is compared as its segments, each decoded on its own: `/a%2Fb` is one segment, not two. One leading slash is the
mark of a path, not a segment; so `/` and the empty path are one empty segment, and `//a` is an empty one and `a`.

A *form* is what is left of a path when some difference is taken out of it. Two paths are equal but for that difference
when their forms are equal, which is what makes them keys of an index.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import Enum

from services.core.matching.segments import Segment, SegmentPattern, fold, is_id, percent_decoded

Segments = tuple[Segment, ...]
"""The segments of a path, sent or saved."""


Form = Callable[[Segments], Hashable]
"""Takes some difference out of a path."""


class Mark(Enum):
    """What stands in a form for something taken out."""

    ID = "id"


def split_path(path: str) -> tuple[str, ...]:
    """Return the decoded segments of a raw path; never none."""
    segments = path.removeprefix("/").split("/")
    return tuple(map(percent_decoded, segments)) if "%" in path else tuple(segments)


def as_it_is(segments: Segments) -> Segments:
    """Take nothing out."""
    return segments


def trimmed(segments: Segments) -> Segments:
    """Take out trailing slashes, that is all empty segments at the end."""
    end = len(segments)
    while end and segments[end - 1] == "":
        end -= 1
    return segments if end == len(segments) else segments[:end]


def folded(segments: Segments) -> Segments:
    """Take out differences of case."""
    return tuple([fold(segment) if isinstance(segment, str) else segment.folded for segment in segments])


def folded_trimmed(segments: Segments) -> Segments:
    """Take out differences of case and trailing slashes."""
    return folded(trimmed(segments))


def marked(segments: Segments) -> tuple[Segment | Mark, ...]:
    """Take out what ids say; where they stand remains."""
    return tuple([Mark.ID if isinstance(segment, str) and is_id(segment) else segment for segment in segments])


def marked_folded_trimmed(segments: Segments) -> tuple[Segment | Mark, ...]:
    """Take out what ids say, differences of case and trailing slashes."""
    return marked(folded_trimmed(segments))


def without_ids(segments: Segments) -> tuple[int, Segments]:
    """Take out ids altogether, differences of case and trailing slashes, but not the number of segments.

    With the number taken out as well, `/accounts/7` would get the example of `/accounts`.
    """
    kept = trimmed(segments)
    others = [segment for segment in kept if not (isinstance(segment, str) and is_id(segment))]
    return len(kept), folded_trimmed(tuple(others))


class CallPath:
    """A sent path, or one with segments masked; it remembers its forms, as one call asks for them more than once."""

    __slots__ = ("_forms", "segments")

    def __init__(self, segments: Segments) -> None:
        """Take the decoded segments."""
        self.segments = segments
        self._forms: dict[Form, Hashable] = {}

    def form(self, form: Form) -> Hashable:
        """Return the path's form."""
        if form not in self._forms:
            self._forms[form] = form(self.segments)
        return self._forms[form]

    def masked(self, saved: Segments) -> "CallPath | None":
        """Return this path with the patterns of a saved one in place of the segments they fit.

        What is left to compare is then plain equality. A pattern that fits only when case is ignored goes in folded, so
        that only forms without case are equal. None where a pattern does not fit, or where the numbers of segments,
        trailing slashes aside, differ.
        """
        kept = trimmed(saved)
        if len(kept) != len(trimmed(self.segments)):
            return None
        masked = list(self.segments)
        for position, segment in enumerate(kept):
            if isinstance(segment, SegmentPattern):
                pattern = _fitting(segment, self.segments[position])
                if pattern is None:
                    return None
                masked[position] = pattern
        return CallPath(tuple(masked))


def _fitting(pattern: SegmentPattern, sent: Segment) -> SegmentPattern | None:
    """Return the pattern as it fits the sent segment: itself, folded, or not at all."""
    if not isinstance(sent, str):
        return None
    if pattern.fits(sent):
        return pattern
    return pattern.folded if pattern.loosely_fits(sent) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPattern:
    """A saved path.

    literal: its segments as text, unresolved variables spelled out (`{{id}}`, `:id`).
    segments: the same with a pattern for each segment that has variables.
    names: for each pattern, its position and the names of its variables.
    """

    literal: tuple[str, ...]
    segments: Segments
    names: tuple[tuple[int, tuple[str, ...]], ...] = ()

    @property
    def has_wildcards(self) -> bool:
        """Whether any segment has variables."""
        return bool(self.names)

    def captures(self, path: Sequence[Segment]) -> dict[str, str]:
        """Return what the variables take from a path that fits; of a name that occurs twice, the first taken.

        A path may fit though a pattern does not, where ids have moved; that pattern then takes nothing.
        """
        captures: dict[str, str] = {}
        for position, names in self.names:
            pattern, sent = self.segments[position], path[position]
            if isinstance(pattern, SegmentPattern) and isinstance(sent, str):
                for name, text in zip(names, pattern.captured(sent), strict=False):
                    captures.setdefault(name, text)
        return captures
