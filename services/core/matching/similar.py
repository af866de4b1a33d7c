"""Saved paths by what they resemble: the last rung, where typos are forgiven.

Two paths are similar when they have as many segments and each sent one is similar to the saved one. What a segment may
be similar to is looked for in the vocabulary of its place: the distinct texts and patterns that any saved path of that
length has there, of which there are far fewer than examples. Where the vocabulary of one place has nothing, no path is
similar, and the search ends; the places whose segment is not in their vocabulary as it is are looked at first, for that
is where it ends for a call that was never meant for this mock.

What is left is to follow, through the tree of saved paths, the branches that the vocabularies allow.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from services.core.matching.buckets import Bucket, BucketFactory
from services.core.matching.paths import Segments, trimmed
from services.core.matching.patterns import PatternTable
from services.core.matching.prepared import PreparedExample
from services.core.matching.scoring import FUZZY
from services.core.matching.search import Search
from services.core.matching.segments import Segment, SegmentPattern, fold, typo_limit


class SimilarPaths:
    """Saved paths of every length."""

    __slots__ = ("_by_length",)

    def __init__(self, saved: Mapping[Segments, list[PreparedExample]], buckets: BucketFactory) -> None:
        """Take the examples of each saved path."""
        same: dict[Segments, list[PreparedExample]] = {}
        for segments, examples in saved.items():
            same.setdefault(trimmed(segments), []).extend(examples)
        self._by_length: dict[int, _Paths] = {}
        for segments, examples in same.items():
            paths = self._by_length.setdefault(len(segments), _Paths(len(segments)))
            paths.add(segments, buckets.bucket(examples))

    def offer_to(self, search: Search) -> None:
        """Offer what is similar to the sent path."""
        sent = [segment for segment in trimmed(search.path.segments) if isinstance(segment, str)]
        paths = self._by_length.get(len(sent))
        for bucket in paths.similar_to(sent) if paths else ():
            search.offer(FUZZY, bucket)


class _Paths:
    """Saved paths of one length."""

    __slots__ = ("_root", "_vocabularies")

    def __init__(self, length: int) -> None:
        self._root = _Node()
        self._vocabularies = tuple(_Vocabulary() for _ in range(length))

    def add(self, segments: Segments, bucket: Bucket) -> None:
        """Add a path."""
        node = self._root
        for segment, vocabulary in zip(segments, self._vocabularies, strict=True):
            vocabulary.add(segment)
            node = node.branches.setdefault(segment, _Node())
        node.bucket = bucket

    def similar_to(self, sent: list[str]) -> Iterable[Bucket]:
        """Return the buckets of the paths that are similar."""
        allowed = self._allowed(sent)
        places = [self._root] if allowed is not None else []
        for branches in allowed or ():
            places = [place for node in places for place in node.following(branches)]
        return [place.bucket for place in places if place.bucket]

    def _allowed(self, sent: list[str]) -> list[set[Segment]] | None:
        """Return what each place may be, None where there is a place for which nothing is similar."""
        allowed: list[set[Segment]] = [set() for _ in sent]
        unknown_first = sorted(range(len(sent)), key=lambda place: sent[place] in self._vocabularies[place])
        for place in unknown_first:
            allowed[place] = self._vocabularies[place].similar_to(sent[place])
            if not allowed[place]:
                return None
        return allowed


class _Node:
    """A place in the tree of saved paths."""

    __slots__ = ("branches", "bucket")

    def __init__(self) -> None:
        self.branches: dict[Segment, _Node] = {}
        self.bucket: Bucket | None = None

    def following(self, allowed: set[Segment]) -> Iterable["_Node"]:
        """Return the places that the allowed branches lead to, going through whichever are fewer."""
        if len(allowed) < len(self.branches):
            return [self.branches[segment] for segment in allowed if segment in self.branches]
        return [node for segment, node in self.branches.items() if segment in allowed]


class _Vocabulary:
    """What saved paths of one length have in one place."""

    __slots__ = ("_by_length", "_patterns", "_texts")

    def __init__(self) -> None:
        self._texts: set[str] = set()
        self._by_length: dict[int, list[str]] = {}
        self._patterns: PatternTable[SegmentPattern] | None = None

    def __contains__(self, text: str) -> bool:
        return text in self._texts

    def add(self, segment: Segment) -> None:
        """Add a segment."""
        if isinstance(segment, SegmentPattern):
            self._patterns = self._patterns or PatternTable()
            self._patterns.setdefault(segment, segment)
        elif segment not in self._texts:
            self._texts.add(segment)
            self._by_length.setdefault(len(segment), []).append(segment)

    def similar_to(self, text: str) -> set[Segment]:
        """Return what a sent segment may stand for."""
        similar: set[Segment] = {text} if text in self._texts else set()
        limit = typo_limit(len(text))
        for length in range(len(text) - limit, len(text) + limit + 1) if limit else ():
            similar.update(_within(text, self._by_length.get(length, ()), limit))
        if self._patterns:
            similar.update(pattern for pattern, _ in self._patterns.candidates(fold(text)) if pattern.fits(text))
        return similar


def _within(text: str, others: Sequence[str], limit: int) -> Iterator[str]:
    """Yield the texts that are at most so many edits away."""
    found = process.extract(text, others, scorer=Levenshtein.distance, score_cutoff=limit, limit=None)
    return (other for other, _, _ in found)
