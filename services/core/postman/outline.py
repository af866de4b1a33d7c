"""The outline of a collection: every folder, item and example with its id, in document order.

Reading and editing both start here, so they agree on what is what, and on the ids of what the file left without one.
The walk keeps its own stack: folders nest as deep as a document may.

Postman's rule for the tree ("Collection Format v2.1.0"): what has an `item` array is a folder, all else is an item; the
examples of an item are its `response` array.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from services.core.ids import ExampleId
from services.core.postman.document import JsonObject, JsonValue, kind_of
from services.core.postman.findings import Notes, Spot
from services.core.postman.identity import Step, id_in_file, mint
from services.core.postman.values import is_blank, text_of


class NodeKind(StrEnum):
    """What a node of the tree is."""

    FOLDER = "folder"
    ITEM = "item"
    EXAMPLE = "example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node: its JSON, the array that it stands in, and where; the last name of `spot.place` is its own."""

    kind: NodeKind
    json: JsonObject
    siblings: list[JsonValue]
    spot: Spot
    steps: tuple[Step, ...]

    @property
    def id_space(self) -> str:
        """Return what the node's id is unique among: examples, or items and folders together."""
        return "examples" if self.kind is NodeKind.EXAMPLE else "items"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A node and the id by which the house knows it."""

    id: str
    node: Node

    @property
    def name(self) -> str:
        """Return the node's name, empty where the file gives none."""
        return self.node.spot.place[-1]

    @property
    def above(self) -> tuple[str, ...]:
        """Return the names on the way to the node."""
        return self.node.spot.place[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A collection's tree and its entries in document order: each before what it contains."""

    tree: JsonObject
    entries: tuple[Entry, ...]

    def items_with_examples(self) -> list[tuple[Entry, list[Entry]]]:
        """Return every item with its examples."""
        items: list[tuple[Entry, list[Entry]]] = []
        for entry in self.entries:
            if entry.node.kind is NodeKind.ITEM:
                items.append((entry, []))
            elif entry.node.kind is NodeKind.EXAMPLE:
                items[-1][1].append(entry)
        return items


def read_outline(tree: JsonObject, notes: Notes, path: tuple[str | int, ...] = ()) -> Outline:
    """Return the outline of a collection whose `item` is an array; `path` leads to it from the document's root.

    Takes note of what is neither folder, item nor example, and of ids that had to be replaced.
    """
    nodes = tuple(_walk(tree, Spot((), path), notes))
    entries = tuple(Entry(id=id_, node=node) for node, id_ in zip(nodes, _ids(nodes, notes), strict=True))
    return Outline(tree=tree, entries=entries)


def _walk(tree: JsonObject, root: Spot, notes: Notes) -> Iterator[Node]:
    pending = [*_children(tree, "item", root, (), notes)]
    pending.reverse()
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed([*_below(node, notes)]))


def _below(node: Node, notes: Notes) -> Iterator[Node]:
    """Yield what stands directly below a node, noting what stands where it does not belong."""
    match node.kind:
        case NodeKind.FOLDER:
            if node.json.get("response"):
                notes.cannot_be_mocked(
                    node.spot.below("response"), "belongs to a folder, which has no request to answer"
                )
            yield from _children(node.json, "item", node.spot, node.steps, notes)
        case NodeKind.ITEM:
            if node.json.get("item") is not None:
                notes.cannot_be_mocked(node.spot.below("item"), f"is {kind_of(node.json['item'])}, not an array")
            yield from _children(node.json, "response", node.spot, node.steps, notes)
        case NodeKind.EXAMPLE:
            return


def _children(parent: JsonObject, field: str, spot: Spot, steps: tuple[Step, ...], notes: Notes) -> Iterator[Node]:
    siblings = parent.get(field)
    if not isinstance(siblings, list):
        if siblings is not None:
            notes.cannot_be_mocked(spot.below(field), f"is {kind_of(siblings)}, not an array")
        return
    numbers: Counter[tuple[NodeKind, str]] = Counter()
    for index, value in enumerate(siblings):
        if not isinstance(value, dict):
            notes.cannot_be_mocked(spot.below(field, index), f"is {kind_of(value)}, not an object")
            continue
        kind, name = _kind(value, field), text_of(value.get("name"))
        step = (name, numbers[kind, name])
        numbers[kind, name] += 1
        yield Node(
            kind=kind,
            json=value,
            siblings=siblings,
            spot=spot.below(field, index, name=name),
            steps=(*steps, step),
        )


def _kind(value: JsonObject, field: str) -> NodeKind:
    if field == "response":
        return NodeKind.EXAMPLE
    return NodeKind.FOLDER if isinstance(value.get("item"), list) else NodeKind.ITEM


def _ids(nodes: tuple[Node, ...], notes: Notes) -> Iterator[str]:
    """Yield each node's id: the file's own where it can be used and is the first of its kind, else a minted one.

    Every id of the file is known before the first is minted, so that a minted one never takes a file's own.
    """
    given = [id_in_file(_raw_id(node)) for node in nodes]
    taken = {(node.id_space, id_) for node, id_ in zip(nodes, given, strict=True)}
    seen: set[tuple[str, str]] = set()
    for node, id_ in zip(nodes, given, strict=True):
        if id_ is not None and (node.id_space, id_) not in seen:
            seen.add((node.id_space, id_))
            yield id_
        else:
            minted = _mint_free(node, taken)
            _note_replaced_id(node, id_, minted, notes)
            yield minted


def _raw_id(node: Node) -> JsonValue:
    """Return what stands as the id in the file: files of some years write `_postman_id`."""
    own = node.json.get("id")
    return node.json.get("_postman_id") if is_blank(own) else own


def _mint_free(node: Node, taken: set[tuple[str, str | None]]) -> str:
    parts = [part for step in node.steps for part in step]
    for salt in count():
        minted = mint(node.kind, *parts, *([salt] if salt else []))
        if (node.id_space, minted) not in taken:
            break
    taken.add((node.id_space, minted))
    return minted


def _note_replaced_id(node: Node, given: str | None, minted: str, notes: Notes) -> None:
    if given is None and is_blank(_raw_id(node)):
        return
    problem = "is not an id that can be used" if given is None else f"is taken by an earlier one: {given!r}"
    example_id = ExampleId(minted) if node.kind is NodeKind.EXAMPLE else None
    notes.warn(node.spot.below("id"), f"{problem}; this {node.kind} is known as {minted} instead", example_id)
