"""Sets of rows: integers with a bit for each row, or, as long as they are few, their numbers."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Final, TypeVar

SPARSE: Final = 8
"""Up to this many rows are kept as their numbers: as an integer, each of ten thousand sets of one row would be as long
as there are rows."""

Rows = int | tuple[int, ...]
"""A set of rows: an integer with a bit for each, or the numbers of a few."""

K = TypeVar("K", bound=Hashable)


def index_rows(entries: Iterable[tuple[K, int]]) -> dict[K, Rows]:
    """Return the rows of each key, given every key of a row with the row's number."""
    rows: dict[K, list[int]] = {}
    for key, row in entries:
        rows.setdefault(key, []).append(row)
    return {key: tuple(numbers) if len(numbers) <= SPARSE else _dense(numbers) for key, numbers in rows.items()}


def mask(rows: Rows) -> int:
    """Return a set of rows as an integer."""
    if isinstance(rows, int):
        return rows
    bits = 0
    for row in rows:
        bits |= 1 << row
    return bits


def all_of(count: int) -> int:
    """Return the set of the first so many rows."""
    return (1 << count) - 1


def lowest(rows: int) -> int:
    """Return the number of the first row of a set that is not empty."""
    return (rows & -rows).bit_length() - 1


def _dense(numbers: Sequence[int]) -> int:
    """Return ascending numbers of rows as an integer; bit by bit in bytes, as an integer is copied at every change."""
    octets = bytearray(numbers[-1] // 8 + 1)
    for number in numbers:
        octets[number // 8] |= 1 << number % 8
    return int.from_bytes(octets, "little")
