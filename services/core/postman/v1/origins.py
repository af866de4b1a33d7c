"""Where in a v1 document the parts of its conversion come from, so that findings name what the customer can look up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.core.postman.document import JsonObject, JsonValue
from services.core.postman.findings import Locate, Path

Renames = Mapping[Path, Path]
"""Fields of format v2.1 and what format v1 calls them, both as ways down from the same node."""

REQUEST_FIELDS: Final[Renames] = {("header",): ("headers",), ("body",): ("data",), ("body", "mode"): ("dataMode",)}
ITEM_FIELDS: Final[Renames] = {
    ("request",): (),
    ("response",): ("responses",),
    **{("request", *new): old for new, old in REQUEST_FIELDS.items()},
}
FOLDER_FIELDS: Final[Renames] = {("item",): ("order",)}
EXAMPLE_FIELDS: Final[Renames] = {
    ("code",): ("responseCode", "code"),
    ("header",): ("headers",),
    ("body",): ("text",),
}
COLLECTION_FIELDS: Final[Renames] = {
    ("info", "_postman_id"): ("id",),
    ("info",): (),
    ("item",): ("requests",),
    ("variable",): ("variables",),
}


@dataclass(frozen=True, slots=True)
class _Origin:
    path: Path
    renames: Renames


class Origins:
    """Remembers where nodes come from. A node is known by being the very object, so it must not be copied."""

    def __init__(self) -> None:
        """Start empty."""
        self._origins: dict[int, _Origin] = {}

    def note(self, node: JsonObject, path: Path, renames: Renames) -> None:
        """Remember that a node of the conversion was made from what stands at `path`."""
        self._origins[id(node)] = _Origin(path, renames)

    def locator(self, v1: JsonObject, converted: JsonObject, path: Path) -> Locate:
        """Return what turns a path to something in the conversion into the path to its origin.

        Both paths begin at the document's root, from where `path` leads to the collection.
        """

        def locate(wanted: Path) -> Path:
            origin, rest = self._nearest(converted, wanted[len(path) :])
            way = (*origin.path, *_renamed(rest, origin.renames))
            return (*path, *_as_far_as_it_goes(v1, way[len(path) :]))

        return locate

    def _nearest(self, converted: JsonObject, way: Path) -> tuple[_Origin, Path]:
        """Return the origin of the last node on the way down that has one, and the rest of the way."""
        node: JsonValue = converted
        found, rest = self._origins[id(converted)], way
        for depth, key in enumerate(way, start=1):
            node = _child(node, key)
            if id(node) in self._origins:
                found, rest = self._origins[id(node)], way[depth:]
        return found, rest


def _renamed(way: Path, renames: Renames) -> Path:
    """Return a way down in v1's words: the longest beginning that has another name there decides."""
    for length in range(len(way), 0, -1):
        if way[:length] in renames:
            return (*renames[way[:length]], *way[length:])
    return way


def _as_far_as_it_goes(tree: JsonValue, way: Path) -> Iterator[str | int]:
    """Yield a way down as far as the document has it, and one key further where that is what is missing."""
    node = tree
    for key in way:
        if not isinstance(node, dict if isinstance(key, str) else list):
            return
        yield key
        node = _child(node, key)


def _child(node: JsonValue, key: str | int) -> JsonValue:
    match node, key:
        case dict(), str():
            return node.get(key)
        case list(), int() if key < len(node):
            return node[key]
        case _:
            return None
