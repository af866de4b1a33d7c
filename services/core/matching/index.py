"""The index of a mock's examples, compiled once and read by every call.

    MockIndex
    └── methods: MethodIndex                      step 2: one for each method
        ├── codes, ids, names                     step 3: what the selector headers ask for
        └── paths: PathIndex                      steps 4 to 7; a second one holds paths without their base path
            ├── literals   form -> Family         rungs 1 to 4, 6 and 7
            ├── wildcards  tree of segments       rungs 5 to 7
            └── similar    tree and vocabularies  rung 8

Every one of them leads to a `Bucket` of examples whose path is equally close. The cost of a call follows its path: one
look into `literals`, one way down each tree. In a bucket, the cost follows the call's query and body, not the examples.
"""

import sys
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from services.core.matching.buckets import BucketFactory, Tie
from services.core.matching.families import LITERAL_RUNGS, WILDCARD_RUNGS, Family, make_family
from services.core.matching.paths import CallPath, Segments, without_ids
from services.core.matching.prepared import Preparation, PreparedExample
from services.core.matching.scoring import FUZZY, rung_of
from services.core.matching.search import NameSearch, Search
from services.core.matching.selectors import readings, without_owner
from services.core.matching.settings import MatchSettings
from services.core.matching.similar import SimilarPaths
from services.core.matching.wildcards import WildcardTree
from services.core.postman.collection import Body, Collection
from services.core.postman.environment import Environment
from services.core.rendering.drafts import Drafts
from services.core.rendering.template import variables_of

DEFAULT_SETTINGS: Final = MatchSettings()

FEW: Final = 16
"""Up to so many examples of one name are asked whether their path fits; a search through all paths costs as much."""

BYTES_PER_EXAMPLE: Final = 3_300
"""What an example takes up beside its texts, in the collection and in the index; measured by `tests/bench`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MockIndex:
    """The examples of a mock, ready to be matched.

    example_count: how many examples there are.
    size_bytes: about how much memory collection and index take up together.
    variables: what the names in the examples' replies stand for.
    drafts: the replies that were asked for, ready but for what a call brings.
    """

    example_count: int
    size_bytes: int
    settings: MatchSettings
    variables: Mapping[str, str]
    methods: Mapping[str, "MethodIndex"]
    drafts: Drafts


def compile_index(
    collection: Collection,
    *,
    environment: Environment | None = None,
    settings: MatchSettings = DEFAULT_SETTINGS,
) -> MockIndex:
    """Return the index of a collection's examples, the variables of the environment going before its own."""
    variables = variables_of(collection, environment)
    examples = Preparation(variables, settings).prepare(collection.examples)
    size_bytes = sum(map(_size_of, examples))
    return MockIndex(
        example_count=len(examples),
        size_bytes=size_bytes + min(size_bytes, Drafts.LIMIT_BYTES),
        settings=settings,
        variables=variables,
        methods={method: MethodIndex(those, settings) for method, those in _group(_by_method(examples)).items()},
        drafts=Drafts(),
    )


