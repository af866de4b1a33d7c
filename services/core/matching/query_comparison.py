"""A saved query beside a sent one, parameter by parameter, with what each difference costs."""

from collections.abc import Iterator
from typing import NamedTuple

from services.core.matching.queries import CallQuery, ExampleQuery, QueryScore
from services.core.matching.wording import all_quoted, all_valued, listed, points_of, quoted


class QueryComparison(NamedTuple):
    """The keys of two queries, by what became of them.

    matches, partials: keys on both sides, with the same values and with others.
    not_saved, not_sent: keys on one side only.
    """

    saved: ExampleQuery
    sent: CallQuery
    matches: tuple[str, ...]
    partials: tuple[str, ...]
    not_saved: tuple[str, ...]
    not_sent: tuple[str, ...]

    @property
    def score(self) -> QueryScore:
        """Return the score that the query step gives."""
        return QueryScore(len(self.matches), len(self.partials), len(self.not_saved) + len(self.not_sent))

    def in_words(self) -> str:
        """Return what became of the parameters: "`page` matches; unknown parameter `x` costs 5"."""
        return "; ".join(self._words()) or "no parameters on either side"

    def differences(self) -> Iterator[str]:
        """Yield each parameter that is not as it was saved, in words."""
        for key in self.partials:
            sent = all_valued(key, self.sent.received[key])
            yield f"parameter {quoted(key)}: saved {_saved(self.saved, key)}, sent {sent}"
        for key in self.not_sent:
            yield f"parameter {quoted(key)}: saved {_saved(self.saved, key)}, not sent"
        for key in self.not_saved:
            yield f"parameter {quoted(key)}: sent {all_valued(key, self.sent.received[key])}, not saved"

    def _words(self) -> Iterator[str]:
        if self.matches:
            yield f"{all_quoted(self.matches)} {_one_or_more(self.matches, 'matches', 'match')}"
        if self.partials:
            yield listed([f"{quoted(key)} has another value than {_saved(self.saved, key)}" for key in self.partials])
        if self.not_saved:
            yield self._cost(self.not_saved, "unknown parameter", "unknown parameters")
        if self.not_sent:
            yield self._cost(self.not_sent, "missing parameter", "missing parameters")

    def _cost(self, keys: tuple[str, ...], one: str, several: str) -> str:
        """Return what keys that are on one side only take away: the points there would be without them."""
        matches, partials, missing = self.score
        without = QueryScore(matches, partials, missing - len(keys))
        cost = points_of(_points(without) - _points(self.score))
        return f"{_one_or_more(keys, one, several)} {all_quoted(keys)} {_one_or_more(keys, 'costs', 'cost')} {cost}"


def compare_queries(saved: ExampleQuery, sent: CallQuery) -> QueryComparison:
    """Return two queries side by side."""
    shared = [key for key in saved.expected if key in sent.values]
    return QueryComparison(
        saved=saved,
        sent=sent,
        matches=tuple(key for key in shared if saved.expected[key].fits(sent.values[key])),
        partials=tuple(key for key in shared if not saved.expected[key].fits(sent.values[key])),
        not_saved=tuple(key for key in sent.values if key not in saved.expected),
        not_sent=tuple(key for key in saved.expected if key not in sent.values),
    )


def _saved(query: ExampleQuery, key: str) -> str:
    """Return the saved values of a key as text: those given, then the wildcards."""
    names = (f"{{{{{name}}}}}" for name in query.names.get(key, ()))
    return all_valued(key, (*query.expected[key].values, *names))


def _points(score: QueryScore) -> float:
    numerator, denominator = score.fraction
    return numerator / denominator


def _one_or_more(keys: tuple[str, ...], one: str, several: str) -> str:
    return one if len(keys) == 1 else several
