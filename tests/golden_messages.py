"""Messages in the pages of the golden corpus: lines behind an arrow, with a letter for how they are to be read.

> POST /users           the start line
> Accept: text/csv      headers
>                       the first line without text begins the body
>x 00ff                 a line with a mark
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple


class Line(NamedTuple):
    """A line behind an arrow; `mark` is the letter behind the arrow, a blank where there is none."""

    mark: str
    text: str


PLAIN: Final = " "
PATTERN: Final = "~"
ABSENT: Final = "!"
HEXADECIMAL: Final = "x"
REPEATED: Final = "*"

Message = tuple[list[Line], list[Line] | None]
"""The head and the body; None for a body that is not spoken of."""


def message(lines: list[str], arrow: str) -> Message:
    """Return the message of an arrow. Raises ValueError where there is none."""
    marked = [_line(line[1:]) for line in lines if line.startswith(arrow)]
    if not marked:
        raise ValueError(f"no line begins with {arrow}")
    blank = next((place for place, line in enumerate(marked) if line == Line(PLAIN, "")), None)
    return (marked, None) if blank is None else (marked[:blank], marked[blank + 1 :])


def _line(text: str) -> Line:
    return Line(text[:1] or PLAIN, text[1:] if text[:1] in {"", PLAIN} else text[1:].removeprefix(" "))


def header(line: str) -> tuple[str, str]:
    """Return the name and the value of a header. Raises ValueError where the line is none."""
    name, colon, value = line.partition(":")
    if not colon:
        raise ValueError(f"{line!r} is no header")
    return name, value.strip()


def as_sent(text: str) -> str:
    """Return text as it is read off the wire: each byte of its UTF-8 a letter of Latin-1."""
    return text.encode().decode("latin-1")


def as_received(value: str) -> str:
    """Return the value of a header as it comes back: as it is where Latin-1 has its letters, else as UTF-8."""
    return value if all(letter <= "\xff" for letter in value) else as_sent(value)


def pattern(line: Line, wire: Callable[[str], str] = as_sent) -> str:
    """Return the regular expression of a line, each byte of it a letter; between « and » it is one already."""
    if line.mark == HEXADECIMAL:
        return re.escape(bytes.fromhex(line.text).decode("latin-1"))
    pieces = re.split("«(.*?)»", line.text) if line.mark == PATTERN else [line.text]
    return "".join(
        f"(?:{_NAMED.get(piece, piece)})" if place % 2 else re.escape(wire(piece)) for place, piece in enumerate(pieces)
    )


_NAMED: Final[Mapping[str, str]] = {"uuid": "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"}