class MethodIndex:
    """The examples of one method.

    examples: all of them, in the order of their rank; no call goes through them, but who explains one may.
    codes: the status codes that occur.
    paths: the indexes of their paths; those after the first count only where the ones before found nothing.
    """

    __slots__ = ("_ids", "_is_fuzzy", "_names", "_several", "codes", "examples", "paths")

    def __init__(self, examples: Sequence[PreparedExample], settings: MatchSettings) -> None:
        """Take the examples in the order of their rank."""
        self.examples = tuple(examples)
        self.codes = frozenset(example.example.code for example in examples)
        self.paths = tuple(
            PathIndex(examples, variant, settings) for variant in range(max(len(example.paths) for example in examples))
        )
        self._ids = {str(example.example.id): example for example in reversed(examples)}
        names = _group((example.example.name, example) for example in examples)
        self._names = {name: Tie(named) for name, named in names.items()}
        self._several = {name: tuple(named) for name, named in names.items() if len(named) > 1}
        self._is_fuzzy = settings.fuzzy_paths

    def with_id(self, id_or_uid: str, code: int | None) -> PreparedExample | None:
        """Return the example with an id, where it also has the code."""
        found = (self._ids.get(id_) for id_ in (id_or_uid, without_owner(id_or_uid)))
        return next((example for example in found if example and code in {None, example.example.code}), None)

    def with_name(self, name: str, code: int | None, path: CallPath) -> PreparedExample | None:
        """Return the example with a name, and the code where one is given.

        Of several, those whose path fits come first, then those that win a tie.
        """
        for reading in readings(name):
            named = self._names.get(reading)
            winner = named.winner(code) if named else None
            if winner:
                return self._fitting(path, reading, code) or winner
        return None

    def _fitting(self, path: CallPath, name: str, code: int | None) -> PreparedExample | None:
        """Return the example whose path fits, of several with a name: few are asked, many are searched."""
        several = self._several.get(name, ())
        if len(several) <= FEW:
            with_code = (example for example in several if code in {None, example.example.code})
            return next((example for example in with_code if self._fits(example, path)), None)
        search = NameSearch(path, name, code)
        for paths in self.paths:
            paths.offer_to(search)
        return search.named

    def _fits(self, example: PreparedExample, path: CallPath) -> bool:
        return any(rung_of(saved, path, is_fuzzy=self._is_fuzzy) for saved in example.paths)


class PathIndex:
    """The paths of examples of one method."""

    __slots__ = ("_literals", "_similar", "_wildcards")

    def __init__(self, examples: Iterable[PreparedExample], variant: int, settings: MatchSettings) -> None:
        """Take the examples; of each, the path numbered `variant` counts, where it has that many."""
        chosen = [(example.paths[variant], example) for example in examples if len(example.paths) > variant]
        buckets = BucketFactory(with_queries=settings.match_query_params)
        self._literals = _families(_by_path((path.literal, example) for path, example in chosen), buckets)
        wildcards = _by_path((path.segments, example) for path, example in chosen if path.has_wildcards)
        self._wildcards = WildcardTree(wildcards, buckets) if wildcards else None
        similar = _by_path((path.segments, example) for path, example in chosen) if settings.fuzzy_paths else {}
        self._similar = SimilarPaths(similar, buckets) if similar else None

    def offer_to(self, search: Search) -> None:
        """Offer every example that may be the winner."""
        family = self._literals.get(search.path.form(without_ids))
        if family:
            family.offer_to(search, search.path)
        if self._wildcards and search.may_change(WILDCARD_RUNGS[0][0]):
            self._wildcards.offer_to(search)
        if self._similar and search.may_change(FUZZY):
            self._similar.offer_to(search)


def _families(literals: Mapping[Segments, list[PreparedExample]], buckets: BucketFactory) -> dict[Hashable, Family]:
    members: dict[Hashable, dict[Segments, list[PreparedExample]]] = {}
    for segments, examples in literals.items():
        members.setdefault(without_ids(segments), {})[segments] = examples
    return {form: make_family(those, LITERAL_RUNGS, buckets) for form, those in members.items()}


K = TypeVar("K", bound=Hashable)


def _group(entries: Iterable[tuple[K, PreparedExample]]) -> dict[K, list[PreparedExample]]:
    groups: dict[K, list[PreparedExample]] = {}
    for key, example in entries:
        groups.setdefault(key, []).append(example)
    return groups


def _by_path(entries: Iterable[tuple[Segments, PreparedExample]]) -> dict[Segments, list[PreparedExample]]:
    return _group(entries)


def _by_method(examples: Iterable[PreparedExample]) -> Iterator[tuple[str, PreparedExample]]:
    return ((example.example.request.method, example) for example in examples)


def _size_of(prepared: PreparedExample) -> int:
    example, request = prepared.example, prepared.example.request
    texts = (example.name, *(header.value for header in (*example.headers, *request.headers)), *_texts_of(request.body))
    return BYTES_PER_EXAMPLE + sys.getsizeof(example.body) + sum(map(len, texts))


def _texts_of(body: Body | None) -> Iterator[str]:
    if body:
        yield from (body.raw, *(field.value for field in body.fields))
        yield from (body.graphql.query, body.graphql.variables) if body.graphql else ()
