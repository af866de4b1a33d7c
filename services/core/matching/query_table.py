"""The best of very many queries, found without scoring each.

Where one path has thousands of examples that differ in their query, scoring each would make a call cost as much as
there are examples. Here the examples are rows, in the order of their rank, and a set of rows is an integer with a bit
for each: one operation on it works on all rows at once.

The score of a row depends on three numbers: its keys, how many of them the call has as well, and how many of those
match. The first two are the same for all rows with the same keys, and few sets of keys occur; so for each of them the
rows with the most matches are what is looked for. Matches are counted in binary, in integers laid on top of each other:
bit r of the first says whether row r's count is odd, bit r of the second whether its twos are, and so on. Adding one to
all rows of a set is an addition with carry, and the rows with the highest count are what remains when the integers are
gone through from the last to the first, keeping at each the rows whose bit is set, where there are any.

The winner among those is the lowest bit.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from services.core.matching.prepared import PreparedExample
from services.core.matching.queries import CallQuery, Expected, QueryScore

SPARSE: Final = 8
"""Up to this many rows are kept as their numbers: as an integer, each of ten thousand sets of one row would be as long
as there are rows."""

Rows = int | tuple[int, ...]
"""A set of rows: an integer with a bit for each, or the numbers of a few."""

K = TypeVar("K", bound=Hashable)


class QueryTable:
    """Examples of one path that differ in their query; `best` finds the one whose query fits a call best."""

    def __init__(self, examples: Sequence[PreparedExample]) -> None:
        """Take the examples in the order of their rank; of those with the same query and code, the first will do."""
        self._examples = tuple(examples)
        self._codes = _index((example.example.code, row) for row, example in enumerate(examples))
        self._keys = _index((frozenset(example.query.expected), row) for row, example in enumerate(examples))
        self._values = _index(_demands(examples))
        self._wildcards = _with_wildcards(self._values)

    def best(self, query: CallQuery, code: int | None) -> tuple[QueryScore, PreparedExample] | None:
        """Return the best example and its score; None where there is none with that code."""
        allowed = _all_of(len(self._examples)) if code is None else _mask(self._codes.get(code, 0))
        counts = self._count_matches(query)
        candidates = (
            (_score(keys, query, matches), _lowest(best))
            for keys, rows in self._keys.items()
            for matches, best in [_most(_mask(rows) & allowed, counts)]
            if best
        )
        return self._first_of_highest(candidates)

    def _count_matches(self, query: CallQuery) -> list[int]:
        """Return the number of matches of every row, in binary."""
        counts: list[int] = []
        for key, sent in query.values.items():
            rows = _mask(self._values.get((key, Expected(sent, 0)), 0))
            for expected, demanding in self._wildcards.get(key, ()):
                rows |= _mask(demanding) if expected.fits(sent) else 0
            _add_one(counts, rows)
        return counts

    def _first_of_highest(
        self, candidates: Iterable[tuple[QueryScore, int]]
    ) -> tuple[QueryScore, PreparedExample] | None:
        """Return the candidate with the most points, of equals the one of the lowest row."""
        best: tuple[QueryScore, int] | None = None
        for score, row in candidates:
            if best is None or score.beats(best[0]) or (row < best[1] and not best[0].beats(score)):
                best = score, row
        return (best[0], self._examples[best[1]]) if best else None


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


def _lowest(rows: int) -> int:
    """Return the number of the first row of a set that is not empty."""
    return (rows & -rows).bit_length() - 1


def _all_of(count: int) -> int:
    return (1 << count) - 1


def _mask(rows: Rows) -> int:
    """Return a set of rows as an integer."""
    if isinstance(rows, int):
        return rows
    return sum(1 << row for row in rows)


def _index(entries: Iterable[tuple[K, int]]) -> dict[K, Rows]:
    """Return the rows of each key, given every key of a row with the row's number."""
    rows: dict[K, list[int]] = {}
    for key, row in entries:
        rows.setdefault(key, []).append(row)
    return {key: tuple(numbers) if len(numbers) <= SPARSE else _dense(numbers) for key, numbers in rows.items()}


def _dense(numbers: Sequence[int]) -> int:
    """Return ascending numbers of rows as an integer; bit by bit in bytes, as an integer is copied at every change."""
    octets = bytearray(numbers[-1] // 8 + 1)
    for number in numbers:
        octets[number // 8] |= 1 << number % 8
    return int.from_bytes(octets, "little")


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
