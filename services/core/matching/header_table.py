"""Which of very many examples have the headers that a call asks for."""

from collections.abc import Iterable

from services.core.matching.headers import ExampleHeaders, SentHeaders
from services.core.matching.row_sets import all_of, index_rows, mask


class HeaderTable:
    """The saved headers of examples, row by row."""

    def __init__(self, rows: Iterable[ExampleHeaders]) -> None:
        """Take the headers of each row."""
        saved = list(rows)
        self._all = all_of(len(saved))
        self._values = index_rows((pair, row) for row, headers in enumerate(saved) for pair in headers.values.items())
        self._named = index_rows((name, row) for row, headers in enumerate(saved) for name in headers.names)
        self._variables = index_rows((name, row) for row, headers in enumerate(saved) for name in headers.variables)

    def equal(self, sent: SentHeaders) -> int:
        """Return the rows whose listed headers are equal."""
        rows = self._all
        for name, values in sent.values.items():
            rows &= self._equal(name, values) if rows else 0
        return rows

    def _equal(self, name: str, values: tuple[str, ...]) -> int:
        if not values:
            return self._all & ~mask(self._named.get(name, 0))
        equal = mask(self._variables.get(name, 0)) if any(values) else 0
        for value in values:
            equal |= mask(self._values.get((name, value), 0))
        return equal
