"""Examples: listing them, and editing them inside their collection's document."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.catalog.contents import Contents, ExampleRow, example_of
from services.catalog.store import CatalogStore, DerivedExample
from services.catalog.use_cases.editing import DocumentEditor, Edit, Edited, announce
from services.catalog.use_cases.lists import PageOrder, number_after, page_of, size_of
from services.catalog.use_cases.requests import (
    Target,
    check_filter,
    chosen_id,
    editor,
    known_id,
    reader,
    request_id_of,
)
from services.core.access.principal import Principal
from services.core.catalog import StoredExample
from services.core.errors import InvalidInput
from services.core.ids import CollectionId, ExampleId, ItemId, split_uid
from services.core.masks import check_fields
from services.core.postman.collection import Example
from services.core.postman.document import JsonObject, write_json
from services.core.postman.edit import add_example, add_item, patch_example, remove_example
from services.core.postman.examples import CODES, DEFAULT_CODE, example_to_json
from services.core.postman.requests import request_to_json
from services.wire.paging import Page

JSON_FIELDS = {
    "name": "name",
    "request": "originalRequest",
    "code": "code",
    "status": "status",
    "headers": "header",
    "body": "body",
    "preview_language": "_postman_previewlanguage",
}
"""The fields an update may name, and where Postman's format keeps each ("Collection Format v2.1.0", `response`)."""

BEFORE_THE_FIRST = -1
"""The position behind which every example stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExample:
    """An example to be created, in an item or, where `item_id` is empty, in a new item of its own.

    has_request: whether `example.request` was given; else it is its item's.
    """

    example: Example
    item_id: str = ""
    has_request: bool = True


class Examples:
    """What callers do with examples."""

    def __init__(self, store: CatalogStore, editor_: DocumentEditor) -> None:
        """Take the store and the editor of documents."""
        self._store = store
        self._editor = editor_

    async def get(self, principal: Principal, collection_id: str, example_id: str, *, account_id: int) -> StoredExample:
        """Return one example. Raises NotFound."""
        account = reader(principal, account_id)
        plain_id = known_id("collection", account, collection_id)
        found = await self._store.example(account, plain_id, known_id("example", account, example_id))
        return _stored(plain_id)(found)

    async def page(
        self, principal: Principal, collection_id: str, order: PageOrder, *, item_id: str, account_id: int
    ) -> Page[StoredExample]:
        """Return a page of examples, in document order. Raises NotFound, InvalidInput."""
        account = reader(principal, account_id)
        plain_id = known_id("collection", account, collection_id)
        item = split_uid(account, item_id)
        check_filter("item_id", item)
        scope = f"examples {account} {plain_id} {item}"
        after = number_after(order, scope)
        found = await self._store.examples(
            account,
            plain_id,
            size=size_of(order),
            after=BEFORE_THE_FIRST if after is None else after,
            item_id=item,
        )
        return page_of(found, scope, key=lambda found_: (found_.row.position,), noun=_stored(plain_id))

    async def create(self, principal: Principal, target: Target, new: NewExample, *, request_id: str) -> StoredExample:
        """Add an example. Raises NotFound (collection, item), AlreadyExists (its id), InvalidInput, StaleEtag."""
        account = editor(principal, target.account_id)
        plain_id = known_id("collection", account, target.id)
        item_id = known_id("item", account, new.item_id) if new.item_id else ""
        json = _new_example_json(new, chosen_id("example.id", account, new.example.id))
        request = request_id_of(request_id, "CreateExample", plain_id, item_id, write_json(json))
        async with self._editor.editing(account) as writing:
            if (earlier := await writing.claim(request)) is None:
                edit = await self._editor.edit(
                    writing, plain_id, _adding(new, json, item_id), etag=target.etag, updated_by=principal.user_id
                )
                created = _written(edit, _created_row(edit, is_in_new_item=not item_id))
                await writing.record(request, {"id": created.example.id})
                await announce(writing, edit)
                return created
        return _stored(plain_id)(await self._store.example(account, plain_id, earlier["id"]))

    async def update(
        self, principal: Principal, target: Target, example: Example, *, fields: Sequence[str]
    ) -> StoredExample:
        """Change the named fields of the example of `example`'s id. Raises NotFound, InvalidInput, StaleEtag."""
        account = editor(principal, target.account_id)
        check_fields(fields, JSON_FIELDS)
        if "code" in fields:
            _check_code(example.code)
        plain_id = known_id("collection", account, target.id)
        example_id = ExampleId(known_id("example", account, example.id))
        json = example_to_json(example)
        patch = {JSON_FIELDS[field]: json.get(JSON_FIELDS[field], "") for field in sorted(fields)}
        async with self._editor.editing(account) as writing:
            edit = await self._editor.edit(
                writing,
                plain_id,
                lambda document: Edited(document=patch_example(document, example_id, patch), id=example_id),
                etag=target.etag,
                updated_by=principal.user_id,
            )
            changed = _written(edit, edit.contents.example(example_id))
            await announce(writing, edit)
        return changed

    async def delete(self, principal: Principal, target: Target, example_id: str) -> None:
        """Remove an example from its collection. Raises NotFound, StaleEtag."""
        account = editor(principal, target.account_id)
        plain_id = known_id("collection", account, target.id)
        plain_example_id = ExampleId(known_id("example", account, example_id))
        async with self._editor.editing(account) as writing:
            edit = await self._editor.edit(
                writing,
                plain_id,
                lambda document: Edited(document=remove_example(document, plain_example_id)),
                etag=target.etag,
                updated_by=principal.user_id,
            )
            await announce(writing, edit)


