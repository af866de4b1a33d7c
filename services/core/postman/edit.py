"""Editing a collection in its own JSON: the customer's document in, the changed document out, unknown fields kept.

Nodes are addressed by the ids that the reader gives them, minted ones included. A minted id depends on where its node
stands, so an edit could move it: by taking away a sibling of the same name, or by changing the name itself. Therefore
the outline before an edit is compared with the outline after it, and a node whose id would change gets its old one
written down. No id ever moves, and the rest of the document stays as the customer wrote it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.core.errors import AlreadyExists, FailedPrecondition, InvalidInput, NotFound
from services.core.ids import CollectionId, ExampleId, ItemId
from services.core.postman.document import JsonObject, JsonValue, kind_of, read_json, write_json
from services.core.postman.findings import Notes
from services.core.postman.identity import id_in_file
from services.core.postman.outline import Entry, NodeKind, Outline, read_outline
from services.core.postman.recognition import open_collection, recognise_collection
from services.core.postman.values import is_blank, object_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEntry:
    """An item as a list of items shows it."""

    id: ItemId
    name: str
    folders: tuple[str, ...]
    example_ids: tuple[ExampleId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The document with something new in it, and the id of that."""

    document: bytes
    id: str


def list_items(document: bytes) -> tuple[ItemEntry, ...]:
    """Return the items of a document in its order."""
    return tuple(
        ItemEntry(
            id=ItemId(item.id),
            name=item.name,
            folders=item.above,
            example_ids=tuple(ExampleId(example.id) for example in examples),
        )
        for item, examples in _Draft(document).outline.items_with_examples()
    )


def find_example(document: bytes, example_id: ExampleId) -> JsonObject:
    """Return the JSON of an example as it stands in the document; raises NotFound."""
    return _Draft(document).find(NodeKind.EXAMPLE, example_id).node.json


def add_example(document: bytes, item_id: ItemId, example: JsonObject) -> Added:
    """Append an example to an item, with its own id or, without one, a minted one.

    Raises NotFound for the item, AlreadyExists for an id that is taken, InvalidInput for one that cannot be used, and
    FailedPrecondition where the item's `response` is no array.
    """
    draft = _Draft(document)
    return draft.append(draft.find(NodeKind.ITEM, item_id).node.json, "response", example)


def replace_example(document: bytes, example_id: ExampleId, example: JsonObject) -> bytes:
    """Put another example in an example's place, under its id; raises NotFound, and InvalidInput for another id."""
    _refuse_other_id(example, example_id)
    draft = _Draft(document)
    value = draft.find(NodeKind.EXAMPLE, example_id).node.json
    value.clear()
    value |= {"id": example_id, **example}
    return draft.finish()


def patch_example(document: bytes, example_id: ExampleId, fields: Mapping[str, JsonValue]) -> bytes:
    """Set some fields of an example and keep the others; raises NotFound, and InvalidInput for another id."""
    _refuse_other_id(fields, example_id)
    draft = _Draft(document)
    value = draft.find(NodeKind.EXAMPLE, example_id).node.json
    value |= {**fields, "id": example_id}
    return draft.finish()


def remove_example(document: bytes, example_id: ExampleId) -> bytes:
    """Take an example out of the document; raises NotFound."""
    draft = _Draft(document)
    node = draft.find(NodeKind.EXAMPLE, example_id).node
    node.siblings[:] = [sibling for sibling in node.siblings if sibling is not node.json]
    return draft.finish()


def add_item(document: bytes, item: JsonObject, *, folder_id: ItemId | None = None) -> Added:
    """Append an item (or a folder) to a folder or, without one, to the collection.

    Ids that it or its examples lack are minted. Raises NotFound for the folder, AlreadyExists for an id that is taken,
    and InvalidInput for one that cannot be used.
    """
    draft = _Draft(document)
    parent = draft.outline.tree if folder_id is None else draft.find(NodeKind.FOLDER, folder_id).node.json
    return draft.append(parent, "item", item)


def rename_collection(document: bytes, name: str, *, collection_id: CollectionId) -> bytes:
    """Give the collection another name."""
    return set_info(document, {"name": name}, collection_id=collection_id)


