"""Who answers a call: the example with the highest score, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from services.core.matching.asked import Asked
from services.core.matching.call import Call
from services.core.matching.headers import SentHeaders
from services.core.matching.index import MethodIndex, MockIndex
from services.core.matching.paths import PathPattern
from services.core.matching.prepared import PreparedExample
from services.core.matching.scoring import Rung, Score, rung_of
from services.core.matching.search import Candidate, Search
from services.core.matching.selectors import ID, NAME
from services.core.matching.sent_call import SentCall


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
    HEADERS = "headers"
    """Of those whose path does, none has the headers that must be equal."""
    BODY = "body"
    """Of those that have, none has the body, which must be equal."""


class Match(NamedTuple):
    """The example that answers. Named tuples are what is cheapest to make.

    captures: what its wildcards took from the call, decoded, by name; what is no text in a JSON body as compact JSON.
    is_head: whether the call wants the headers only.
    """

    example: PreparedExample
    captures: Mapping[str, str]
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
    sent = SentCall(call, index.settings)
    matching = _Matching(sent, index)
    found = matching.among(call.method)
    if sent.is_head and isinstance(found, NoMatch):
        return matching.among("GET")
    return found


class _Matching:
    """One call beside the examples of one index."""

    def __init__(self, sent: SentCall, index: MockIndex) -> None:
        self._sent = sent
        self._index = index

    def among(self, method: str) -> Match | NoMatch:
        """Return who answers among the examples of a method."""
        index = self._index.methods.get(method)
        if index is None:
            return NoMatch(reason=NoMatchReason.METHOD)
        selectors = self._sent.selectors
        if selectors.code is not None and selectors.code not in index.codes:
            return NoMatch(reason=NoMatchReason.SELECTOR)
        if selectors.id is not None:
            return self._selected(index.with_id(selectors.id, selectors.code), ID)
        if selectors.name is not None:
            return self._selected(index.with_name(selectors.name, selectors.code, self._sent.path), NAME)
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
            is_head=self._sent.is_head,
        )

    def _searched(self, index: MethodIndex) -> Match | NoMatch:
        """Return the example with the highest score, of the first paths that have any."""
        for variant in range(len(index.paths)):
            winner = self._winner(index, variant, self._sent.headers, is_body_required=self._sent.is_body_required)
            if winner:
                return self._won(winner, variant)
        return NoMatch(reason=self._reason(index))

    def _winner(
        self, index: MethodIndex, variant: int, headers: SentHeaders | None, *, is_body_required: bool
    ) -> Candidate | None:
        sent = self._sent
        asked = Asked(sent.scored_query, sent.selectors.code, headers, sent.body, is_body_required)
        search = Search(sent.path, asked)
        index.paths[variant].offer_to(search)
        return search.best

    def _won(self, winner: Candidate, variant: int) -> Match:
        example, query, body_points = winner.found
        return Match(
            example=example,
            captures=self._captures(example, example.paths[variant]),
            score=Score(
                rung=winner.rung,
                query=query,
                headers=self._sent.headers.names if self._sent.headers else None,
                body_points=body_points,
                is_body_required=self._sent.is_body_required,
            ),
            is_head=self._sent.is_head,
        )

    def _reason(self, index: MethodIndex) -> NoMatchReason:
        """Return the step that left no example, by leaving out the later ones."""
        sent, variants = self._sent, range(len(index.paths))
        if sent.is_body_required and any(
            self._winner(index, variant, sent.headers, is_body_required=False) for variant in variants
        ):
            return NoMatchReason.BODY
        if sent.headers and any(self._winner(index, variant, None, is_body_required=False) for variant in variants):
            return NoMatchReason.HEADERS
        return NoMatchReason.PATH

    def _captures(self, example: PreparedExample, path: PathPattern) -> Mapping[str, str]:
        """Return what the wildcards take; of a name in several places, the first of path, query, headers and body."""
        sent = self._sent
        captures: dict[str, str] = {}
        if example.body.patterns:
            captures |= sent.body.captures(example.body)
        if sent.headers and example.headers.variables:
            captures |= sent.headers.captures(example.headers)
        if example.query.names:
            captures |= example.query.captures(sent.query)
        if path.names:
            captures |= path.captures(sent.path.segments)
        return captures or NOTHING

    def _rung_of(self, path: PathPattern) -> Rung | None:
        return rung_of(path, self._sent.path, is_fuzzy=self._index.settings.fuzzy_paths)


NOTHING: Final[Mapping[str, str]] = {}
