"""A JSON document as a customer sent it: read into a tree, and written back without loss.

Postman's files hold more than tidy parsers accept: byte-order marks, lone surrogates, integers of any length, 1e400.
The standard library's `json` reads all of that; what it would bend (a number beyond every float) is kept as written.
What JSON itself forbids is refused with the place and the remedy: `NaN` and `Infinity` too, as JavaScript's
`JSON.parse` does: a document that only some programs can read is not worth storing. Of duplicate keys the last wins.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final, Never, TypeAlias

from services.core.errors import InvalidInput, TooLarge

MAX_COLLECTION_BYTES: Final = 100 * 1024 * 1024
"""The largest collection that is accepted: what a whole company's API needs, and still parsed in a few seconds."""

MAX_DEPTH: Final = 512
"""How deep arrays and objects may nest: twice what any tool writes, and half of the interpreter's recursion limit, so
that a document readable here is readable wherever the caller's stack stands."""

MAX_VALUES: Final = 10_000_000
"""How many values a document may hold. A real collection of 100 MB has some 7 million, which take 600 MB of memory
while they are read; 100 MB of `[],[],…` would take gigabytes."""

MAX_INTEGER_DIGITS: Final = 4300
"""The digits up to which Python turns an integer into text and back; longer ones are kept as written."""


@dataclass(frozen=True, slots=True)
class BigNumber:
    """A number that no float or int holds, such as 1e400; `text` is how the document spells it."""

    text: str


JsonValue: TypeAlias = "bool | int | float | str | BigNumber | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = dict[str, "JsonValue"]


def read_json(document: bytes, *, max_bytes: int = MAX_COLLECTION_BYTES) -> JsonValue:
    """Return the tree of a JSON document in UTF-8, UTF-16 or UTF-32, with or without a byte-order mark.

    Raises TooLarge above `max_bytes` and above MAX_VALUES, and InvalidInput where the document is no JSON or is nested
    deeper than MAX_DEPTH.
    """
    check_size(len(document), max_bytes)
    text = _decode(document)
    _check_value_count(text)
    try:
        tree: JsonValue = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _not_json(error.msg, text, error.pos) from None
    except RecursionError:
        raise _too_deep(text) from None
    except _NoJsonNumber:
        raise _no_json_number(text) from None
    if _is_deeper_than(tree, MAX_DEPTH):
        raise _too_deep(text)
    return tree


def write_json(tree: JsonValue, *, max_bytes: int = MAX_COLLECTION_BYTES) -> bytes:
    """Return the document of a tree: compact UTF-8, with escapes alone where a lone surrogate forbids UTF-8.

    Raises TooLarge and InvalidInput where `read_json` would refuse the result.
    """
    check_depth(tree)
    document = _encode(json_text(tree))
    check_size(len(document), max_bytes)
    return document


def json_text(tree: JsonValue) -> str:
    """Return the compact JSON text of a tree, lone surrogates as they are."""
    try:
        return _dump(tree, None)
    except _NumberNeedsCare:
        return _dump_with_big_numbers(tree)


def check_size(size: int, max_bytes: int) -> None:
    """Raise TooLarge where a document of `size` bytes is over the limit."""
    if size > max_bytes:
        limit = max_bytes // (1024 * 1024)
        raise TooLarge(f"The document has {size:,} bytes; up to {limit} MB are accepted. Split it into smaller ones.")


def check_depth(tree: JsonValue) -> None:
    """Raise InvalidInput where a tree that is to be written nests too deep to be read again."""
    if _is_deeper_than(tree, MAX_DEPTH):
        raise InvalidInput.of("document", f"would be nested more than {MAX_DEPTH} levels deep.", "Nest it less deeply.")


def kind_of(value: JsonValue) -> str:
    """Return what a value is, in the words of JSON and with its article, for sentences about wrong types."""
    return next(name for kinds, name in _KINDS if isinstance(value, kinds))


_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (type(None), "null"),
    (bool, "a boolean"),
    ((int, float, BigNumber), "a number"),
    (str, "text"),
    (list, "an array"),
    (dict, "an object"),
)


class _NoJsonNumber(Exception):
    """The document says NaN or Infinity."""


class _NumberNeedsCare(Exception):
    """The tree holds a BigNumber."""


