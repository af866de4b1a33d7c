"""Headers of requests and examples, from each form that Postman's files have for them, and back."""

import re
from collections.abc import Iterator
from typing import Final

from services.core.postman.collection import Header
from services.core.postman.document import JsonObject, JsonValue
from services.core.postman.values import entries, is_disabled, text_of


def read_headers(value: JsonValue) -> tuple[Header, ...]:
    """Return the headers of a list of objects or of lines, of one text of lines, or of null; without the nameless.

    Postman's "Collection Format v2.1.0" allows each of these for `header`.
    """
    return tuple(header for header in _headers(value) if header.key)


def headers_to_json(headers: tuple[Header, ...]) -> JsonValue:
    """Return headers as a list of `{key, value}`, with `disabled` where one is."""
    return [_header_to_json(header) for header in headers]


def _headers(value: JsonValue) -> Iterator[Header]:
    match value:
        case str():
            yield from _parse_lines(value)
        case list():
            for element in value:
                yield from _parse_lines(element) if isinstance(element, str) else _read_entries([element])
        case _:
            yield from _read_entries(value)


def _read_entries(value: JsonValue) -> Iterator[Header]:
    for entry in entries(value):
        yield Header(key=text_of(entry.get("key")), value=text_of(entry.get("value")), is_disabled=is_disabled(entry))


def _parse_lines(text: str) -> Iterator[Header]:
    """Yield the header of each `Name: value` line; a line that begins with blanks continues the one before."""
    for line in _LINE_END.split(_FOLD.sub(" ", text)):
        name, _, value = line.partition(":")
        yield Header(key=name.strip(), value=value.strip())


_LINE_END: Final = re.compile(r"\r?\n")
_FOLD: Final = re.compile(r"\r?\n[ \t]+")


def _header_to_json(header: Header) -> JsonObject:
    entry: JsonObject = {"key": header.key, "value": header.value}
    return entry | ({"disabled": True} if header.is_disabled else {})
