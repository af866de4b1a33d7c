"""Reading a collection: a document in, the nouns and a report out.

Only what makes the whole file no collection is refused. Below that, everything that can be read is read, however odd
the rest: what cannot answer a call is reported with its place and stays in the document; its neighbours never notice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.core.ids import AccountId, CollectionId, ExampleId, ItemId
from services.core.postman.collection import Collection, Example, Item, Request
from services.core.postman.document import JsonObject, kind_of
from services.core.postman.examples import read_example
from services.core.postman.findings import Notes, Spot
from services.core.postman.identity import id_in_file, mint_collection_id
from services.core.postman.outline import Entry, read_outline
from services.core.postman.recognition import CollectionFile, open_collection
from services.core.postman.report import ImportReport
from services.core.postman.requests import Unreadable, read_request
from services.core.postman.shadows import shadowed
from services.core.postman.values import description_of, entries, is_blank
from services.core.postman.variable import Variable
from services.core.postman.variables import read_variable


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionReading:
    """What a document says: the nouns, the report, and the collection's JSON without a wrapper, never in format v1."""

    collection: Collection
    report: ImportReport
    tree: JsonObject


def read_collection(document: bytes, *, account_id: AccountId) -> CollectionReading:
    """Return the collection of a document in format v1, v2.0 or v2.1, for the account that will own it.

    Raises TooLarge above 100 MB, and InvalidInput where the document is no such collection.
    """
    file = open_collection(document)
    collection = _read_collection(file, account_id, file.notes)
    return CollectionReading(collection=collection, report=_report(collection, file.notes), tree=file.tree)


def _read_collection(file: CollectionFile, account_id: AccountId, notes: Notes) -> Collection:
    info_spot = Spot((), (*file.path, "info"))
    if file.schema.draft:
        notes.warn(info_spot.below("schema"), f"names the draft {file.schema.draft}: read as {file.schema.version}")
    name = str(file.info["name"])
    return Collection(
        id=_collection_id(file.info, account_id, name, notes, info_spot),
        name=name,
        schema_version=file.schema.version,
        description=description_of(file.info),
        variables=tuple(_read_variables(file, notes)),
        items=_read_items(file, notes),
    )


def _collection_id(info: JsonObject, account_id: AccountId, name: str, notes: Notes, spot: Spot) -> CollectionId:
    """Return the file's own id, else the one minted from account and name."""
    given = info.get("_postman_id")
    own = id_in_file(given)
    if own is not None:
        return CollectionId(own)
    minted = mint_collection_id(account_id, name)
    if not is_blank(given):
        notes.warn(spot.below("_postman_id"), f"is not an id that can be used; the collection is known as {minted}")
    return minted


def _read_variables(file: CollectionFile, notes: Notes) -> Iterator[Variable]:
    value, spot = file.tree.get("variable"), Spot((), (*file.path, "variable"))
    if value is not None and not isinstance(value, list | dict):
        notes.warn(spot, f"is {kind_of(value)}, not an array: the collection has no variables")
    for index, element in enumerate(value if isinstance(value, list) else ()):
        if not isinstance(element, dict):
            notes.warn(spot.below(index), f"is {kind_of(element)}, not an object: left out")
    yield from (read_variable(entry) for entry in entries(value))


def _read_items(file: CollectionFile, notes: Notes) -> tuple[Item, ...]:
    items: list[Item] = []
    spots: dict[str, Spot] = {}
    position = 0
    for entry, examples in read_outline(file.tree, notes, file.path).items_with_examples():
        items.append(_read_item(entry, examples, position, notes))
        spots |= {example.id: example.node.spot for example in examples}
        position += len(items[-1].examples)
    _note_shadows(items, spots, notes)
    return tuple(items)


def _read_item(entry: Entry, examples: Iterable[Entry], first_position: int, notes: Notes) -> Item:
    spot, value, id_ = entry.node.spot, entry.node.json, ItemId(entry.id)
    if value.get("responses") and "response" not in value:
        notes.warn(spot.below("responses"), "is the name of an old draft for response, and is not read")
    request = read_request(value.get("request"), notes.warner(spot.below("request")))
    if isinstance(request, Unreadable):
        notes.warn(spot.below("request"), request.reason)
    return Item(
        id=id_,
        name=entry.name,
        folders=entry.above,
        request=None if isinstance(request, Unreadable) else request,
        examples=tuple(_read_examples(examples, id_, request, first_position, notes)),
    )


def _read_examples(
    entries_: Iterable[Entry], item_id: ItemId, parent: Request | Unreadable, first_position: int, notes: Notes
) -> Iterator[Example]:
    position = first_position
    for entry in entries_:
        spot, id_ = entry.node.spot, ExampleId(entry.id)
        example = read_example(entry, item_id=item_id, parent=parent, position=position, warn=notes.warner(spot, id_))
        if isinstance(example, Unreadable):
            notes.cannot_be_mocked(spot, example.reason, id_)
        else:
            position += 1
            yield example


def _note_shadows(items: Iterable[Item], spots: Mapping[str, Spot], notes: Notes) -> None:
    for example, answering in shadowed(example for item in items for example in item.examples):
        where = " > ".join((*answering.place, answering.name))
        notes.selector_only(
            spots[example.id],
            f"has the same request as {where!r} (id {answering.id}), which answers by default: "
            "x-mock-response-id, -name or -code reaches this one",
            example.id,
        )


def _report(collection: Collection, notes: Notes) -> ImportReport:
    return ImportReport(
        item_count=len(collection.items),
        example_count=sum(len(item.examples) for item in collection.items),
        findings=tuple(notes.findings),
        omitted_count=notes.omitted_count,
    )
