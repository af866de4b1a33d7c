"""A match and a miss in words."""

from functools import lru_cache
from typing import assert_never

from services.core.matching.match import Match, NoMatch
from services.core.matching.scoring import Score


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
    query = [] if score.query is None else [f"query {_points(score.query_points):+}"]
    return [*path, *query, f"total {_points(score.total)}"]


def _points(points: float) -> float | int:
    """Return the points as they are printed: with at most two decimals, and none for a whole number."""
    rounded = round(points, 2)
    return int(rounded) if rounded.is_integer() else rounded
