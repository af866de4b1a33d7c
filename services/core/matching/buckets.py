"""Examples that a path leads to, kept so that the best of them is found without looking at each.

In a bucket all examples have the same points for their path; what is left to tell them apart is the query. Those with
the same query too always tie, so the winner among them is known beforehand: the one of the lowest rank, or of the
lowest rank with the code that the call selects.

Most buckets hold one query or a few, which are scored one by one; one with many has a table (`query_table.py`).
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final

from services.core.matching.prepared import PreparedExample
from services.core.matching.queries import CallQuery, ExampleQuery, QueryScore
from services.core.matching.query_table import QueryTable

MANY: Final = 16
"""From this many queries on, a table is faster than scoring each, which takes about half a microsecond."""


class Tie:
    """Examples that only their code and rank tell apart."""

    __slots__ = ("_by_code", "_first")

    def __init__(self, examples: Sequence[PreparedExample]) -> None:
        """Take the examples, at least one, in the order of their rank."""
        self._first = examples[0]
        self._by_code = _first_of_each_code(examples) if len(examples) > 1 else None

    def winner(self, code: int | None) -> PreparedExample | None:
        """Return the winner among all, or among those with a code; None where none has it."""
        if code is None:
            return self._first
        if self._by_code is None:
            return self._first if self._first.example.code == code else None
        return self._by_code.get(code)

    @property
    def winners(self) -> Iterator[PreparedExample]:
        """Yield the winner for each code."""
        yield from (self._first,) if self._by_code is None else self._by_code.values()


class Bucket:
    """Examples that a path leads to, of which `best` finds the one whose query fits a call best."""

    __slots__ = ("_queries", "_table")

    def __init__(self, examples: Sequence[PreparedExample], *, with_queries: bool = True) -> None:
        """Take the examples, at least one, in the order of their rank; without queries, all of them tie."""
        ties = _group_by_query(examples) if with_queries else {None: list(examples)}
        self._queries = tuple((tied[0].query, Tie(tied)) for tied in ties.values())
        self._table = QueryTable(self._winners()) if len(ties) > MANY else None

    def best(self, query: CallQuery | None, code: int | None) -> tuple[QueryScore | None, PreparedExample] | None:
        """Return the best example and the score of its query; None where there is none with that code.

        Without a query nothing is scored, and the bucket must have been made without queries.
        """
        if query is None:
            winner = self._queries[0][1].winner(code)
            return (None, winner) if winner else None
        return self._table.best(query, code) if self._table else self._scan(query, code)

    def _scan(self, query: CallQuery, code: int | None) -> tuple[QueryScore, PreparedExample] | None:
        best: tuple[QueryScore, PreparedExample] | None = None
        for saved, tie in self._queries:
            winner = tie.winner(code)
            if winner is None:
                continue
            score = saved.score(query)
            if best is None or score.beats(best[0]) or (winner.rank < best[1].rank and not best[0].beats(score)):
                best = score, winner
        return best

    def _winners(self) -> list[PreparedExample]:
        """Return the examples that may ever be the best, in the order of their rank."""
        return sorted((winner for _, tie in self._queries for winner in tie.winners), key=_rank)


class BucketFactory:
    """Makes buckets, and each but once: most examples are found on several rungs in the same company."""

    def __init__(self, *, with_queries: bool) -> None:
        """Take whether queries count."""
        self._with_queries = with_queries
        self._made: dict[tuple[int, ...], Bucket] = {}

    def bucket(self, examples: Iterable[PreparedExample]) -> Bucket:
        """Return the bucket of these examples."""
        ranked = sorted(examples, key=_rank)
        ranks = tuple(map(_rank, ranked))
        if ranks not in self._made:
            self._made[ranks] = Bucket(ranked, with_queries=self._with_queries)
        return self._made[ranks]


def _rank(example: PreparedExample) -> int:
    return example.rank


def _first_of_each_code(examples: Sequence[PreparedExample]) -> dict[int, PreparedExample]:
    return {example.example.code: example for example in reversed(examples)}


def _group_by_query(examples: Sequence[PreparedExample]) -> dict[Hashable, list[PreparedExample]]:
    groups: dict[Hashable, list[PreparedExample]] = {}
    for example in examples:
        groups.setdefault(_identity(example.query), []).append(example)
    return groups


def _identity(query: ExampleQuery) -> Hashable:
    return frozenset(query.expected.items())
