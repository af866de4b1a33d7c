"""JSON string literals: whether a place in a JSON text is inside one, and what may be put in there."""

import re
from typing import Final


def ends_in_string(text: str, *, is_in_string: bool) -> bool:
    """Tell whether the end of a piece of JSON is inside a string, if its beginning is (or is not)."""
    quotes = _MARKS.findall(text).count('"')
    return is_in_string ^ (quotes % 2 == 1)


_MARKS: Final = re.compile(r'\\.|"', re.DOTALL)
"""Quotes, and what a backslash protects from being one."""


def escaped(text: str) -> str:
    """Return the text as it stands in a string; nothing changes but what would end the string or break it."""
    return _BREAKING.sub(_escape, text)


_BREAKING: Final = re.compile(r'["\\\x00-\x1f]')

_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"
