"""Changing some fields of a thing: an update mask names them, a table says where each is found in our dataclasses.

A table is data: the path as it stands in the contract's mask, and the attributes that lead to the field.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from services.core.errors import InvalidInput

Draft = TypeVar("Draft")

FieldTable = Mapping[str, tuple[str, ...]]


def changed(present: Draft, draft: Draft, fields: Sequence[str], table: FieldTable) -> Draft:
    """Return the present draft with the named fields of another.

    Raises InvalidInput where no field is named, or one that is not in the table.
    """
    check_fields(fields, table)
    for field in fields:
        present = _with_field(present, draft, table[field])
    return present


def check_fields(fields: Sequence[str], known: Iterable[str]) -> None:
    """Raise InvalidInput where a mask names no field, or one that is not known."""
    names = tuple(known)
    if not fields:
        raise InvalidInput.of("update_mask", "names no field.", f"Name one or more of: {', '.join(names)}.")
    for field in fields:
        if field not in names:
            remedy = f"There are: {', '.join(names)}."
            raise InvalidInput.of("update_mask", f"{field[:50]!r} is no field to change.", remedy)


def _with_field(present: Any, draft: Any, path: tuple[str, ...]) -> Any:
    name, *rest = path
    value = getattr(draft, name)
    return replace(present, **{name: _with_field(getattr(present, name), value, tuple(rest)) if rest else value})
