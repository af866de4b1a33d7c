"""The JSON schema of the values: types from the defaults, descriptions from the comments, limits from the rules.

Nothing unknown is let through: a misspelled value is refused before anything is rendered. The sections of the five
services take what `defaults` takes, by reference, and what is their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from charts.manual.rules import ALSO_TAKEN, NOT_OF_THE_EDGE, RULES
from charts.manual.settings import SETTINGS, open_settings
from charts.manual.values import Path, Value

Schema = dict[str, Any]

DEFAULTS = "defaults"


def schema(values: Sequence[Value]) -> Schema:
    """Return the schema of all values, in the order of values.yaml."""
    properties = {value.path[0]: _of(value, values) for value in values if len(value.path) == 1}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The values of the chart understudy",
        **_closed(properties | ALSO_TAKEN),
    }


def _of(value: Value, values: Sequence[Value]) -> Schema:
    described = {"description": value.comment}
    if value.path[0] in SETTINGS:
        return described | _of_component(value, values)
    if value.is_section:
        return described | _closed({child.path[-1]: _of(child, values) for child in _children(value.path, values)})
    return described | _of_leaf(value)


def _of_component(value: Value, values: Sequence[Value]) -> Schema:
    """Return the schema of what lies in a service's section: its own values, and over them those of `defaults`."""
    component, *inner = value.path
    if inner == ["settings"]:
        return _closed(open_settings(component))
    if not value.is_section:
        return _of_leaf(value)
    own = {child.path[-1]: _of(child, values) for child in _children(value.path, values)}
    return _closed({**_taken_from_defaults(component, inner, values), **own})


def _taken_from_defaults(component: str, inner: Sequence[str], values: Sequence[Value]) -> dict[str, Schema]:
    """Return references to the values that `defaults` has at the same place."""
    children = _children((DEFAULTS, *inner), values)
    names = [child.path[-1] for child in children if not (component == "edge" and child.path[1:] in NOT_OF_THE_EDGE)]
    return {name: {"$ref": _pointer((DEFAULTS, *inner, name))} for name in names}


def _children(path: Path, values: Iterable[Value]) -> list[Value]:
    return [value for value in values if value.path[:-1] == path]


def _pointer(path: Path) -> str:
    return "#" + "".join(f"/properties/{key}" for key in path)


def _of_leaf(value: Value) -> Schema:
    for pattern in (value.name, value.path[-1]):
        if pattern in RULES:
            return dict(RULES[pattern])
    return _by_default(value)


def _by_default(value: Value) -> Schema:
    match value.default:
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer", "minimum": 0}
        case str():
            return {"type": "string"}
        case _:
            raise TypeError(f"{value.name}: say in charts/manual/rules.py what it takes")


def _closed(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties)}
