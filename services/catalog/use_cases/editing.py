"""Editing a document in place: lock, read, change in a thread, derive everything anew, store."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from services.catalog.contents import Contents, read_contents
from services.catalog.documents import DocumentThreads
from services.catalog.store import CatalogStore, Writing
from services.catalog.use_cases.requests import check_etag
from services.core.catalog import StoredCollection
from services.core.changes import CatalogSubject, ChangeKind
from services.core.errors import UnderstudyError
from services.core.ids import AccountId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A changed document, and the id of the node that the change is about."""

    document: bytes
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an edit made of a collection; where the document is the same as before, nothing was written."""

    collection: StoredCollection
    contents: Contents
    id: str
    is_change: bool


class DocumentEditor:
    """Edits documents."""

    def __init__(self, store: CatalogStore, threads: DocumentThreads) -> None:
        """Take the store and the threads to parse in."""
        self._store = store
        self._threads = threads

    @asynccontextmanager
    async def editing(self, account_id: AccountId) -> AsyncIterator[Writing]:
        """Yield a transaction to edit in. It waits for its turn first: edits that queue up hold no connection."""
        async with self._threads.turn(), self._store.writing(account_id) as writing:
            yield writing

    async def edit(
        self,
        writing: Writing,
        collection_id: str,
        change: Callable[[bytes], Edited],
        *,
        etag: str,
        updated_by: UserId,
    ) -> Edit:
        """Change a collection's document. Raises NotFound, StaleEtag, and what `change` and the reader raise.

        The caller announces the change, last.
        """
        current = await writing.lock(collection_id)
        check_etag(etag, current.etag)
        document = await writing.document(current)
        edited, contents = await self._threads.run(partial(_apply, change, document, current))
        is_change = contents.etag != current.etag
        stored = await writing.put(contents, updated_by=updated_by) if is_change else current
        return Edit(collection=stored, contents=contents, id=edited.id, is_change=is_change)


async def announce(writing: Writing, edit: Edit) -> None:
    """Tell watchers of an edit, where it changed anything."""
    if edit.is_change:
        await writing.announce(ChangeKind.WRITTEN, CatalogSubject.COLLECTION, edit.collection.id)


def _apply(change: Callable[[bytes], Edited], document: bytes, current: StoredCollection) -> tuple[Edited, Contents]:
    edited = change(document)
    contents = read_contents(edited.document, account_id=current.account_id)
    if contents.collection_id != current.id:
        raise UnderstudyError(f"An edit of collection {current.id} would have made it {contents.collection_id}.")
    return edited, contents
