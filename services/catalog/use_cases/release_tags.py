"""Release tags: names for immutable versions of a collection."""

from services.catalog.store import CatalogStore
from services.catalog.use_cases.lists import PageOrder, number_after, page_of, size_of
from services.catalog.use_cases.requests import editor, known_id, reader, request_id_of
from services.core.access.principal import Principal
from services.core.catalog import ReleaseTag
from services.core.changes import CatalogSubject, ChangeKind
from services.core.errors import InvalidInput, NotFound
from services.wire.paging import Page

MAXIMUM_TAG_LENGTH = 100
"""Characters of a tag's name: a version number, or a sentence about it."""


class ReleaseTags:
    """What callers do with release tags."""

    def __init__(self, store: CatalogStore) -> None:
        """Take the store."""
        self._store = store

    async def create(
        self, principal: Principal, collection_id: str, name: str, *, request_id: str, account_id: int
    ) -> ReleaseTag:
        """Pin a collection's present content under a name. Raises NotFound, AlreadyExists, InvalidInput."""
        account = editor(principal, account_id)
        _check_tag_name(name)
        plain_id = known_id("collection", account, collection_id)
        request = request_id_of(request_id, "CreateReleaseTag", plain_id, name)
        async with self._store.writing(account) as writing:
            if await writing.claim(request) is None:
                collection = await writing.lock(plain_id)
                tag = await writing.add_release_tag(collection, name, created_by=principal.user_id)
                await writing.record(request, {})
                await writing.announce(ChangeKind.WRITTEN, CatalogSubject.RELEASE_TAG, plain_id, release_tag=name)
                return tag
        return await self._store.release_tag(account, plain_id, name)

    async def get(self, principal: Principal, collection_id: str, name: str, *, account_id: int) -> ReleaseTag:
        """Return one release tag. Raises NotFound."""
        account = reader(principal, account_id)
        plain_id = known_id("collection", account, collection_id)
        return await self._store.release_tag(account, plain_id, _known_name(name))

    async def page(
        self, principal: Principal, collection_id: str, order: PageOrder, *, account_id: int
    ) -> Page[ReleaseTag]:
        """Return a page of a collection's release tags, newest first. Raises NotFound, InvalidInput."""
        account = reader(principal, account_id)
        plain_id = known_id("collection", account, collection_id)
        scope = f"release tags {account} {plain_id}"
        found = await self._store.release_tags(account, plain_id, size=size_of(order), after=number_after(order, scope))
        return page_of(found, scope, key=lambda row: (row[0],), noun=lambda row: row[1])

    async def delete(self, principal: Principal, collection_id: str, name: str, *, account_id: int) -> None:
        """Remove a release tag. Raises NotFound."""
        account = editor(principal, account_id)
        plain_id = known_id("collection", account, collection_id)
        async with self._store.writing(account) as writing:
            await writing.lock(plain_id)
            await writing.delete_release_tag(plain_id, _known_name(name))
            await writing.announce(ChangeKind.DELETED, CatalogSubject.RELEASE_TAG, plain_id, release_tag=name)


def _check_tag_name(name: str) -> None:
    if not 0 < len(name) <= MAXIMUM_TAG_LENGTH:
        raise InvalidInput.of("name", f"has {len(name):,} characters.", f"Use 1 to {MAXIMUM_TAG_LENGTH}.")
    if not name.isprintable() or name != name.strip():
        raise InvalidInput.of(
            "name", "holds control characters, or blanks at its ends.", "Use letters, digits, dots and dashes."
        )


def _known_name(name: str) -> str:
    """Return a name that a tag may have. Raises NotFound for every other."""
    if "\0" in name:
        raise NotFound("release tag", name)
    return name
