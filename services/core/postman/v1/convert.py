"""A collection in format v1 as one in format v2.1: the same tree, requests and examples, under the same ids.

Format v1 is flat: all folders in one array, all requests in another, and lists of ids say what goes where (Postman's
"Collection Format v1.0.0"). The result is what Postman's own tools make of it, with three differences, each of which
keeps more: a request or folder that no list names is put where it says it belongs, and otherwise at the end; one that
several lists name stands where the first of them has it; and ids are kept.

Scripts, authorisation, variables and descriptions are taken along: an edit of a collection in format v1 stores the
result in its place, and must not lose what a person wrote.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.core.postman.document import JsonObject, JsonValue, check_depth
from services.core.postman.findings import Notes, Path, Spot
from services.core.postman.v1.arrangement import TOP, Arrangement, arrange
from services.core.postman.v1.elements import Element, elements_of
from services.core.postman.v1.examples import ExampleConverter
from services.core.postman.v1.origins import COLLECTION_FIELDS, FOLDER_FIELDS, ITEM_FIELDS, Origins
from services.core.postman.v1.requests import request_from_v1
from services.core.postman.v1.surroundings import description_in, present, scripts_of, settings_of, variables_of
from services.core.postman.values import is_blank, text_of

SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """The collection in format v2.1, and what was noticed on the way; `notes` know where everything stood in v1."""

    tree: JsonObject
    notes: Notes


def is_v1(tree: JsonObject) -> bool:
    """Tell whether a tree is meant as a collection in format v1."""
    is_flat = isinstance(tree.get("requests"), list) or isinstance(tree.get("order"), list)
    return is_flat and not {"info", "item"} & tree.keys()


def convert_v1(tree: JsonObject, path: Path = ()) -> Converted:
    """Return a collection whose `name` is text and whose `requests` are an array; `path` leads to it in the document.

    Raises InvalidInput where its folders nest too deep, and TooLarge where requests that examples refer to by id would
    have to be written down over and over.
    """
    conversion = _Conversion(tree, Spot((), path))
    converted = conversion.convert()
    check_depth(converted)
    conversion.notes.locate = conversion.origins.locator(tree, converted, path)
    return Converted(tree=converted, notes=conversion.notes)


class _Conversion:
    """One conversion. `folders` and `requests` are v1's; what they become is made once and put in its place."""

    def __init__(self, tree: JsonObject, spot: Spot) -> None:
        self.notes = Notes()
        self.origins = Origins()
        self._tree = tree
        self._spot = spot
        self._folders = elements_of(tree, "folders", spot, self.notes)
        self._requests = elements_of(tree, "requests", spot, self.notes)

    def convert(self) -> JsonObject:
        """Return the collection in format v2.1."""
        converted: JsonObject = {
            "info": _info(self._tree),
            "item": self._arranged(arrange(self._tree, self._folders, self._requests)),
            **settings_of(self._tree),
            **scripts_of(self._tree),
            **variables_of(self._tree),
        }
        self.origins.note(converted, self._spot.path, COLLECTION_FIELDS)
        return converted

    def _arranged(self, arrangement: Arrangement) -> list[JsonValue]:
        """Return what stands at the top: folders with all that is in them, then requests."""
        top: list[JsonValue] = []
        lists: dict[int, list[JsonValue]] = {TOP: top}
        folders = {number: self._folder(self._folders[number], lists) for number in arrangement.folders}
        for number, parent in arrangement.folders.items():
            lists[parent].append(folders[number])
        check_depth(top)  # Before anything walks up from a folder.
        places = _Places(self._folders, arrangement.folders)
        examples = ExampleConverter(self._requests, self.notes, self.origins)
        for number, parent in arrangement.requests.items():
            lists[parent].append(self._item(self._requests[number], places.of(parent), examples))
        self._note_arrangement(arrangement, places)
        return top

    def _folder(self, folder: Element, lists: dict[int, list[JsonValue]]) -> JsonObject:
        """Return a folder that is still empty, and have what it will contain in `lists`."""
        items = lists[folder.number] = []
        value = folder.json
        converted: JsonObject = {
            **present({"id": value.get("id"), "name": value.get("name")}),
            "item": items,
            **description_in(value),
            **settings_of(value),
            **scripts_of(value),
            **variables_of(value),
        }
        self.origins.note(converted, folder.path, FOLDER_FIELDS)
        return converted

    def _item(self, request: Element, place: tuple[str, ...], examples: ExampleConverter) -> JsonObject:
        value = request.json
        spot = Spot((*place, request.name), request.path)
        item: JsonObject = {
            **present({"id": value.get("id"), "name": value.get("name")}),
            **scripts_of(value),
            "request": request_from_v1(value),
            "response": examples.convert(value, spot),
            **variables_of(value),
            **present({"protocolProfileBehavior": value.get("protocolProfileBehavior")}),
        }
        self.origins.note(item, request.path, ITEM_FIELDS)
        return item

    def _note_arrangement(self, arrangement: Arrangement, places: "_Places") -> None:
        for parent, missing in arrangement.missing.items():
            spot = self._spot if parent == TOP else Spot((), self._folders[parent].path)
            listing = Spot(places.of(parent), (*spot.path, "order"))
            self.notes.warn(listing, f"names {missing} request{'s' * (missing != 1)} that the collection does not have")
        for number in arrangement.unlisted:
            request = self._requests[number]
            place = places.of(arrangement.requests[number])
            self.notes.warn(
                Spot((*place, request.name), request.path),
                f"is named by no order: it is put at the end of {place[-1]!r}" if place else _AT_THE_END,
            )


_AT_THE_END: Final = "is named by no order: it is put at the end of the collection"


class _Places:
    """The names on the way to each folder, found when asked for."""

    def __init__(self, folders: Mapping[int, Element], parents: Mapping[int, int]) -> None:
        self._folders = folders
        self._parents = parents
        self._known: dict[int, tuple[str, ...]] = {TOP: ()}

    def of(self, folder: int) -> tuple[str, ...]:
        """Return the names down to a folder, its own included."""
        if folder not in self._known:
            way = [*self._way_up(folder)]
            self._known[folder] = tuple(self._folders[number].name for number in reversed(way))
        return self._known[folder]

    def _way_up(self, folder: int) -> Iterator[int]:
        while folder != TOP:
            yield folder
            folder = self._parents[folder]


def _info(tree: JsonObject) -> JsonObject:
    own = tree.get("id")
    return {
        **({} if is_blank(own) else {"_postman_id": own}),
        "name": text_of(tree.get("name")),
        **description_in(tree),
        "schema": SCHEMA,
    }
