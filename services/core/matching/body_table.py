"""Which of very many examples have the body that a call sends.

A key is looked up for each slot that occurs. Patterns are kept by the questions that they ask and the answers that fit,
so a call answers each question once, however many patterns ask it.
"""

from collections.abc import Iterable

from services.core.matching.bodies import ExampleBody, SentBody, Slot
from services.core.matching.body_formats import Format
from services.core.matching.body_patterns import Question
from services.core.matching.row_sets import Rows, index_rows, mask

Layout = tuple[Slot, Format, tuple[Question, ...]]
Answers = tuple[bytes | None, ...]


class BodyTable:
    """The saved bodies of examples, row by row."""

    def __init__(self, rows: Iterable[ExampleBody]) -> None:
        """Take the body of each row."""
        saved = list(rows)
        self._empty = index_rows((body.is_empty, row) for row, body in enumerate(saved)).get(True, 0)
        self._keys = index_rows((key, row) for row, body in enumerate(saved) for key in body.keys)
        self._slots = tuple(dict.fromkeys(slot for slot, _ in self._keys))
        self._patterns = _by_layout(saved)

    def equal(self, sent: SentBody) -> int:
        """Return the rows whose body is equal."""
        rows = mask(self._empty) if self._empty and sent.is_empty else 0
        for slot in self._slots:
            if sent.is_in(slot):
                rows |= mask(self._keys.get((slot, sent.key(slot.format)), 0))
        for (slot, format_, questions), fitting in self._patterns.items():
            if sent.has_format(slot, format_):
                answers = tuple(sent.answer(slot.format, question) for question in questions)
                rows |= mask(fitting.get(answers, 0))
        return rows


def _by_layout(saved: list[ExampleBody]) -> dict[Layout, dict[Answers, Rows]]:
    patterns = [(slot, pattern, row) for row, body in enumerate(saved) for slot, pattern in body.patterns]
    rows = index_rows(
        ((slot, pattern.format, pattern.questions, pattern.answers), row) for slot, pattern, row in patterns
    )
    layouts: dict[Layout, dict[Answers, Rows]] = {}
    for (slot, format_, questions, answers), those in rows.items():
        layouts.setdefault((slot, format_, questions), {})[answers] = those
    return layouts
