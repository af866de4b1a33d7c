"""Who answers a call: the example with the highest score, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from services.core.matching.call import Call
from services.core.matching.index import MethodIndex, MockIndex
from services.core.matching.paths import CallPath, PathPattern, split_path
from services.core.matching.prepared import PreparedExample
from services.core.matching.queries import CallQuery, read_call_query
from services.core.matching.scoring import Rung, Score, rung_of
from services.core.matching.search import Candidate, Search
from services.core.matching.selectors import ID, NAME, read_selectors


class NoMatchReason(StrEnum):
    """Why no example answers."""

    NO_EXAMPLES = "no_examples"
    """The collection has no example that can be mocked."""
    METHOD = "method"
    """No example has the call's method."""
    SELECTOR = "selector"
    """A selector header asks for a code, an id or a name that no example of the method has."""
    PATH = "path"
    """No example's path stands on any rung of the ladder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The example that answers.

    captures: what its wildcards took from the call, decoded, by name.
    is_head: whether the call wants the headers only.
    """

    example: PreparedExample
    captures: Mapping[str, str] = field(default_factory=dict)
    score: Score
    is_head: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMatch:
    """No example answers."""

    reason: NoMatchReason


def match(call: Call, index: MockIndex) -> Match | NoMatch:
    """Return the example that answers a call, or the reason that none does.

    Where nothing answers a HEAD call, what answers GET does, without its body.
    """
    if not index.example_count:
        return NoMatch(reason=NoMatchReason.NO_EXAMPLES)
    matching = _Matching(call, index)
    found = matching.among(call.method)
    if call.method == "HEAD" and isinstance(found, NoMatch):
        return matching.among("GET")
    return found


class _Matching:
    """One call, taken apart once."""

    def __init__(self, call: Call, index: MockIndex) -> None:
        self._index = index
        self._is_head = call.method == "HEAD"
        self._path = CallPath(split_path(call.path))
        self._query = read_call_query(call.query)
        self._selectors = read_selectors(call)

    def among(self, method: str) -> Match | NoMatch:
        """Return who answers among the examples of a method."""
        index = self._index.methods.get(method)
        if index is None:
            return NoMatch(reason=NoMatchReason.METHOD)
        selectors = self._selectors
        if selectors.code is not None and selectors.code not in index.codes:
            return NoMatch(reason=NoMatchReason.SELECTOR)
        if selectors.id is not None:
            return self._selected(index.with_id(selectors.id, selectors.code), ID)
        if selectors.name is not None:
            return self._selected(index.with_name(selectors.name, selectors.code), NAME)
        return self._searched(index)

    def _selected(self, example: PreparedExample | None, header: str) -> Match | NoMatch:
        """Return the example that a header names; its wildcards take something only where its path fits."""
        if example is None:
            return NoMatch(reason=NoMatchReason.SELECTOR)
        path = next((path for path in example.paths if self._rung_of(path)), None)
        return Match(
            example=example,
            captures=self._captures(example, path) if path else {},
            score=Score(rung=self._rung_of(path) if path else None, selector=header),
            is_head=self._is_head,
        )

    def _searched(self, index: MethodIndex) -> Match | NoMatch:
        """Return the example with the highest score, of the first paths that have any."""
        for variant, paths in enumerate(index.paths):
            search = Search(self._path, self._scored_query, self._selectors.code)
            paths.offer_to(search)
            if search.best:
                return self._won(search.best, variant)
        return NoMatch(reason=NoMatchReason.PATH)

    def _won(self, winner: Candidate, variant: int) -> Match:
        example = winner.example
        return Match(
            example=example,
            captures=self._captures(example, example.paths[variant]),
            score=Score(rung=winner.rung, query=winner.query),
            is_head=self._is_head,
        )

    def _captures(self, example: PreparedExample, path: PathPattern) -> Mapping[str, str]:
        """Return what the wildcards take; of a name in both, the path's."""
        if not (path.names or example.query.names):
            return NOTHING
        return example.query.captures(self._query) | path.captures(self._path.segments)

    def _rung_of(self, path: PathPattern) -> Rung | None:
        return rung_of(path, self._path, is_fuzzy=self._index.settings.fuzzy_paths)

    @property
    def _scored_query(self) -> CallQuery | None:
        return self._query if self._index.settings.match_query_params else None


NOTHING: Final[Mapping[str, str]] = {}
