"""JSON values read the way Postman's own tools, which are JavaScript, read them: leniently."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from services.core.postman.document import BigNumber, JsonObject, JsonValue


def text_of(value: JsonValue) -> str:
    """Return a value as text: null as empty, all else as JavaScript's `String()` writes it."""
    if isinstance(value, str):
        return value
    return "" if value is None else javascript_text(value)


def javascript_text(value: JsonValue) -> str:
    """Return what JavaScript's `String()` makes of a value: `true`, `1.5`, `null`, `[object Object]`."""
    match value:
        case str():
            return value
        case list():
            return ",".join(text_of(element) for element in value)
        case dict():
            return "[object Object]"
        case _:
            return _scalar_text(value)


def object_of(value: JsonValue) -> JsonObject:
    """Return a value that is an object, and an empty object for every other."""
    return value if isinstance(value, dict) else {}


def is_blank(value: JsonValue) -> bool:
    """Tell whether a value says nothing: null, or empty text."""
    return value is None or value == ""


def entries(value: JsonValue) -> Iterator[JsonObject]:
    """Yield the objects of a list of `{key, value}`; a plain map counts as one, and everything else as none.

    Collection format 2.1 knows the list alone, but older tools write `{"name": "value"}` for it.
    """
    match value:
        case list():
            yield from (element for element in value if isinstance(element, dict))
        case dict():
            yield from ({"key": key, "value": element} for key, element in value.items())


def key_of(entry: JsonObject) -> str:
    """Return the name of an entry, which stands under `key` or, in older files, under `id`."""
    key = entry.get("key")
    return text_of(entry.get("id") if key is None else key)


def is_disabled(entry: JsonObject) -> bool:
    """Tell whether an entry is switched off: `disabled` in collections, `enabled: false` in environments."""
    return bool(entry.get("disabled")) or entry.get("enabled") is False


def description_of(node: JsonObject) -> str:
    """Return the description of a node: text, or an object with `content`."""
    description = node.get("description")
    return text_of(description.get("content") if isinstance(description, dict) else description)


def _scalar_text(value: float | BigNumber | None) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _float_text(value)
        case BigNumber():
            return value.text


def _float_text(value: float) -> str:
    """Return a finite float as JavaScript does: no exponent between 1e-6 and 1e21, no zeros in front of one."""
    if value == 0:
        return "0"
    if _SMALLEST_PLAIN <= abs(value) < _FIRST_WITH_EXPONENT:
        digits = format(Decimal(repr(value)), "f")
        return digits.removesuffix(".0")
    return re.sub(r"(\.0)?e([+-])0*", r"e\2", repr(value))


_SMALLEST_PLAIN: Final = 1e-6
_FIRST_WITH_EXPONENT: Final = 1e21