def set_info(document: bytes, fields: Mapping[str, JsonValue], *, collection_id: CollectionId) -> bytes:
    """Set fields of `info` and keep the others.

    A collection without `_postman_id` is known by its name; so its `collection_id` is written down with the change.
    Raises InvalidInput where the document would be no collection any more, or known by another id.
    """
    if fields.get("_postman_id", collection_id) != collection_id:
        raise InvalidInput.of("info._postman_id", "cannot be changed.", "Import the document as a new collection.")
    file = open_collection(document)
    file.info.update({**fields, "_postman_id": collection_id})
    recognise_collection(file.root)
    return write_json(file.root)


def set_collection_id(document: bytes, collection_id: CollectionId) -> bytes:
    """Write another id into the document, as a copy of a collection needs it."""
    file = open_collection(document)
    file.info["_postman_id"] = collection_id
    return write_json(file.root)


class _Draft:
    """A document whose tree is being edited. `outline` is what stood in it at first."""

    def __init__(self, document: bytes) -> None:
        self.file = open_collection(document)
        self.outline = self._read_outline()

    def find(self, kind: NodeKind, id_: str) -> Entry:
        """Return the entry of that kind and id; raises NotFound."""
        for entry in self.outline.entries:
            if entry.id == id_ and entry.node.kind is kind:
                return entry
        raise NotFound(kind, id_)

    def append(self, parent: JsonObject, field: str, value: JsonObject) -> Added:
        """Append a node to an array of `parent`, which is made where it is missing."""
        siblings = parent.setdefault(field, [])
        if siblings is None:
            siblings = parent[field] = []
        if not isinstance(siblings, list):
            raise FailedPrecondition(f"Its {field} is {kind_of(siblings)}, not an array: nothing can be added to it.")
        added = _copy(value)
        siblings.append(added)
        return Added(document=self.finish(), id=str(added["id"]))

    def finish(self) -> bytes:
        """Return the document, with every id where it was and those of new nodes written down."""
        known = {id(entry.node.json): entry.id for entry in self.outline.entries}
        present = self._read_outline()
        known |= self._write_new_ids(entry for entry in present.entries if id(entry.node.json) not in known)
        while moved := [entry for entry in present.entries if entry.id != known[id(entry.node.json)]]:
            for entry in moved:  # Which may move others: those that had the same id in the file, and come later.
                entry.node.json["id"] = known[id(entry.node.json)]
            present = self._read_outline()
        return write_json(self.file.root)

    def _write_new_ids(self, added: Iterable[Entry]) -> dict[int, str]:
        """Write down and return the ids of new nodes; raises for an id that a node cannot have."""
        taken = {(entry.node.id_space, entry.id) for entry in self.outline.entries}
        ids: dict[int, str] = {}
        for entry in added:
            _refuse_unusable_id(entry, taken)
            entry.node.json["id"] = ids[id(entry.node.json)] = entry.id
        return ids

    def _read_outline(self) -> Outline:
        return read_outline(self.file.tree, Notes(), self.file.path)


def _copy(value: JsonObject) -> JsonObject:
    """Return a copy that shares nothing with the caller's value (and, unlike deepcopy, minds the depth)."""
    return object_of(read_json(write_json(value)))


def _refuse_unusable_id(added: Entry, taken: set[tuple[str, str]]) -> None:
    """Raise AlreadyExists or InvalidInput where a new node brings an id that it cannot have."""
    given = added.node.json.get("id")
    if is_blank(given):
        return
    own = id_in_file(given)
    if own is None:
        raise InvalidInput.of("id", f"is {kind_of(given)} that is no id.", "Use a UUID, or leave it out.")
    if own != added.id or (added.node.id_space, own) in taken:
        raise AlreadyExists(added.node.kind, own)


def _refuse_other_id(fields: Mapping[str, JsonValue], example_id: ExampleId) -> None:
    if fields.get("id", example_id) != example_id:
        raise InvalidInput.of("id", "cannot be changed.", "Leave it out, or remove the example and create another.")
