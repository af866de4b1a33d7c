"""What contextual templates may read of a call: its body, query parameters, path segments and headers.

    body             the raw text; a value inside it where it is JSON, an urlencoded or a multipart form
    query            the first value of a parameter, decoded
    path             a segment by its number, from 0, decoded: of `/product/12345/details`, 1 is `12345`
    headers          all values of a header, joined by `, `

(Postman's documentation, "Generate mock responses using variables and templates".) Values are given as the text that
is inserted: strings as they are, all else as compact JSON. Whatever is read is read once for each call.
"""

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import cached_property
from typing import Final, Literal

from services.core.errors import UnderstudyError
from services.core.matching.body_formats import essence_of
from services.core.matching.call import Call
from services.core.matching.json_trees import captured_text
from services.core.matching.multipart import Part, read_parts
from services.core.matching.paths import split_path, trimmed
from services.core.matching.queries import read_call_query
from services.core.matching.selectors import as_utf8
from services.core.postman.document import JsonObject, JsonValue, read_json

UNREADABLE: Final = frozenset({"x-api-key"})
"""Headers that are not there for templates: a reply is logged, and a caller's key must not be."""


class Nothing(Enum):
    """Stands for a value that is not there; null is one that is."""

    NOTHING = "nothing"


NOTHING: Final = Nothing.NOTHING

Found = JsonValue | Literal[Nothing.NOTHING]


class CallValues:
    """The values of one call. Each is None where the call has none."""

    def __init__(self, call: Call) -> None:
        """Take the call."""
        self._call = call

    @cached_property
    def raw_body(self) -> str:
        """The whole body as text; what is no UTF-8 in it is replaced."""
        return self._call.body.decode(errors="replace")

    def body(self, path: Sequence[str]) -> str | None:
        """Return the value that a path of keys and indexes leads to; the whole value for an empty path."""
        value: Found = self._tree
        for key in path:
            value = _child(value, key)
        return None if value is NOTHING else captured_text(value)

    def query_parameter(self, key: str) -> str | None:
        """Return the first value of a query parameter."""
        return next(iter(self._query.get(key, ())), None)

    def path_segment(self, index: str) -> str | None:
        """Return the path segment with a number; empty ones at the end are none."""
        number = _index(index)
        return self._segments[number] if number is not None and number < len(self._segments) else None

    def header(self, name: str) -> str | None:
        """Return the values of a header, whatever the case of its name."""
        wanted = name.lower()
        values = [value for key, value in self._call.headers if key == wanted and key not in UNREADABLE]
        return ", ".join(map(as_utf8, values)) if values else None

    @cached_property
    def _tree(self) -> Found:
        try:
            return read_json(self._call.body)
        except UnderstudyError:
            return self._form

    @property
    def _form(self) -> JsonObject | Literal[Nothing.NOTHING]:
        content_type = self._call.header("content-type") or ""
        match essence_of(content_type):
            case "application/x-www-form-urlencoded":
                return {key: values[0] for key, values in read_call_query(self.raw_body).received.items()}
            case "multipart/form-data":
                return _first_texts(read_parts(self._call.body, content_type) or ())
            case _:
                return NOTHING

    @cached_property
    def _query(self) -> dict[str, tuple[str, ...]]:
        return dict(read_call_query(self._call.query).received)

    @cached_property
    def _segments(self) -> tuple[str, ...]:
        return tuple(map(str, trimmed(split_path(self._call.path))))


def _first_texts(parts: Iterable[Part]) -> JsonObject:
    """Return the first text of each name in a form; files are none."""
    texts: JsonObject = {}
    for part in parts:
        if not part.is_file:
            texts.setdefault(part.name, part.content.decode(errors="replace"))
    return texts


def _child(node: Found, key: str) -> Found:
    """Return what an object has under a key, an array under an index or, as in JavaScript, `length`."""
    match node:
        case dict():
            return node.get(key, NOTHING)
        case list() if key == "length":
            return len(node)
        case list() if (index := _index(key)) is not None and index < len(node):
            return node[index]
        case _:
            return NOTHING


def _index(text: str) -> int | None:
    """Return the index that a text spells as JavaScript would spell it: `0` is one, `00`, `+1` and `-1` are not."""
    return int(text) if _INDEX.fullmatch(text) else None


_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
