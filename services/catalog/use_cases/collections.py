"""Collections: importing, reading, renaming, deleting and exporting them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from services.catalog.contents import Contents, check_name, item_of, read_contents
from services.catalog.documents import DocumentThreads
from services.catalog.metrics import CatalogMetrics
from services.catalog.store import ByName, CatalogStore, ExportedDocument, Writing
from services.catalog.use_cases.editing import DocumentEditor, Edited, announce
from services.catalog.use_cases.lists import PageOrder, name_and_id_after, number_after, page_of, size_of
from services.catalog.use_cases.requests import (
    Target,
    check_etag,
    check_filter,
    chosen_id,
    editor,
    known_id,
    reader,
    request_id_of,
)
from services.core.access.principal import Principal
from services.core.catalog import ImportedCollection, ImportMode, StoredCollection, StoredItem
from services.core.changes import CatalogSubject, ChangeKind
from services.core.errors import AlreadyExists, NotFound, StaleEtag
from services.core.ids import CollectionId
from services.core.masks import check_fields
from services.core.postman.document import JsonValue
from services.core.postman.edit import set_info
from services.wire.paging import Page

UPDATABLE = ("name", "description")

BEFORE_THE_FIRST = -1
"""The position behind which every item stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """How to import a document; each field is the request's, and empty where it does not say."""

    mode: ImportMode = ImportMode.UPSERT
    collection_id: str = ""
    etag: str = ""
    request_id: str = ""
    account_id: int = 0


class Collections:
    """What callers do with collections."""

    def __init__(
        self, store: CatalogStore, threads: DocumentThreads, editor_: DocumentEditor, metrics: CatalogMetrics
    ) -> None:
        """Take the store, the threads to parse in, the editor of documents, and what counts."""
        self._store = store
        self._threads = threads
        self._editor = editor_
        self._metrics = metrics

    def check_import(self, principal: Principal, order: ImportOrder) -> None:
        """Raise what an import would raise before it looks at the document, so that none is received in vain."""
        account_id = editor(principal, order.account_id)
        chosen_id("collection_id", account_id, order.collection_id)
        request_id_of(order.request_id, "")

    async def import_document(self, principal: Principal, order: ImportOrder, document: bytes) -> ImportedCollection:
        """Store a document as a collection: all of it or, where this raises, nothing.

        A document that is there already, byte for byte, is left as it is: no write, no event, the same etag. Raises
        InvalidInput, TooLarge, AlreadyExists (CREATE), NotFound (REPLACE), StaleEtag.
        """
        account_id = editor(principal, order.account_id)
        wanted = CollectionId(chosen_id("collection_id", account_id, order.collection_id)) or None
        with self._metrics.timed_import():
            contents = await self._threads.run(
                partial(read_contents, document, account_id=account_id, collection_id=wanted)
            )
            async with self._store.writing(account_id) as writing:
                imported = await _write_import(writing, principal, order, contents)
        self._metrics.count_import(contents.report, size_bytes=len(document))
        return imported

    async def get(self, principal: Principal, collection_id: str, *, account_id: int) -> StoredCollection:
        """Return a collection. Raises NotFound."""
        account = reader(principal, account_id)
        return await self._store.collection(account, known_id("collection", account, collection_id))

    async def page(
        self, principal: Principal, order: PageOrder, *, name: str, account_id: int
    ) -> Page[StoredCollection]:
        """Return a page of collections by name. Raises InvalidInput."""
        account = reader(principal, account_id)
        check_filter("name", name)
        scope = f"collections {account} {name}"
        wanted = ByName(size=size_of(order), after=name_and_id_after(order, scope), name=name)
        found = await self._store.collections(account, wanted)
        return page_of(found, scope, key=lambda row: (row.name, row.id), noun=lambda row: row)

    async def update(
        self, principal: Principal, target: Target, *, name: str, description: str, fields: Sequence[str]
    ) -> StoredCollection:
        """Change name or description in the document. Raises NotFound, InvalidInput, StaleEtag."""
        account = editor(principal, target.account_id)
        check_fields(fields, UPDATABLE)
        if "name" in fields:
            check_name(name, "collection.name", may_be_empty=False)
        plain_id = CollectionId(known_id("collection", account, target.id))
        values: dict[str, JsonValue] = {"name": name, "description": description}
        info = {field: values[field] for field in sorted(fields)}
        async with self._editor.editing(account) as writing:
            edit = await self._editor.edit(
                writing,
                plain_id,
                lambda document: Edited(document=set_info(document, info, collection_id=plain_id)),
                etag=target.etag,
                updated_by=principal.user_id,
            )
            await announce(writing, edit)
        return edit.collection

    async def delete(self, principal: Principal, target: Target) -> None:
        """Remove a collection with its release tags. Raises NotFound, StaleEtag."""
        account = editor(principal, target.account_id)
        plain_id = known_id("collection", account, target.id)
        async with self._store.writing(account) as writing:
            check_etag(target.etag, (await writing.lock(plain_id)).etag)
            await writing.delete_collection(plain_id)
            await writing.announce(ChangeKind.DELETED, CatalogSubject.COLLECTION, plain_id)

    async def export(
        self, principal: Principal, collection_id: str, *, release_tag: str, account_id: int
    ) -> ExportedDocument:
        """Return a collection and its document, or the version that a release tag pins. Raises NotFound."""
        account = reader(principal, account_id)
        if "\0" in release_tag:
            raise NotFound("release tag", release_tag)
        return await self._store.document(account, known_id("collection", account, collection_id), release_tag)

    async def items(
        self, principal: Principal, collection_id: str, order: PageOrder, *, account_id: int
    ) -> Page[StoredItem]:
        """Return a page of saved requests, in document order. Raises NotFound, InvalidInput."""
        account = reader(principal, account_id)
        plain_id = known_id("collection", account, collection_id)
        scope = f"items {account} {plain_id}"
        after = number_after(order, scope)
        found = await self._store.items(
            account, plain_id, size=size_of(order), after=BEFORE_THE_FIRST if after is None else after
        )
        return page_of(found, scope, key=lambda row: (row.position,), noun=item_of)


