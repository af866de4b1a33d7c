"""A saved path beside a sent one, segment by segment: what of it is alike, and what is missing or too much.

Matching compares paths place by place, and never asks what a path that does not fit has in common with the sent one.
Who explains a miss does: `/v1/users/{{id}}` and `/users/7` have everything in common but the first segment. So where
the numbers of segments differ, the two are aligned like words in a text, by the fewest and smallest differences.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from rapidfuzz.distance import Levenshtein

from services.core.matching.paths import CallPath, PathPattern, trimmed
from services.core.matching.segments import LONG, Segment, SegmentPattern, fold, is_id, is_similar

COMPARED: Final = 32
"""Segments of a path that are looked at. Real paths have ten at the most; the cost grows with the square."""

GAP: Final = 0.9
"""What a segment without a counterpart costs: less than one of nothing in common, and two more than one."""

LOOSE: Final = 0.01
"""What a wildcard costs: of two paths that are as far away, the one that has the very text is closer."""

SMALL: Final = 0.1
"""What a difference costs that some rung forgives."""


class Likeness(Enum):
    """What a saved segment and the sent one in its place have in common."""

    SAME = "the same"
    WILDCARD = "a wildcard"
    CASE = "another case"
    ID = "another id"
    TYPO = "a typo"
    NO_FIT = "the text around the variable differs"
    OTHER = "another text"
    NOT_SENT = "not sent"
    NOT_SAVED = "not saved"

    @property
    def fits(self) -> bool:
        """Whether nothing has to be forgiven."""
        return self in {Likeness.SAME, Likeness.WILDCARD}


class Pair(NamedTuple):
    """A saved segment and the sent one in its place; None is no segment.

    number: the segment's number in its path, from 1; the saved path's, where it has one.
    saved: the saved segment as text.
    """

    number: int
    saved: str | None
    sent: str | None
    likeness: Likeness
    cost: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """A saved path beside a sent one, as far as they were compared."""

    pairs: tuple[Pair, ...]
    is_whole: bool

    @property
    def distance(self) -> float:
        """How far the paths are from each other: 0 for the same, 1 for nothing in common."""
        return sum(pair.cost for pair in self.pairs) / max(len(self.pairs), 1)


def align(saved: PathPattern, sent: CallPath) -> Alignment:
    """Return a saved path beside a sent one, trailing slashes aside."""
    ours, theirs = trimmed(saved.segments), _texts(trimmed(sent.segments))
    is_whole = max(len(ours), len(theirs)) <= COMPARED
    compare = _place_by_place if len(ours) == len(theirs) else _aligned
    pairs = compare(ours[:COMPARED], theirs[:COMPARED], saved.literal)
    return Alignment(tuple(pairs), is_whole)


def _texts(segments: Sequence[Segment]) -> list[str]:
    return [segment for segment in segments if isinstance(segment, str)]


Compare = Callable[[Sequence[Segment], Sequence[str], Sequence[str]], Iterator[Pair]]


def _place_by_place(ours: Sequence[Segment], theirs: Sequence[str], names: Sequence[str]) -> Iterator[Pair]:
    for place, (saved, sent) in enumerate(zip(ours, theirs, strict=True)):
        likeness, cost = compare_segments(saved, sent)
        yield Pair(place + 1, names[place], sent, likeness, cost)


def _aligned(ours: Sequence[Segment], theirs: Sequence[str], names: Sequence[str]) -> Iterator[Pair]:
    """Yield the pairs of the cheapest alignment, found from the end by the textbook's table of costs."""
    likenesses = [[compare_segments(saved, sent) for sent in theirs] for saved in ours]
    costs = _costs(likenesses, len(ours), len(theirs))
    place, other = 0, 0
    while place < len(ours) or other < len(theirs):
        rest = costs[place][other]
        if (
            place < len(ours)
            and other < len(theirs)
            and rest == likenesses[place][other][1] + costs[place + 1][other + 1]
        ):
            yield Pair(place + 1, names[place], theirs[other], *likenesses[place][other])
            place, other = place + 1, other + 1
        elif place < len(ours) and rest == GAP + costs[place + 1][other]:
            yield Pair(place + 1, names[place], None, Likeness.NOT_SENT, GAP)
            place += 1
        else:
            yield Pair(other + 1, None, theirs[other], Likeness.NOT_SAVED, GAP)
            other += 1


def _costs(likenesses: Sequence[Sequence[tuple[Likeness, float]]], ours: int, theirs: int) -> list[list[float]]:
    """Return, for each two ends of the paths, what aligning them costs at least."""
    costs = [[0.0] * (theirs + 1) for _ in range(ours + 1)]
    for place in range(ours, -1, -1):
        for other in range(theirs, -1, -1):
            ways = []
            if place < ours and other < theirs:
                ways.append(likenesses[place][other][1] + costs[place + 1][other + 1])
            if place < ours:
                ways.append(GAP + costs[place + 1][other])
            if other < theirs:
                ways.append(GAP + costs[place][other + 1])
            costs[place][other] = min(ways, default=0.0)
    return costs


def compare_segments(saved: Segment, sent: str) -> tuple[Likeness, float]:
    """Return what two segments have in common, and what the difference costs: from 0 to 1."""
    if isinstance(saved, SegmentPattern):
        return _compare_pattern(saved, sent)
    if saved == sent:
        return Likeness.SAME, 0.0
    if fold(saved) == fold(sent):
        return Likeness.CASE, SMALL
    if is_id(saved) and is_id(sent):
        return Likeness.ID, SMALL
    if is_similar(sent, saved):
        return Likeness.TYPO, SMALL
    return Likeness.OTHER, _distance(saved, sent)


def _compare_pattern(saved: SegmentPattern, sent: str) -> tuple[Likeness, float]:
    if saved.fits(sent):
        return Likeness.WILDCARD, LOOSE
    if saved.loosely_fits(sent):
        return Likeness.CASE, SMALL
    return Likeness.NO_FIT, _distance("".join(saved.parts), sent)


def _distance(saved: str, sent: str) -> float:
    """Return what the difference of two texts costs: one half where all but case is the same, one for nothing."""
    return 1 - Levenshtein.normalized_similarity(fold(saved[:LONG]), fold(sent[:LONG])) / 2
