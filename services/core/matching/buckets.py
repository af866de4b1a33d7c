"""Examples that a path leads to, kept so that the best of them is found without looking at each.

In a bucket all examples have the same points for their path; what is left to tell them apart are query, body and, where
headers count, headers. Those with the same query and body nearly always tie, so the winner among them is known
beforehand: the one of the lowest rank, or of the lowest rank with the code that the call selects.

Most buckets hold one query and body or a few, which are scored one by one; one with many has a table
(`example_table.py`).
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Final

from services.core.matching.asked import Asked
from services.core.matching.bodies import BODY_BONUS, ExampleBody
from services.core.matching.example_table import ExampleTable, Found
from services.core.matching.headers import SentHeaders
from services.core.matching.prepared import PreparedExample
from services.core.matching.queries import ExampleQuery

MANY: Final = 16
"""From this many examples on that may be told apart, a table is faster than looking at each, which takes about a
microsecond."""


class Tie:
    """Examples that only their code, headers and rank tell apart."""

    __slots__ = ("_first", "_others")

    def __init__(self, examples: Iterable[PreparedExample]) -> None:
        """Take the examples, at least one, in the order of their rank."""
        self._first, *others = _unlike(examples, lambda example: (example.example.code, id(example.headers)))
        self._others = tuple(others)

    @property
    def members(self) -> tuple[PreparedExample, ...]:
        """The examples that may ever be the winner, in the order of their rank."""
        return self._first, *self._others

    def winner(self, code: int | None, headers: SentHeaders | None = None) -> PreparedExample | None:
        """Return the winner among all with a code, where one is given, and equal headers, where they count."""
        if headers is None:
            if code is None or self._first.example.code == code:
                return self._first
            return next((example for example in self._others if example.example.code == code), None)
        with_code = (example for example in self.members if code in {None, example.example.code})
        return next((example for example in with_code if headers.equal(example.headers)), None)


class _Group:
    """The examples of a bucket that have the same query and the same body."""

    __slots__ = ("body", "query", "tie")

    def __init__(self, examples: Sequence[PreparedExample]) -> None:
        self.query: ExampleQuery = examples[0].query
        self.body: ExampleBody = examples[0].body
        self.tie = Tie(examples)

    def best(self, asked: Asked) -> Found | None:
        winner = self.tie.winner(asked.code, asked.headers)
        if winner is None:
            return None
        query, _, _, body, is_body_required = asked
        body_points = BODY_BONUS if body.equals(self.body) else 0
        if is_body_required:
            if not body_points:
                return None
            body_points = 0
        return Found(winner, None if query is None else self.query.score(query), body_points)


class Bucket:
    """Examples that a path leads to; `best` finds the one that fits a call best."""

    __slots__ = ("_examples", "_groups", "_table")

    def __init__(self, examples: Sequence[PreparedExample], *, with_queries: bool = True) -> None:
        """Take the examples, at least one, in the order of their rank; without queries, their queries are all one."""
        groups = _group(
            examples, lambda example: (_identity(example.query) if with_queries else None, id(example.body))
        )
        self._examples = tuple(examples)
        self._groups = tuple(map(_Group, groups.values()))
        members = [example for group in self._groups for example in group.tie.members]
        self._table = ExampleTable(sorted(members, key=_rank)) if len(members) > MANY else None

    def best(self, asked: Asked) -> Found | None:
        """Return the best example and its points; None where none may answer.

        Where the bucket was made without queries, none may be asked.
        """
        if self._table and (len(self._groups) > MANY or asked.headers is not None):
            return self._table.best(asked)
        if len(self._groups) == 1:
            return self._groups[0].best(asked)
        best: Found | None = None
        for group in self._groups:
            found = group.best(asked)
            if found and (best is None or found.beats(best)):
                best = found
        return best

    def first(self, is_wanted: Callable[[PreparedExample], bool]) -> PreparedExample | None:
        """Return the example of the lowest rank that is wanted."""
        return next(filter(is_wanted, self._examples), None)


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


Feature = Callable[[PreparedExample], Hashable]


def _group(examples: Iterable[PreparedExample], feature: Feature) -> dict[Hashable, list[PreparedExample]]:
    groups: dict[Hashable, list[PreparedExample]] = {}
    for example in examples:
        groups.setdefault(feature(example), []).append(example)
    return groups


def _unlike(examples: Iterable[PreparedExample], feature: Feature) -> Iterable[PreparedExample]:
    """Return the first example of each feature, in order."""
    return [same[0] for same in _group(examples, feature).values()]


def _identity(query: ExampleQuery) -> Hashable:
    return frozenset(query.expected.items())
