"""Saved paths with wildcards, as a tree: a sent path is led to the families it fits, segment by segment.

The branches are forms of segments (ids marked, case folded, trailing slashes gone) and patterns, so that every path
that rungs 5 to 7 could take is at the end of some way. A way ends where nothing branches off for the next segment: a
path that begins with an unknown word costs one look, however many examples there are.
"""

from collections.abc import Iterable, Iterator, Mapping

from services.core.matching.buckets import BucketFactory
from services.core.matching.families import WILDCARD_RUNGS, Family, make_family
from services.core.matching.paths import Mark, Segments, trimmed
from services.core.matching.patterns import PatternTable
from services.core.matching.prepared import PreparedExample
from services.core.matching.search import Search
from services.core.matching.segments import SegmentPattern, fold, is_id

Branch = str | Mark | SegmentPattern


class WildcardTree:
    """Saved paths with wildcards."""

    __slots__ = ("_root",)

    def __init__(self, saved: Mapping[Segments, list[PreparedExample]], buckets: BucketFactory) -> None:
        """Take the examples of each saved path."""
        self._root = _Node()
        families: dict[tuple[Branch, ...], dict[Segments, list[PreparedExample]]] = {}
        for segments, examples in saved.items():
            families.setdefault(_branches(segments), {})[segments] = examples
        for branches, members in families.items():
            family = make_family(members, WILDCARD_RUNGS, buckets)
            self._root.descend(branches).end = next(iter(members)), family

    def offer_to(self, search: Search) -> None:
        """Offer what fits the sent path."""
        for segments, family in self._ends(search.path.segments):
            masked = search.path.masked(segments)
            if masked:
                family.offer_to(search, masked)

    def _ends(self, sent: Segments) -> Iterator[tuple[Segments, Family]]:
        """Yield the families at the ends of the ways that a path may go, each with one of its paths."""
        places = [self._root]
        for segment in trimmed(sent):
            if not places:
                return
            if isinstance(segment, str):
                folded = fold(segment)
                branch = Mark.ID if is_id(segment) else folded
                places = [place for node in places for place in node.following(folded, branch)]
        yield from (place.end for place in places if place.end)


def _branches(segments: Segments) -> tuple[Branch, ...]:
    return tuple(_branch(segment) if isinstance(segment, str) else segment for segment in trimmed(segments))


def _branch(segment: str) -> str | Mark:
    return Mark.ID if is_id(segment) else fold(segment)


class _Node:
    """A place in the tree: what branches off, and which family ends here, with one of its paths."""

    __slots__ = ("_literals", "_patterns", "end")

    def __init__(self) -> None:
        self._literals: dict[str | Mark, _Node] = {}
        self._patterns: PatternTable[_Node] | None = None
        self.end: tuple[Segments, Family] | None = None

    def descend(self, branches: Iterable[Branch]) -> "_Node":
        """Return the place at the end of a way, which is made where it is missing."""
        node = self
        for branch in branches:
            node = node._child(branch)
        return node

    def following(self, folded: str, branch: str | Mark) -> Iterator["_Node"]:
        """Yield the places that a segment may lead to."""
        literal = self._literals.get(branch)
        if literal:
            yield literal
        if self._patterns:
            for _, node in self._patterns.candidates(folded):
                yield node

    def _child(self, branch: Branch) -> "_Node":
        if not isinstance(branch, SegmentPattern):
            return self._literals.setdefault(branch, _Node())
        self._patterns = self._patterns or PatternTable()
        return self._patterns.setdefault(branch, _Node())