async def _write_import(
    writing: Writing, principal: Principal, order: ImportOrder, contents: Contents
) -> ImportedCollection:
    request = request_id_of(order.request_id, "ImportCollection", order.mode, contents.collection_id, contents.etag)
    if (earlier := await writing.claim(request)) is not None:
        stored = await writing.lock(contents.collection_id)
        return await _unchanged(writing, stored, contents, is_new=earlier["is_new"])
    current = await writing.lock_id(contents.collection_id)
    _check_mode(order, contents.collection_id, current)
    await writing.record(request, {"is_new": current is None})
    if current is not None and current.etag == contents.etag:
        return await _unchanged(writing, current, contents, is_new=False)
    stored = await writing.put(contents, updated_by=principal.user_id)
    revision = await writing.announce(ChangeKind.WRITTEN, CatalogSubject.COLLECTION, stored.id)
    return ImportedCollection(collection=stored, report=contents.report, is_new=current is None, revision=revision)


async def _unchanged(
    writing: Writing, stored: StoredCollection, contents: Contents, *, is_new: bool
) -> ImportedCollection:
    """Return the answer to an import that had nothing to write; whoever serves its revision serves the document."""
    revision = await writing.newest_revision()
    return ImportedCollection(collection=stored, report=contents.report, is_new=is_new, revision=revision)


def _check_mode(order: ImportOrder, collection_id: CollectionId, current: StoredCollection | None) -> None:
    match order.mode, current:
        case ImportMode.CREATE, StoredCollection():
            raise AlreadyExists("collection", collection_id)
        case ImportMode.REPLACE, None:
            raise NotFound("collection", collection_id)
        case _, None if order.etag:
            raise StaleEtag
        case _, StoredCollection():
            check_etag(order.etag, current.etag)