def _new_example_json(new: NewExample, example_id: str) -> JsonObject:
    """Return the example as the document will hold it; without id and request where it has none."""
    if not new.item_id and not new.has_request:
        raise InvalidInput.of("example.request", "is missing.", "Give it, or the item_id of a saved request.")
    json = example_to_json(new.example)
    json["code"] = _check_code(new.example.code or DEFAULT_CODE)
    if not new.has_request:
        del json["originalRequest"]
    if example_id:
        return {**json, "id": example_id}
    del json["id"]
    return json


def _check_code(code: int) -> int:
    if code not in CODES:
        raise InvalidInput.of(
            "example.code", f"is {code}, which is no HTTP status code.", f"Use {CODES.start} to {CODES.stop - 1}."
        )
    return code


def _adding(new: NewExample, json: JsonObject, item_id: str) -> Callable[[bytes], Edited]:
    """Return the edit that adds an example to an item, or with an item of its own; its id is the node's it added."""
    item: JsonObject = {"name": new.example.name, "request": request_to_json(new.example.request), "response": [json]}

    def add(document: bytes) -> Edited:
        added = add_example(document, ItemId(item_id), json) if item_id else add_item(document, item)
        return Edited(document=added.document, id=added.id)

    return add


def _created_row(edit: Edit, *, is_in_new_item: bool) -> ExampleRow | None:
    """Return the row of the example that was added: by its id, or as the only one of its new item."""
    if is_in_new_item:
        return next((row for row in edit.contents.examples if row.item_id == edit.id), None)
    return edit.contents.example(edit.id)


def _written(edit: Edit, row: ExampleRow | None) -> StoredExample:
    """Return an example as it was stored. Raises InvalidInput where no mock could answer with it."""
    if row is None:
        raise InvalidInput.of("example.request", _why_not(edit.contents, edit.id), "Give the example a request.")
    collection = edit.collection
    return StoredExample(collection_id=collection.id, collection_etag=collection.etag, example=example_of(row))


def _why_not(contents: Contents, example_id: str) -> str:
    """Return why an example cannot be mocked, in the words of the import's report."""
    reasons = (finding.reason for finding in contents.report.findings if finding.example_id == example_id)
    return next(reasons, "is missing, and its item has none that can be used") + "."


def _stored(collection_id: str) -> Callable[[DerivedExample], StoredExample]:
    def stored(found: DerivedExample) -> StoredExample:
        return StoredExample(
            collection_id=CollectionId(collection_id),
            collection_etag=found.collection_etag,
            example=example_of(found.row),
        )

    return stored
