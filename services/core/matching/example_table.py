"""The best of very many examples of one path, found without looking at each.

Where one path has thousands of examples that differ in their query, headers or body, looking at each would make a call
cost as much as there are examples. Here the examples are rows, in the order of their rank, and a set of rows is an
integer with a bit for each: one operation on it works on all rows at once. The rows with the right code, with equal
headers, with an equal body are looked up, and what remains of all is an intersection.

The score of a row's query depends on three numbers: its keys, how many of them the call has as well, and how many of
those match. The first two are the same for all rows with the same keys, and few sets of keys occur; so for each of them
the rows with the most matches are what is looked for. Matches are counted in binary, in integers laid on top of each
other: bit r of the first says whether row r's count is odd, bit r of the second whether its twos are, and so on. Adding
one to all rows of a set is an addition with carry, and the rows with the highest count are what remains when the
integers are gone through from the last to the first, keeping at each the rows whose bit is set, where there are any.

The winner among those is the lowest bit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from services.core.matching.asked import Asked
from services.core.matching.bodies import BODY_BONUS
from services.core.matching.body_table import BodyTable
from services.core.matching.header_table import HeaderTable
from services.core.matching.prepared import PreparedExample
from services.core.matching.queries import CallQuery, Expected, QueryScore
from services.core.matching.row_sets import Rows, all_of, index_rows, lowest, mask


class Found(NamedTuple):
    """The best example of several, and the points beside those for its path; no query where queries do not count."""

    example: PreparedExample
    query: QueryScore | None = None
    body_points: int = 0

    @property
    def fraction(self) -> tuple[int, int]:
        """Return the points as numerator and denominator."""
        numerator, denominator = self.query.fraction if self.query else (0, 1)
        return numerator + self.body_points * denominator, denominator

    def beats(self, other: "Found") -> bool:
        """Tell whether this one has more points, or as many and the lower rank."""
        (mine, my_denominator), (theirs, their_denominator) = self.fraction, other.fraction
        mine, theirs = mine * their_denominator, theirs * my_denominator
        return mine > theirs or (mine == theirs and self.example.rank < other.example.rank)


class ExampleTable:
    """Examples of one path; `best` finds the one that fits a call best."""

    def __init__(self, examples: Sequence[PreparedExample]) -> None:
        """Take the examples in the order of their rank; of those that nothing tells apart, the first will do."""
        self._examples = tuple(examples)
        self._all = all_of(len(examples))
        self._codes = index_rows((example.example.code, row) for row, example in enumerate(examples))
        self._keys = index_rows((frozenset(example.query.expected), row) for row, example in enumerate(examples))
        self._values = index_rows(_demands(examples))
        self._wildcards = _with_wildcards(self._values)
        self._headers = HeaderTable(example.headers for example in examples)
        self._bodies = BodyTable(example.body for example in examples)

    def best(self, asked: Asked) -> Found | None:
        """Return the best example; None where none may answer."""
        rows = self._all if asked.code is None else mask(self._codes.get(asked.code, 0))
        if asked.headers is not None:
            rows &= self._headers.equal(asked.headers)
        equal = rows & self._bodies.equal(asked.body) if rows else 0
        counts = self._count_matches(asked.query) if asked.query else []
        if asked.is_body_required:
            return self._best_of(equal, asked.query, counts, 0)
        found = (
            self._best_of(equal, asked.query, counts, BODY_BONUS),
            self._best_of(rows & ~equal, asked.query, counts, 0),
        )
        return _first_of_highest(filter(None, found))

    def _best_of(self, rows: int, query: CallQuery | None, counts: Sequence[int], body_points: int) -> Found | None:
        """Return the best of some rows, which have the same points for their body."""
        if query is None or not rows:
            return Found(self._examples[lowest(rows)], None, body_points) if rows else None
        return _first_of_highest(
            Found(self._examples[lowest(best)], _score(keys, query, matches), body_points)
            for keys, those in self._keys.items()
            for matches, best in [_most(mask(those) & rows, counts)]
            if best
        )

    def _count_matches(self, query: CallQuery) -> list[int]:
        """Return the number of matches of every row, in binary."""
        counts: list[int] = []
        for key, sent in query.values.items():
            rows = mask(self._values.get((key, Expected(sent, 0)), 0))
            for expected, demanding in self._wildcards.get(key, ()):
                rows |= mask(demanding) if expected.fits(sent) else 0
            _add_one(counts, rows)
        return counts


def _first_of_highest(found: Iterable[Found]) -> Found | None:
    best: Found | None = None
    for each in found:
        if best is None or each.beats(best):
            best = each
    return best


def _score(keys: frozenset[str], query: CallQuery, matches: int) -> QueryScore:
    shared = sum(key in query.values for key in keys)
    return QueryScore(matches, shared - matches, len(keys) + len(query.values) - 2 * shared)


def _add_one(counts: list[int], rows: int) -> None:
    """Add one to the count of each of the rows."""
    for place, bits in enumerate(counts):
        if not rows:
            return
        counts[place], rows = bits ^ rows, bits & rows
    if rows:
        counts.append(rows)


def _most(rows: int, counts: Sequence[int]) -> tuple[int, int]:
    """Return the highest count among the rows, and those that have it."""
    highest = 0
    for place in reversed(range(len(counts))):
        if those := rows & counts[place]:
            rows, highest = those, highest | 1 << place
    return highest, rows


def _demands(examples: Sequence[PreparedExample]) -> Iterator[tuple[tuple[str, Expected], int]]:
    """Yield what each example expects of each of its keys, with the number of its row."""
    for row, example in enumerate(examples):
        for key, expected in example.query.expected.items():
            yield (key, expected), row


def _with_wildcards(values: Mapping[tuple[str, Expected], Rows]) -> dict[str, list[tuple[Expected, Rows]]]:
    """Return, for each key, what is expected of it with wildcards, and by whom."""
    found: dict[str, list[tuple[Expected, Rows]]] = {}
    for (key, expected), rows in values.items():
        if expected.wildcards:
            found.setdefault(key, []).append((expected, rows))
    return found