def _decode(document: bytes) -> str:
    encoding = json.detect_encoding(document)
    try:
        return document.decode(encoding, "surrogatepass")
    except UnicodeDecodeError as error:
        offset = error.start + (3 if encoding == "utf-8-sig" else 0)
        name = "UTF-8" if encoding.startswith("utf-8") else encoding.upper()
        raise InvalidInput.of(
            "document", f"is not valid {name} at byte offset {offset}: {error.reason}.", "Save the file as UTF-8."
        ) from None


def _check_value_count(text: str) -> None:
    """Raise TooLarge above MAX_VALUES; only a text that could hold as many is looked at without its strings."""
    if _separators(text) > MAX_VALUES and _separators(_STRING.sub("", text)) > MAX_VALUES:
        raise TooLarge(f"The document holds more than {MAX_VALUES:,} values. Split it into smaller ones.")


def _separators(text: str) -> int:
    return text.count(",") + text.count("[") + text.count("{")


_STRING: Final = re.compile(r'"[^"\\]*+(?:\\.?[^"\\]*+)*+"?', re.DOTALL)
"""A string; one that never ends goes on to the end of the text, which keeps every search linear."""


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode()


_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def _read_float(text: str) -> float | BigNumber:
    value = float(text)
    return value if math.isfinite(value) else BigNumber(text)


def _read_int(text: str) -> int | BigNumber:
    return int(text) if len(text) <= MAX_INTEGER_DIGITS else BigNumber(text)


def _refuse_constant(_: str) -> Never:
    raise _NoJsonNumber


_DECODER: Final = json.JSONDecoder(parse_float=_read_float, parse_int=_read_int, parse_constant=_refuse_constant)


def _is_deeper_than(tree: JsonValue, depth: int) -> bool:
    """Tell by going down level by level, which no depth can overwhelm."""
    level: list[JsonValue] = [tree]
    for _ in range(depth):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _not_json(message: str, text: str, position: int) -> InvalidInput:
    if not text.strip():
        return InvalidInput.of("document", "is empty.", "Send the exported file.")
    return InvalidInput.of(
        "document",
        f"is not valid JSON at {_line_and_column(text, position)}: {message.removesuffix(' at')}.",
        "Repair it there, or export it from Postman again; a file that was cut off ends early.",
    )


def _too_deep(text: str) -> InvalidInput:
    position = next((position for position, depth in _depths(text) if depth > MAX_DEPTH), len(text))
    return InvalidInput.of(
        "document",
        f"is nested more than {MAX_DEPTH} levels deep at {_line_and_column(text, position)}.",
        "Nest it less deeply.",
    )


def _no_json_number(text: str) -> InvalidInput:
    found = next(match for match in _CONSTANT.finditer(text) if match[1])
    return _not_json(f"{found[1]} is no JSON number; use null or text", text, found.start())


def _line_and_column(text: str, position: int) -> str:
    """Return the place in words, both counted from 1."""
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return f"line {line}, column {column}"


_CONSTANT: Final = re.compile(rf"{_STRING.pattern}|(NaN|-?Infinity)", re.DOTALL)
_BRACKET: Final = re.compile(rf"{_STRING.pattern}|([\[{{])|[\]}}]", re.DOTALL)


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """Yield (position, depth) of each opening bracket."""
    depth = 0
    for match in _BRACKET.finditer(text):
        if match[1]:
            depth += 1
            yield match.start(), depth
        elif match[0] in "]}":
            depth -= 1


def _dump(tree: JsonValue, mark: str | None) -> str:
    """Dump, each BigNumber as text that begins with `mark`, or raising _NumberNeedsCare without one."""

    def big_number(value: object) -> str:
        if mark is None or not isinstance(value, BigNumber):
            raise _NumberNeedsCare
        return mark + value.text

    return json.dumps(
        tree, default=big_number, ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
    )


def _dump_with_big_numbers(tree: JsonValue) -> str:
    """Dump with marks in place of the numbers, then put the numbers where the marks are.

    `json` has no hook that writes a value verbatim. The mark is one that the document does not contain.
    """
    without = _dump(tree, "")
    mark = next(mark for mark in (f"number {number}: " for number in count()) if mark not in without)
    return re.sub(f'"{mark}([^"]*)"', r"\1", _dump(tree, mark))
