"""The formats of bodies: by which of them two bodies are compared, and what of each is compared.

Whatever the format, what counts of a body is made a tree of JSON (`json_trees.py`), and two bodies are equal in a
format when their trees are:

    json        the value; what does not parse is compared as text
    form        for each key its decoded values, sorted                   `a=1&b=2` equals `b=2&a=1`
    multipart   for each name how many files there are, and the texts, sorted
    graphql     the query with its blanks folded, the variables, the name of the operation
    xml         the text, without blanks between tags
    text        the text: CRLF is LF, blanks around it are left out
    binary      the bytes

Nothing is an empty body in every format. Files of a form count by the name of their part: a collection does not hold
them.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from services.core.matching.json_trees import parse_json
from services.core.matching.multipart import read_parts
from services.core.matching.queries import form_decoded
from services.core.postman.document import JsonObject, JsonValue
from services.core.rendering.template import TOKEN


class Format(StrEnum):
    """What a body is compared as."""

    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"
    GRAPHQL = "graphql"
    XML = "xml"
    TEXT = "text"
    BINARY = "binary"


FORMATS: Final[Mapping[Format, str]] = {
    Format.JSON: "The order of keys says nothing, that of arrays does. Numbers by value: `1` is `1.0`, and not `true`.",
    Format.FORM: "The decoded fields, in any order, each as often as it occurs.",
    Format.MULTIPART: "The texts by name, in any order; files by the name of their part.",
    Format.GRAPHQL: "The query but for its layout, the variables as JSON, the name of the operation.",
    Format.XML: "The text but for blanks between tags, and around it.",
    Format.TEXT: "The text but for line ends, and blanks around it. What is not what its format wants is text.",
    Format.BINARY: "Every byte. A file that the collection does not hold may be any.",
}
"""What is equal in each format, in the words of the page for users (`algorithm.py`)."""


class Content(NamedTuple):
    """What counts of a body. The format is TEXT where the body is not what its format wants."""

    format: Format | None
    tree: JsonValue


EMPTY: Final = Content(None, None)

MEDIA_TYPES: Final[Mapping[str, Format]] = {
    "application/json": Format.JSON,
    "text/json": Format.JSON,
    "application/x-www-form-urlencoded": Format.FORM,
    "application/xml": Format.XML,
    "text/xml": Format.XML,
    "application/octet-stream": Format.BINARY,
    "application/pdf": Format.BINARY,
    "application/zip": Format.BINARY,
}
SUFFIXES: Final[Mapping[str, Format]] = {"json": Format.JSON, "xml": Format.XML}
BINARY_FAMILIES: Final = ("image/", "audio/", "video/", "font/")

GRAPHQL_TYPE: Final = "application/graphql"
"""The type of a call that is nothing but a query."""


def format_of(content_type: str) -> Format | None:
    """Return the format that a Content-Type says; TEXT for types that have none of their own, None for no type."""
    essence = essence_of(content_type)
    if not essence:
        return None
    known = MEDIA_TYPES.get(essence) or SUFFIXES.get(essence.rpartition("+")[2] if "+" in essence else "")
    return known or (Format.BINARY if essence.startswith(BINARY_FAMILIES) else Format.TEXT)


def essence_of(content_type: str) -> str:
    """Return a media type alone, without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def sent_content(format_: Format, octets: bytes, content_type: str) -> Content:
    """Return what counts of a sent body when it is compared in a format."""
    match format_:
        case Format.BINARY:
            return binary_content(octets)
        case Format.MULTIPART:
            return _sent_multipart(octets, content_type)
        case Format.GRAPHQL:
            return _sent_graphql(sent_text(octets), content_type)
        case _:
            return text_content(format_, sent_text(octets))


def sent_text(octets: bytes) -> str:
    """Return a sent body as text; bytes that are no UTF-8 equal nothing but themselves."""
    return octets.decode("utf-8-sig", errors="surrogateescape")


def text_content(format_: Format, text: str) -> Content:
    """Return what counts of a text when it is compared in a format."""
    return _TEXT_READERS[format_](_trimmed(text))


