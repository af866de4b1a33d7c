"""What the catalog keeps of a document beside the document itself: its etag, its head, and rows for its lists.

A document's etag is its digest. So the same document has the same etag wherever it is stored, importing a document that
is there already changes nothing, and a release tag keeps the etag of what it pins.

Rows are JSON in the shape of Postman's own format, written and read by the readers and writers that documents are read
with. All of it is pure, and slow for large documents: it runs in a thread.
"""

import hashlib
from dataclasses import dataclass

from services.core.catalog import StoredItem
from services.core.errors import InvalidInput, TooLarge, UnderstudyError
from services.core.ids import AccountId, CollectionId, Etag, ExampleId, ItemId
from services.core.postman.collection import Collection, Example, Item
from services.core.postman.document import JsonObject, JsonValue, read_json, write_json
from services.core.postman.edit import set_collection_id
from services.core.postman.examples import example_to_json, read_example
from services.core.postman.findings import Spot
from services.core.postman.outline import Entry, Node, NodeKind
from services.core.postman.reader import read_collection
from services.core.postman.report import ImportReport
from services.core.postman.requests import Unreadable
from services.core.postman.urls import url_text
from services.core.postman.values import object_of, text_of
from services.wire.text import wire_text

MAXIMUM_NAME_LENGTH = 255
"""Characters of a name: four bytes each still fit an index entry beside an id. The longest in the wild has 63."""

MAXIMUM_LISTED_DESCRIPTION = 10_000
"""Characters of a description that lists show: a page of 1,000 collections must fit a message. The document has all."""

MAXIMUM_CONTENT_BYTES = 1_000_000_000
"""What PostgreSQL can hold in a field: a row of a document of 100 MB stays far below."""


MAXIMUM_SENT_BYTES = 60 * 1024 * 1024
"""What fits a message of 64 MiB with room for its rest. The text of a row is never shorter than its message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """A saved request as it is stored: its number among all of the collection, from 0, and the rest as JSON."""

    position: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleRow:
    """An example as it is stored: keys, and the rest as JSON."""

    id: ExampleId
    item_id: ItemId
    position: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A document and what was derived from it; rows are in document order."""

    collection_id: CollectionId
    document: bytes
    etag: Etag
    name: str
    description: str
    schema_version: str
    items: tuple[ItemRow, ...]
    examples: tuple[ExampleRow, ...]
    report: ImportReport

    def example(self, example_id: str) -> ExampleRow | None:
        """Return the row of an example, None where there is none that can be mocked."""
        return next((row for row in self.examples if row.id == example_id), None)


def read_contents(document: bytes, *, account_id: AccountId, collection_id: CollectionId | None = None) -> Contents:
    """Return the contents of a document; where it does not go by `collection_id` yet, that is written into it.

    Raises InvalidInput and TooLarge.
    """
    reading = read_collection(document, account_id=account_id)
    if collection_id not in {None, reading.collection.id}:
        document = set_collection_id(document, collection_id or reading.collection.id)
        reading = read_collection(document, account_id=account_id)
    collection, report = reading.collection, reading.report
    del reading  # Its tree is several times the document's size, and no longer needed.
    check_name(collection.name, "info.name")
    return _derive(document, collection, report)


def etag_of(*parts: bytes) -> Etag:
    """Return the etag of what consists of `parts`."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part if len(parts) > 1 else part)
    return Etag(digest.hexdigest()[:32])


def check_name(name: str, field: str, *, may_be_empty: bool = True) -> None:
    """Raise InvalidInput where a name cannot be listed."""
    if "\0" in name:
        raise InvalidInput.of(field, "holds the character U+0000, which no name can.", "Take it out.")
    if len(name) > MAXIMUM_NAME_LENGTH:
        raise InvalidInput.of(field, f"has {len(name):,} characters.", f"Use {MAXIMUM_NAME_LENGTH} or fewer.")
    if not name and not may_be_empty:
        raise InvalidInput.of(field, "is empty.", "Give it a name.")


def item_of(row: ItemRow) -> StoredItem:
    """Return the saved request of a row. Raises TooLarge where it would fit no message."""
    _check_sent_size(row.content)
    tree = object_of(read_json(row.content, max_bytes=MAXIMUM_CONTENT_BYTES))
    return StoredItem(
        id=ItemId(text_of(tree["id"])),
        name=text_of(tree["name"]),
        folders=_texts(tree["folders"]),
        method=text_of(tree["method"]),
        url=text_of(tree["url"]),
        example_count=int(text_of(tree["example_count"])),
    )


def example_of(row: ExampleRow) -> Example:
    """Return the example of a row. Raises TooLarge where it would fit no message."""
    _check_sent_size(row.content)
    tree = object_of(read_json(row.content, max_bytes=MAXIMUM_CONTENT_BYTES))
    json, place = object_of(tree["example"]), _texts(tree["place"])
    spot = Spot((*place, text_of(json["name"])), ())
    node = Node(kind=NodeKind.EXAMPLE, json=json, siblings=[], spot=spot, steps=())
    example = read_example(
        Entry(id=row.id, node=node),
        item_id=row.item_id,
        parent=Unreadable("is not stored here"),
        position=row.position,
        warn=lambda _field, _reason: None,
    )
    if isinstance(example, Unreadable):
        raise UnderstudyError(f"The stored row of example {row.id} {example.reason}.")
    return example


def _check_sent_size(content: bytes) -> None:
    if len(content) > MAXIMUM_SENT_BYTES:
        raise TooLarge(f"One of {len(content):,} bytes cannot be sent alone; export the collection instead.")


def _derive(document: bytes, collection: Collection, report: ImportReport) -> Contents:
    return Contents(
        collection_id=collection.id,
        document=document,
        etag=etag_of(document),
        name=wire_text(collection.name),
        description=listed_description(collection.description),
        schema_version=collection.schema_version,
        items=tuple(_item_row(position, item) for position, item in enumerate(collection.items)),
        examples=tuple(_example_row(example) for example in collection.examples),
        report=report,
    )


def listed_description(description: str) -> str:
    """Return what a list shows of a description: its beginning, without what a text column cannot hold."""
    return wire_text(description[:MAXIMUM_LISTED_DESCRIPTION]).replace("\0", "\N{REPLACEMENT CHARACTER}")


def _item_row(position: int, item: Item) -> ItemRow:
    tree: JsonObject = {
        "id": item.id,
        "name": item.name,
        "folders": [*item.folders],
        "method": item.request.method if item.request is not None else "",
        "url": url_text(item.request.url) if item.request is not None else "",
        "example_count": len(item.examples),
    }
    return ItemRow(position=position, content=write_json(tree, max_bytes=MAXIMUM_CONTENT_BYTES))


def _example_row(example: Example) -> ExampleRow:
    tree: JsonObject = {"place": [*example.place], "example": example_to_json(example)}
    return ExampleRow(
        id=example.id,
        item_id=example.item_id,
        position=example.position,
        content=write_json(tree, max_bytes=MAXIMUM_CONTENT_BYTES),
    )


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(text_of(element) for element in value) if isinstance(value, list) else ()
