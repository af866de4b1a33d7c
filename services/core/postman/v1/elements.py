"""The elements of v1's flat arrays: objects with their number and where they stand."""

from dataclasses import dataclass

from services.core.postman.document import JsonObject, JsonValue, kind_of
from services.core.postman.findings import Notes, Path, Spot
from services.core.postman.identity import id_in_file
from services.core.postman.values import text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A folder, request or response of format v1; `path` leads to it from the document's root."""

    number: int
    json: JsonObject
    path: Path

    @property
    def id(self) -> str | None:
        """Return the id by which others can name it."""
        return id_in_file(self.json.get("id"))

    @property
    def name(self) -> str:
        """Return its name, empty where it has none."""
        return text_of(self.json.get("name"))


def elements_of(parent: JsonObject, field: str, spot: Spot, notes: Notes) -> dict[int, Element]:
    """Return the objects of an array by their number; takes note of everything else that stands there."""
    value = parent.get(field)
    if value is not None and not isinstance(value, list):
        notes.cannot_be_mocked(spot.below(field), f"is {kind_of(value)}, not an array")
    elements: dict[int, Element] = {}
    for number, element in enumerate(value if isinstance(value, list) else ()):
        if isinstance(element, dict):
            elements[number] = Element(number=number, json=element, path=spot.below(field, number).path)
        else:
            notes.cannot_be_mocked(spot.below(field, number), f"is {kind_of(element)}, not an object")
    return elements


def numbers_by_id(elements: dict[int, Element]) -> dict[str, int]:
    """Return the number of the element that each id stands for: the first that has it."""
    named = ((element.id, number) for number, element in reversed(elements.items()))
    return {id_: number for id_, number in named if id_ is not None}


def ids_in(value: JsonValue) -> list[str | None]:
    """Return the ids that a list such as `order` names; None for what is no id, and none where it is no list."""
    return [id_in_file(element) for element in value] if isinstance(value, list) else []
