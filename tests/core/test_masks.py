"""Update masks: the named fields change, all others stay, and a mask that names nothing known is refused."""

from dataclasses import dataclass

import pytest

from services.core.errors import InvalidInput
from services.core.masks import FieldTable, changed, check_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Something to change a part of."""

    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Something to change."""

    name: str = ""
    size: Size = Size()


TABLE: FieldTable = {"name": ("name",), "size.height": ("size", "height")}


def test_the_named_fields_change_and_their_neighbours_stay() -> None:
    present = Box(name="old", size=Size(width=1, height=2))
    draft = Box(name="new", size=Size(width=8, height=9))

    assert Box(name="new", size=Size(width=1, height=2)) == changed(present, draft, ["name"], TABLE)
    assert Box(name="old", size=Size(width=1, height=9)) == changed(present, draft, ["size.height"], TABLE)


def test_a_field_that_is_named_twice_changes_once() -> None:
    assert Box(name="new") == changed(Box(name="old"), Box(name="new"), ["name", "name"], TABLE)


@pytest.mark.parametrize("fields", [[], ["id"], ["name", "size.width"], ["size"], ["*"]])
def test_a_mask_of_nothing_or_of_something_unknown_is_refused_with_what_there_is(fields: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_fields(fields, TABLE)

    (violation,) = refused.value.violations
    assert violation.field == "update_mask"
    assert "name, size.height" in violation.remedy
