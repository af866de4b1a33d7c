"""Headers of requests and examples, from each form that Postman's files have for them, and back."""

import re
from collections.abc import Iterator
from typing import Final

from services.core.postman.collection import Header
from services.core.postman.document import JsonObject, JsonValue
from services.core.postman.values import entries, is_disabled, text_of


def read_headers(value: JsonValue) -> tuple[Header, ...]:
    """Return the headers of a list of objects or of texts, of one text of lines, or of null; without the nameless.

    Postman's "Collection Format v2.1.0" allows each of these for `header`. As in Postman's collection SDK, a line
    without a colon is no header, but a text in a list is one, whatever it says.
    """
    return tuple(header for header in _headers(value) if header.key)


def headers_to_json(headers: tuple[Header, ...]) -> JsonValue:
    """Return headers as a list of `{key, value}`, with `disabled` where one is."""
    return [header_to_json(header) for header in headers]


def header_to_json(header: Header) -> JsonObject:
    """Return a header as `{key, value}`, with `disabled` where it is."""
    entry: JsonObject = {"key": header.key, "value": header.value}
    return entry | ({"disabled": True} if header.is_disabled else {})


def _headers(value: JsonValue) -> Iterator[Header]:
    match value:
        case str():
            yield from (_parse(line) for line in _LINE_END.split(_FOLD.sub(" ", value)) if ":" in line)
        case list():
            for element in value:
                yield from [_parse(element)] if isinstance(element, str) else _read_entries([element])
        case _:
            yield from _read_entries(value)


def _read_entries(value: JsonValue) -> Iterator[Header]:
    for entry in entries(value):
        yield Header(key=text_of(entry.get("key")), value=text_of(entry.get("value")), is_disabled=is_disabled(entry))


def _parse(text: str) -> Header:
    """Return the header of a `Name: value`."""
    name, _, value = text.partition(":")
    return Header(key=name.strip(), value=value.strip())


_LINE_END: Final = re.compile(r"\r\n?|\n")
_FOLD: Final = re.compile(r"(?:\r\n?|\n)[ \t]+")
"""A line that begins with blanks continues the one before."""
