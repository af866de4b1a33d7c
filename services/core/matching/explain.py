"""A match and a miss in words: briefly for the call log, and whole for who asks.

An explanation of a match is the chosen example with its score step by step, and the runners-up with what they lack. Of
a miss it is the examples that are nearest, and what keeps each of them from answering.

Matching itself keeps nothing for it, so that who asks nothing pays nothing. Who asks has the call matched once more,
and a bounded number of examples, which `shortlist.py` chooses, looked at one by one.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final, assert_never

from services.core.matching.assessment import Assessment, assess
from services.core.matching.call import Call
from services.core.matching.explanation import Explanation
from services.core.matching.index import MockIndex
from services.core.matching.match import Match, NoMatch, NoMatchReason, match
from services.core.matching.scoring import Score
from services.core.matching.selectors import CODE
from services.core.matching.sent_call import SentCall
from services.core.matching.shortlist import Choice, Shortlist
from services.core.matching.wording import listed, points_of, quoted

SHOWN: Final = 3
"""Runners-up or near misses that are told unless more are asked for: with more, nobody reads the first."""


def diagnostics(result: Match | NoMatch) -> str:
    """Return the short form of how a result came about: `rung 5 wildcard 80, query +10, total 90`."""
    match result:
        case NoMatch(reason=reason):
            return f"no match: {reason}"
        case Match(score=score) if score.selector:
            return f"selected by {score.selector}"
        case Match(score=score):
            return _in_words(score)
        case _:
            assert_never(result)


@lru_cache(maxsize=1024)
def _in_words(score: Score) -> str:
    """Return a score in words. Calls are many and scores few, so each is put into words once."""
    return ", ".join(_terms(score))


def _terms(score: Score) -> list[str]:
    path = [f"rung {score.rung.number} {score.rung.name} {score.rung.points}"] if score.rung else []
    query = [] if score.query is None else [f"query {points_of(score.query_points):+}"]
    headers = [] if score.headers is None else [f"headers {listed(score.headers)} equal"]
    body = ["body equal"] if score.is_body_required else [f"body +{score.body_points}"] if score.body_points else []
    return [*path, *query, *headers, *body, f"total {points_of(score.total)}"]


def explain(call: Call, index: MockIndex, *, limit: int = SHOWN) -> Explanation:
    """Return how a call comes by its answer, with so many runners-up or near misses at the most."""
    return Explainer(index).explain(call, limit=limit)


class Explainer:
    """Explains the results of one index; it remembers what it needs to find near misses. Any thread may ask it."""

    __slots__ = ("_index", "_shortlist")

    def __init__(self, index: MockIndex) -> None:
        """Take the index."""
        self._index = index
        self._shortlist = Shortlist(index)

    def explain(self, call: Call, *, limit: int = SHOWN) -> Explanation:
        """Return how a call comes by its answer, with so many runners-up or near misses at the most."""
        result = match(call, self._index)
        match result:
            case Match():
                return self._explained_match(result, call, limit)
            case NoMatch(reason=NoMatchReason.NO_EXAMPLES):
                return Explanation(result=result)
            case NoMatch():
                return self._explained_miss(result, call, limit)
            case _:
                assert_never(result)

    def _explained_match(self, found: Match, call: Call, limit: int) -> Explanation:
        sent = SentCall(call, self._index.settings)
        chosen = assess(found.example, sent, self._index)
        choice = self._shortlist.fitting(sent, found.example.example.request.method)
        others = [assess(each, sent, self._index) for each in choice.examples if each is not found.example]
        assessed = sorted(others, key=Assessment.order)
        runners_up = (each.contender(each.gap_to(chosen, found)) for each in assessed)
        return Explanation(
            result=found,
            chosen=chosen.chosen(found),
            runners_up=tuple(islice(runners_up, limit)),
            notes=tuple(self._notes(choice)),
        )

    def _explained_miss(self, result: NoMatch, call: Call, limit: int) -> Explanation:
        sent = SentCall(call, self._index.settings)
        choice = self._shortlist.near(sent)
        assessed = sorted((assess(each, sent, self._index) for each in choice.examples), key=Assessment.distance)
        return Explanation(
            result=result,
            near_misses=tuple(each.contender() for each in assessed[:limit]),
            notes=(*_offers(sent, self._index), *self._notes(choice)),
        )

    def _notes(self, choice: Choice) -> Iterator[str]:
        """Yield that only some of the examples were looked at, where that may hide one."""
        if not choice.is_whole:
            count = f"{len(choice.examples):,} of {self._index.example_count:,} examples"
            yield f"{count} were looked at closely, those with the most similar paths"


def _offers(sent: SentCall, index: MockIndex) -> Iterator[str]:
    """Yield what there is where a method or a code was asked for in vain."""
    own = [index.methods[method] for method in sent.methods if method in index.methods]
    codes = {code for methods in own for code in methods.codes}
    if not own:
        yield f"no example has the method {quoted(sent.call.method)}; there are {listed(sorted(index.methods))}"
    elif sent.selectors.code is not None and sent.selectors.code not in codes:
        yield f"{CODE}: {sent.call.method} examples have the codes {listed(list(map(str, sorted(codes))))}"