def binary_content(octets: bytes) -> Content:
    """Return what counts of bytes."""
    return Content(Format.BINARY, octets.decode("latin-1")) if octets else EMPTY


def form_content(pairs: Iterable[tuple[str, str]]) -> Content:
    """Return what counts of the decoded pairs of a form; those with an empty key do not."""
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        if key:
            values.setdefault(key, []).append(_with_plain_line_ends(value))
    tree: JsonValue = {key: list[JsonValue](sorted(those)) for key, those in values.items()}
    return Content(Format.FORM, tree) if values else EMPTY


def multipart_content(fields: Iterable[tuple[str, str | None]]) -> Content:
    """Return what counts of the fields of a form of parts; None is a file."""
    files: dict[str, int] = {}
    texts: dict[str, list[str]] = {}
    for name, text in fields:
        if name:
            files[name] = files.get(name, 0) + (text is None)
            texts.setdefault(name, []).extend([] if text is None else [_with_plain_line_ends(text)])
    tree: JsonValue = {name: [files[name], *sorted(texts[name])] for name in files}
    return Content(Format.MULTIPART, tree) if files else EMPTY


def graphql_content(query: str, variables: JsonValue, operation_name: str) -> Content:
    """Return what counts of a GraphQL request; `variables` may be the text of a JSON object."""
    parsed = parse_json(variables) if isinstance(variables, str) else None
    given = (parsed[0] if parsed else variables) or {}
    folded = " ".join(query.split())
    if not (folded or given or operation_name):
        return EMPTY
    return Content(Format.GRAPHQL, {"query": folded, "variables": given, "operationName": operation_name})


def with_quoted_tokens(text: str) -> str:
    """Return the text of saved JSON with each variable outside of a string put into one, so that it can be parsed."""
    return _STRING_OR_TOKEN.sub(_quoted, text) if "{{" in text else text


_STRING_OR_TOKEN: Final = re.compile(rf'"[^"\\]*+(?:\\.?[^"\\]*+)*+"?|{TOKEN.pattern}', re.DOTALL)


def _quoted(found: re.Match[str]) -> str:
    return found[0] if found[1] is None else '"' + re.sub(r'[\x00-\x1f"\\]', _escaped, found[0]) + '"'


def _escaped(character: re.Match[str]) -> str:
    return f"\\u{ord(character[0]):04x}"


def _trimmed(text: str) -> str:
    return _with_plain_line_ends(text).strip()


def _with_plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n")


def _json(text: str) -> Content:
    parsed = parse_json(text)
    return Content(Format.JSON, parsed[0]) if parsed else _text(text)


def _form(text: str) -> Content:
    pairs = (pair.partition("=") for pair in text.split("&"))
    content = form_content((form_decoded(key), form_decoded(value)) for key, _, value in pairs)
    return _text(text) if content is EMPTY else content


def _xml(text: str) -> Content:
    return Content(Format.XML, _BETWEEN_TAGS.sub("><", text)) if text else EMPTY


_BETWEEN_TAGS: Final = re.compile(r">\s+<")


def _text(text: str) -> Content:
    return Content(Format.TEXT, text) if text else EMPTY


_TEXT_READERS: Final[Mapping[Format, Callable[[str], Content]]] = {
    Format.JSON: _json,
    Format.FORM: _form,
    Format.XML: _xml,
    Format.TEXT: _text,
}


def _sent_multipart(octets: bytes, content_type: str) -> Content:
    parts = read_parts(octets, content_type)
    if parts is None:
        return text_content(Format.TEXT, sent_text(octets))
    return multipart_content((part.name, None if part.is_file else sent_text(part.content)) for part in parts)


def _sent_graphql(text: str, content_type: str) -> Content:
    if essence_of(content_type) == GRAPHQL_TYPE:
        return graphql_content(text, None, "")
    tree = (parse_json(text) or (None,))[0]
    if not isinstance(tree, dict):
        return text_content(Format.TEXT, text)
    return graphql_content(_text_in(tree, "query"), tree.get("variables"), _text_in(tree, "operationName"))


def _text_in(tree: JsonObject, key: str) -> str:
    value = tree.get(key)
    return value if isinstance(value, str) else ""
