"""What commands print: tables and facts for people, one JSON document for programs, sentences on standard error.

On a terminal a table is fitted to its width. Through a pipe it is plain text, aligned and never cut or wrapped, so that
`grep` and `awk` can work with it. What came from documents is stripped of control characters before it is shown: a
name must not be able to move the cursor.
"""

import base64
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum
from typing import Generic, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

Thing = TypeVar("Thing")

GAP = "  "
"""Between two columns: one space would look like part of a text."""

SHORTEST_CELL = 12
"""The beginning of a name or path by which it is still recognised."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True)  # No slots: Python 3.11 cannot make `Column[Mock](…)` of a frozen class with slots.
class Column(Generic[Thing]):
    """One column of a table: its title, the text of a cell, and whether the text must never be cut (ids, URLs)."""

    title: str
    text: Callable[[Thing], str]
    is_whole: bool = False


class Output:
    """Where a command prints to; `as_json` chooses the form."""

    def __init__(self, *, as_json: bool = False) -> None:
        """Print to the process's own streams."""
        self.as_json = as_json
        self._console = Console(highlight=False, soft_wrap=False)

    def things(self, things: Sequence[Thing], columns: Sequence[Column[Thing]], *, none: str) -> None:
        """Print a list: a table with the columns, the sentence `none` where it is empty, or a JSON array."""
        if self.as_json:
            self.json([json_of(thing) for thing in things])
        elif not things:
            self.say(none)
        else:
            self._table(columns, things)

    def thing(self, thing: Thing, columns: Sequence[Column[Thing]]) -> None:
        """Print one thing: a line for each column, or a JSON object."""
        if self.as_json:
            self.json(json_of(thing))
        else:
            self.facts({column.title.lower(): column.text(thing) for column in columns})

    def facts(self, facts: Mapping[str, str]) -> None:
        """Print aligned lines of a name and a text; those without a text are left out."""
        shown = {name: text for name, text in facts.items() if text}
        width = max(map(len, shown), default=0)
        for name, text in shown.items():
            self.say(f"{name:<{width}}  {text}")

    def done(self, sentence: str, **facts: Json) -> None:
        """Say that something was done, for which there is nothing to show; programs get the facts."""
        if self.as_json:
            self.json(facts)
        else:
            self.say(sentence)

    def json(self, document: Json) -> None:
        """Print one JSON document."""
        print(json.dumps(document, ensure_ascii=False, indent=2))  # noqa: T201 -- printing is this module's work

    def say(self, text: str) -> None:
        """Print a line for people, as it is."""
        print(safe_text(text), flush=True)  # noqa: T201 -- as above

    def _table(self, columns: Sequence[Column[Thing]], things: Sequence[Thing]) -> None:
        rows = [[column.title for column in columns], *(_cells(thing, columns) for thing in things)]
        if not self._console.is_terminal:
            for line in aligned(rows):
                self.say(line)
            return
        is_whole = [column.is_whole for column in columns]
        for number, line in enumerate(aligned(fitted(rows, is_whole, self._console.width))):
            self._console.print(Text(line, style="bold" if number == 0 else ""), soft_wrap=True)


def _cells(thing: Thing, columns: Sequence[Column[Thing]]) -> list[str]:
    return [safe_text(column.text(thing)) for column in columns]


def aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Yield the rows as lines of aligned text, two spaces between columns and none at the end."""
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        yield GAP.join(cells).rstrip()


def fitted(rows: Sequence[Sequence[str]], is_whole: Sequence[bool], width: int) -> list[list[str]]:
    """Return the rows with cells cut so that a line fits the width, as far as columns that must stay whole allow.

    The widest column that may be cut gives way first; none is cut to less than can be recognised.
    """
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for column in sorted(range(len(widths)), key=lambda each: -widths[each]):
        excess = sum(widths) + len(GAP) * (len(widths) - 1) - width
        if excess > 0 and not is_whole[column]:
            widths[column] = max(widths[column] - excess, min(widths[column], SHORTEST_CELL))
    return [[_cut(cell, limit) for cell, limit in zip(row, widths, strict=True)] for row in rows]


def _cut(cell: str, limit: int) -> str:
    return cell if cell_len(cell) <= limit else set_cell_size(cell, limit - 1).rstrip() + "…"


def complain(sentence: str) -> None:
    """Print a sentence on standard error."""
    print(safe_text(sentence), file=sys.stderr)  # noqa: T201 -- as above


def safe_text(text: str) -> str:
    """Return the text as one printable line."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def json_of(value: object) -> Json:  # noqa: PLR0911 -- a table of types
    """Return one of our values as JSON: fields by name, times in ISO 8601, durations in seconds, bytes as text.

    A field that holds a duration is named with its unit: `delay` becomes `delay_seconds`. Bytes that are no UTF-8
    become `{"base64": …}`.
    """
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case timedelta():
            return value.total_seconds()
        case IntEnum():
            return value.name.lower()
        case Enum():
            return json_of(value.value)
        case bytes():
            return _json_of_bytes(value)
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(key): json_of(item) for key, item in value.items()}
        case list() | tuple():
            return [json_of(item) for item in value]
        case _ if is_dataclass(value):
            return dict(_json_fields(value))
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _json_fields(value: object) -> Iterable[tuple[str, Json]]:
    for field in fields(value):  # type: ignore[arg-type] # is_dataclass, which was asked, does not narrow `object`
        item = getattr(value, field.name)
        yield f"{field.name}_seconds" if isinstance(item, timedelta) else field.name, json_of(item)


def _json_of_bytes(value: bytes) -> Json:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


def time_text(time: datetime) -> str:
    """Return a time as people read it in tables, in their own zone."""
    return time.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def size_text(size_bytes: int) -> str:
    """Return a size in the unit that leaves one to three digits before the point."""
    size = float(size_bytes)
    for unit in ("B", "KiB"):
        if size < 1024:  # noqa: PLR2004 -- the step between the units
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} MiB"


def count_text(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: `1 example`, `2 examples`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
