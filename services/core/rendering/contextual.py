r"""Contextual templates: tokens that repeat something of the call.

    {{$body}}                        the whole body
    {{$body 'path.to.0.property'}}   a value inside it; `\.` is a dot in a key
    {{$queryParams 'key'}}           a query parameter
    {{$pathSegments '1'}}            a path segment, by its number from 0
    {{$headers 'key'}}               a header
    {{$body 'name' 'nobody'}}        each may have a default, for when there is nothing

(Postman's documentation, "Generate mock responses using variables and templates".) Where that is silent: arguments
stand in single or double quotes, in which a backslash protects a quote, a dot and itself; blanks may surround the
whole; without a default, nothing is the empty text. Arguments may hold tokens, as in
`{{$body 'name' '{{$randomFullName}}'}}`. All but `$body` need an argument; without it, they are no templates.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from services.core.rendering.call_values import CallValues
from services.core.rendering.gaps import NO_TEXT, Occasion, Template, Value

_ARGUMENT: Final = r"""('(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")"""

HELPER: Final = re.compile(
    rf"\{{\{{\s*+\$(body|queryParams|pathSegments|headers)(?:\s++{_ARGUMENT})?+(?:\s++{_ARGUMENT})?+\s*+\}}\}}",
    re.DOTALL,
)
"""A contextual template; its groups are the helper and its two arguments, in their quotes. Nothing in it is ever gone
back on, and an argument ends at the next quote, so that looking for it everywhere costs as much as reading the text."""

Reader = Callable[[CallValues, list[str]], str | None]
"""Reads from a call what keys lead to."""

READERS: Final[Mapping[str, Reader]] = {
    "body": lambda call, keys: call.body(keys),
    "queryParams": lambda call, keys: call.query_parameter(keys[0]),
    "pathSegments": lambda call, keys: call.path_segment(keys[0]),
    "headers": lambda call, keys: call.header(keys[0]),
}


def contextual_value(helper: re.Match[str], template: Callable[[str], Template]) -> Value | None:
    """Return what a match of HELPER stands for, None for nothing; `template` makes templates of its arguments."""
    name, key, default = helper.groups()
    if key is None:
        return _raw_body if name == "body" else None
    split = _path if name == "body" else _whole
    keys = [template(unescaped(text)) for text in split(key[1:-1])]
    return _reading(READERS[name], keys, template(unescaped(default[1:-1])) if default else NO_TEXT)


def _raw_body(occasion: Occasion) -> str:
    return occasion.call.raw_body


def _reading(read: Reader, keys: list[Template], default: Template) -> Value:
    def value(occasion: Occasion) -> str:
        found = read(occasion.call, [key.fill(occasion) for key in keys])
        return default.fill(occasion) if found is None else found

    return value


def _whole(key: str) -> list[str]:
    return [key]


def _path(path: str) -> Iterator[str]:
    """Yield the keys of a path, which dots separate; a dot behind a backslash or in a token does not."""
    return (key[1] for key in _KEY.finditer(path)) if path else iter(())


_KEY: Final = re.compile(r"(?:\A|\.)((?:\\.|\{\{[^{}]*+\}\}|[^.])*+)", re.DOTALL)


def unescaped(text: str) -> str:
    """Return an argument without the backslashes that protect something."""
    return _ESCAPED.sub(r"\1", text)


_ESCAPED: Final = re.compile(r"""\\(['"\\.])""")
