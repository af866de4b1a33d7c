"""Where snapshots come from: registry and catalog, asked as a service of the suite."""

from typing import Protocol

from services.core.catalog import StoredEnvironment
from services.core.errors import NotFound
from services.core.ids import AccountId, CollectionId, EnvironmentId, Etag, MockId
from services.core.mocks import Mock, ServerResponse
from services.wire.catalog_client import CatalogClient
from services.wire.registry_client import RegistryClient


class MockSource(Protocol):
    """What a mock is made from. None where there is no such thing; raises UnderstudyError where nobody can tell."""

    async def mock(self, mock_id: MockId) -> tuple[Mock, ServerResponse | None] | None:
        """Return a mock and its active server response."""
        ...

    async def collection_etag(self, account_id: AccountId, collection_id: CollectionId, tag: str) -> Etag | None:
        """Return what tells a collection's content from others; with a tag, of the version that it pins."""
        ...

    async def collection(
        self, account_id: AccountId, collection_id: CollectionId, tag: str
    ) -> tuple[Etag, bytes] | None:
        """Return the collection's document, and its etag."""
        ...

    async def environment(self, account_id: AccountId, environment_id: EnvironmentId) -> StoredEnvironment | None:
        """Return an environment with its variables."""
        ...


class ServiceSource:
    """The mocks of registry, made from the collections and environments of catalog."""

    def __init__(self, registry: RegistryClient, catalog: CatalogClient) -> None:
        """Take clients with the service token."""
        self._registry = registry
        self._catalog = catalog

    async def mock(self, mock_id: MockId) -> tuple[Mock, ServerResponse | None] | None:
        """Return a mock and its active server response."""
        try:
            return await self._registry.get_mock(mock_id)
        except NotFound:
            return None

    async def collection_etag(self, account_id: AccountId, collection_id: CollectionId, tag: str) -> Etag | None:
        """Return what tells a collection's content from others."""
        try:
            if tag:
                return (await self._catalog.get_release_tag(collection_id, tag, account_id=account_id)).document_etag
            return (await self._catalog.get_collection(collection_id, account_id=account_id)).etag
        except NotFound:
            return None

    async def collection(
        self, account_id: AccountId, collection_id: CollectionId, tag: str
    ) -> tuple[Etag, bytes] | None:
        """Return the collection's document, and its etag.

        A tag's version is asked for its etag before: a tag that is moved meanwhile announces itself, and is read again.
        """
        etag = await self.collection_etag(account_id, collection_id, tag) if tag else None
        try:
            stored, document = await self._catalog.export_collection(
                collection_id, release_tag=tag, account_id=account_id
            )
        except NotFound:
            return None
        return etag or stored.etag, document

    async def environment(self, account_id: AccountId, environment_id: EnvironmentId) -> StoredEnvironment | None:
        """Return an environment with its variables."""
        try:
            return await self._catalog.get_environment(environment_id, account_id=account_id)
        except NotFound:
            return None
