"""The examples worth a close look when a result is explained: those whose path fits, and those whose path is similar.

A close look takes some ten microseconds, so it cannot be had for each of ten thousand examples. What is cheap is
looking through the index once more, which leads to every path that fits; and comparing texts, which a library does in
less than a microsecond each. For that the paths are written in one spelling: without case, with a `*` for each id and
wildcard. Examples whose spelling is the same are one entry.

The spellings are made when they are first asked for: most mocks are never asked to explain anything.
"""

from collections.abc import Callable, Iterable, Iterator
from heapq import nsmallest
from itertools import islice
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Indel

from services.core.matching.asked import Asked
from services.core.matching.bodies import BODY_BONUS
from services.core.matching.body_differences import body_distance
from services.core.matching.buckets import Bucket
from services.core.matching.index import MethodIndex, MockIndex
from services.core.matching.paths import CallPath, Segments, trimmed
from services.core.matching.prepared import PreparedExample
from services.core.matching.queries import CallQuery
from services.core.matching.scoring import Rung
from services.core.matching.search import Candidate, Search
from services.core.matching.segments import fold, is_id
from services.core.matching.selectors import as_utf8, without_owner
from services.core.matching.sent_call import SentCall

COMPARED: Final = 20_000
"""Examples whose texts are compared; of more, the first by method and id. Comparing so many takes about five
milliseconds, and spelling them, which is done once, forty. Those that the index leads to do not count here."""

MAXIMUM_LENGTH: Final = 256
"""Characters of a spelling. The cost of comparing two texts grows with the product of their lengths."""

SIMILAR: Final = 24
"""Spellings that are taken for similar."""

FITTING: Final = 64
"""Examples that the index leads to; a call that fits more has more than enough."""

WEIGHED: Final = 1_000
"""Examples of one spelling that are weighed against each other, by method, path, headers, body and query."""

OF_ONE_SPELLING: Final = 16
"""Examples of one spelling that are kept."""


LOOKED_AT: Final = 96
"""Examples that are looked at closely, which takes about 20 microseconds each."""


class Choice(NamedTuple):
    """The examples that are worth a close look; `is_whole` tells that no other could be."""

    examples: list[PreparedExample]
    is_whole: bool


