"""Mocks: seen by everybody in the account, written by editors. What they use of the catalog must be there."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from services.core.access.accounts import require_user
from services.core.access.principal import Principal, Role
from services.core.access.visibility import Visibility
from services.core.errors import FailedPrecondition, Unavailable
from services.core.ids import CollectionId, EnvironmentId, MockId, split_uid
from services.core.labels import check, name_from, text_violations
from services.core.mock_rules import changed_mock, check_mock, settled, with_draft
from services.core.mocks import Mock, MockDraft, References, ServerResponse
from services.registry.references import Catalog
from services.registry.store import Stores
from services.registry.store.catalog_watch import CatalogMoved
from services.registry.store.requests import Request
from services.registry.use_cases.requests import object_id, page_of, request_of
from services.wire.paging import Page, decode_page_token, page_size_of

Written = TypeVar("Written")

ATTEMPTS = 10
"""How often the catalog is asked again because something of it went away meanwhile. Deletions are rare: a second
question is hardly ever needed, and a tenth means that somebody is emptying the catalog."""

REFERENCE_FIELDS = ("collection_id", "environment_id", "release_tag")

UNNAMED = "unnamed"
"""Stands in for the name of the collection, which is not known before the catalog was asked."""

SWITCHED = {
    Visibility.PUBLIC: "This mock is public already.",
    Visibility.PRIVATE: "This mock is private already.",
}


class MockUseCases:
    """What callers do with mocks."""

    def __init__(
        self, stores: Stores, catalog: Catalog, *, new_id: Callable[[], str], url_of: Callable[[MockId], str]
    ) -> None:
        """Take the stores, the catalog, where ids come from, and where a mock answers."""
        self._stores = stores
        self._catalog = catalog
        self._new_id = new_id
        self._url_of = url_of

    async def create(self, principal: Principal, draft: MockDraft, *, request_id: str) -> Mock:
        """Make a mock; without a name it takes the collection's. Raises InvalidInput, NotFound, Unavailable."""
        require_user(principal, Role.EDITOR)
        request = request_of(principal, request_id)
        wanted = settled(_with_ids(principal, draft))
        check_mock(wanted if wanted.name else replace(wanted, name=UNNAMED))
        if (earlier := await self._stores.requests.made_by(request, "mock")) is not None:
            return self._shown(await self._stores.mocks.get(MockId(earlier), principal.account_id))
        return self._shown(await until_unmoved(lambda: self._create(principal, wanted, request)))

    async def _create(self, principal: Principal, draft: MockDraft, request: Request) -> Mock:
        deletions = (await self._stores.catalog_watch.position()).deletions
        findings = await self._catalog.look_up(References.of(principal.account_id, draft))
        for missing in findings.missing.values():
            raise missing
        if not draft.name and findings.collection is not None:
            draft = replace(draft, name=name_from(findings.collection.name))
        return await self._stores.mocks.create(
            MockId(self._new_id()),
            draft,
            account_id=principal.account_id,
            user_id=principal.user_id,
            request=request,
            deletions=deletions,
        )

    async def get(self, principal: Principal, mock_id: str) -> tuple[Mock, ServerResponse | None]:
        """Return a mock and its active server response; services see every account's. Raises NotFound."""
        account_id = None if principal.is_service else principal.account_id
        found = MockId(object_id(principal, "mock", mock_id))
        mock, active = await self._stores.mocks.get_with_active(found, account_id)
        return self._shown(mock), active

    async def list(self, principal: Principal, *, collection_id: str, page_size: int, page_token: str) -> Page[Mock]:
        """Return a page of the account's mocks, oldest first; perhaps of one collection. Raises InvalidInput."""
        require_user(principal, Role.VIEWER)
        check(text_violations("collection_id", collection_id))
        collection_id = object_id(principal, "collection", collection_id)
        scope = f"mocks of {principal.account_id}, {collection_id}"
        size, last = page_size_of(page_size), decode_page_token(page_token, scope=scope, kinds=(int,))
        rows = await self._stores.mocks.page(
            principal.account_id,
            collection_id=collection_id,
            after=0 if last is None else int(last[0]),
            limit=size + 1,
        )
        return page_of([(self._shown(mock), number) for mock, number in rows], size, scope=scope)

    async def update(
        self, principal: Principal, mock_id: str, draft: MockDraft, *, fields: Sequence[str], etag: str
    ) -> Mock:
        """Change the named fields. Raises NotFound, InvalidInput, StaleEtag, Unavailable.

        A mock that names other things of the catalog is deactivated exactly if any of those it then uses is missing;
        one that the caller names must be there.
        """
        require_user(principal, Role.EDITOR)
        found = MockId(object_id(principal, "mock", mock_id))
        wanted = _with_ids(principal, draft)
        if set(fields).isdisjoint(REFERENCE_FIELDS):
            return await self._change(principal, found, lambda mock: _changed(mock, wanted, fields), etag=etag)
        return await until_unmoved(lambda: self._point(principal, found, wanted, fields=fields, etag=etag))

    async def _point(
        self, principal: Principal, mock_id: MockId, draft: MockDraft, *, fields: Sequence[str], etag: str
    ) -> Mock:
        deletions = (await self._stores.catalog_watch.position()).deletions
        present = await self._stores.mocks.get(mock_id, principal.account_id)
        references = References.of(principal.account_id, _changed(present, draft, fields))
        findings = await self._catalog.look_up(references)
        for field, missing in findings.missing.items():
            if field in fields or (field == "release_tag" and "collection_id" in fields):
                raise missing

        def change(mock: Mock) -> Mock:
            changed = _changed(mock, draft, fields)
            if References.of(principal.account_id, changed) != references:
                raise CatalogMoved
            return replace(changed, is_deactivated=bool(findings.missing))

        return await self._change(principal, mock_id, change, etag=etag, deletions=deletions)

    async def delete(self, principal: Principal, mock_id: str, *, etag: str) -> None:
        """Remove a mock with its server responses. Raises NotFound, StaleEtag."""
        require_user(principal, Role.EDITOR)
        found = MockId(object_id(principal, "mock", mock_id))
        await self._stores.mocks.delete(found, account_id=principal.account_id, etag=etag)

    async def switch(self, principal: Principal, mock_id: str, visibility: Visibility) -> Mock:
        """Make a private mock public, or a public one private. Raises NotFound, FailedPrecondition."""
        require_user(principal, Role.EDITOR)

        def change(mock: Mock) -> Mock:
            if mock.visibility is visibility:
                raise FailedPrecondition(SWITCHED[visibility])
            return replace(mock, visibility=visibility)

        return await self._change(principal, MockId(object_id(principal, "mock", mock_id)), change)

    async def _change(
        self,
        principal: Principal,
        mock_id: MockId,
        change: Callable[[Mock], Mock],
        *,
        etag: str = "",
        deletions: int | None = None,
    ) -> Mock:
        mock = await self._stores.mocks.change(
            mock_id,
            change,
            account_id=principal.account_id,
            user_id=principal.user_id,
            etag=etag,
            deletions=deletions,
        )
        return self._shown(mock)

    def _shown(self, mock: Mock) -> Mock:
        return replace(mock, url=self._url_of(mock.id))


async def until_unmoved(attempt: Callable[[], Awaitable[Written]]) -> Written:
    """Return what an attempt writes that needs things of the catalog to be there, tried until none went meanwhile."""
    for _ in range(ATTEMPTS):
        try:
            return await attempt()
        except CatalogMoved:
            continue
    raise Unavailable("Too much of the catalog is being deleted just now; try again shortly.")


def _with_ids(principal: Principal, draft: MockDraft) -> MockDraft:
    """Return the draft with ids where it has uids."""
    environment_id = draft.environment_id
    return replace(
        draft,
        collection_id=CollectionId(split_uid(principal.account_id, draft.collection_id)),
        environment_id=None
        if environment_id is None
        else EnvironmentId(split_uid(principal.account_id, environment_id)),
    )


def _changed(mock: Mock, draft: MockDraft, fields: Sequence[str]) -> Mock:
    changed = changed_mock(mock, draft, fields)
    check_mock(changed)
    return with_draft(mock, changed)