class Shortlist:
    """Finds the examples of one index that are worth a close look."""

    __slots__ = ("_index", "_spellings")

    def __init__(self, index: MockIndex) -> None:
        """Take the index."""
        self._index = index
        self._spellings: dict[str, list[PreparedExample]] | None = None

    def fitting(self, sent: SentCall, method: str) -> Choice:
        """Return examples of a method whose path fits, and others of it whose path is spelled the same."""
        index = self._index.methods.get(method)
        found = _found(index, sent) if index else []
        spellings = dict.fromkeys(spelling(path.segments) for example in found for path in example.paths)
        spelled = (example for each in spellings for example in self._best(each, sent))
        examples = _unique((*found, *(example for example in spelled if example.example.request.method == method)))
        is_whole = len(found) < FITTING and all(map(self._has_few, spellings))
        return Choice(examples[:LOOKED_AT], is_whole and len(examples) <= LOOKED_AT)

    def near(self, sent: SentCall) -> Choice:
        """Return examples that are close to a call that none answers."""
        methods = dict.fromkeys((*sent.methods, *self._index.methods))
        fitting = (example for method in methods for example in self.fitting(sent, method).examples)
        examples = _unique((*self._named(sent), *fitting, *self._similar(sent)))[:LOOKED_AT]
        return Choice(examples, len(examples) == self._index.example_count)

    def _similar(self, sent: SentCall) -> Iterator[PreparedExample]:
        """Yield examples of any method whose path is similar."""
        text = spelling(sent.path.segments)
        found = process.extract(text, self._known().keys(), scorer=Indel.distance, limit=SIMILAR)
        return (example for known, _, _ in found for example in self._best(known, sent))

    def _named(self, sent: SentCall) -> Iterator[PreparedExample]:
        """Yield examples whose id or name is similar to the one that the call selects."""
        selectors = sent.selectors
        if selectors.id is not None:
            yield from self._with_similar(without_owner(selectors.id), _id_of)
        elif selectors.name is not None:
            yield from self._with_similar(as_utf8(selectors.name), _name_of)

    def _with_similar(self, asked: str, text_of: Callable[[PreparedExample], str]) -> Iterator[PreparedExample]:
        examples = self._compared()
        texts = [fold(text_of(example)[:MAXIMUM_LENGTH]) for example in examples]
        found = process.extract(fold(asked[:MAXIMUM_LENGTH]), texts, scorer=Indel.distance, limit=SIMILAR)
        longer = islice((place for place, text in enumerate(texts) if fold(asked) in text), SIMILAR)
        return (examples[place] for place in (*longer, *(place for _, _, place in found)))

    def _has_few(self, text: str) -> bool:
        """Tell whether none of the examples of a spelling is left out."""
        return 0 < len(self._known().get(text, ())) <= OF_ONE_SPELLING

    def _best(self, text: str, sent: SentCall) -> list[PreparedExample]:
        """Return the examples of one spelling that seem closest to the call, so many that it stays cheap."""

        def distance(example: PreparedExample) -> tuple[bool, bool, bool, float, float, int]:
            numerator, denominator = example.query.score(sent.query).fraction
            return (
                example.example.request.method not in sent.methods,
                all(saved.literal != sent.path.segments for saved in example.paths),
                sent.headers is not None and not sent.headers.equal(example.headers),
                body_distance(example.example.request, sent.body) if sent.is_body_required else 0,
                -numerator / denominator - (BODY_BONUS if sent.body.equals(example.body) else 0),
                example.rank,
            )

        members = self._known().get(text, [])
        return nsmallest(OF_ONE_SPELLING, members[:WEIGHED], key=distance) if len(members) > 1 else members

    def _known(self) -> dict[str, list[PreparedExample]]:
        """Return the examples by the spelling of their paths."""
        if self._spellings is None:
            self._spellings = _spelled(self._compared())
        return self._spellings

    def _compared(self) -> list[PreparedExample]:
        indexes = self._index.methods.values()
        return list(islice((example for index in indexes for example in index.examples), COMPARED))


def spelling(segments: Segments) -> str:
    """Return a path as text without what matching forgives: case, ids, trailing slashes; wildcards look like ids."""
    return "/".join(map(_spelled_segment, islice(trimmed(segments), MAXIMUM_LENGTH)))[:MAXIMUM_LENGTH]


def _spelled_segment(segment: object) -> str:
    return fold(segment) if isinstance(segment, str) and not is_id(segment) else "*"


def _spelled(examples: Iterable[PreparedExample]) -> dict[str, list[PreparedExample]]:
    spellings: dict[str, list[PreparedExample]] = {}
    texts: dict[int, str] = {}
    for example in examples:
        for path in example.paths:
            text = texts.get(id(path)) or texts.setdefault(id(path), spelling(path.segments))
            spellings.setdefault(text, []).append(example)
    return spellings


def _id_of(example: PreparedExample) -> str:
    return example.example.id


def _name_of(example: PreparedExample) -> str:
    return example.example.name


def _unique(examples: Iterable[PreparedExample]) -> list[PreparedExample]:
    return list({example.rank: example for example in examples}.values())


def _found(index: MethodIndex, sent: SentCall) -> list[PreparedExample]:
    """Return the best example of everything that the index leads to."""
    search = _Everything(sent.path, sent.scored_query)
    for paths in index.paths:
        paths.offer_to(search)
    return search.found


class _Everything(Search):
    """A search that gives up nothing: not for the winner, but for all that fit."""

    __slots__ = ("found",)

    def __init__(self, path: CallPath, query: CallQuery | None) -> None:
        super().__init__(path, Asked(query))
        self.found: list[PreparedExample] = []

    def may_change(self, rung: Rung) -> bool:  # noqa: ARG002 -- every rung is as good
        return len(self.found) < FITTING

    def offer(self, rung: Rung, bucket: Bucket) -> None:
        super().offer(rung, bucket)
        candidate = self._taken()
        if candidate:
            self.found.append(candidate.example)

    def _taken(self) -> Candidate | None:
        candidate, self.best = self.best, None
        return candidate
