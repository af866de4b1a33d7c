"""Whether what a mock uses of the catalog is there."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from services.core.catalog import StoredCollection
from services.core.errors import NotFound
from services.core.mocks import References
from services.wire.catalog_client import CatalogClient

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What there is of it: the collection, and for each field that names something else than there is, why."""

    collection: StoredCollection | None
    missing: Mapping[str, NotFound]


class Catalog:
    """The catalog, asked as a service about any account's things."""

    def __init__(self, client: CatalogClient) -> None:
        """Take a client that holds the service token."""
        self._client = client

    async def look_up(self, references: References) -> Findings:
        """Return what there is of a mock's references. Raises Unavailable where the catalog is away."""
        collection, environment, release_tag = await asyncio.gather(
            _found_or_not(self._collection(references)),
            _found_or_not(self._environment(references)),
            _found_or_not(self._release_tag(references)),
        )
        results = {"collection_id": collection, "environment_id": environment, "release_tag": release_tag}
        return Findings(
            collection=None if isinstance(collection, NotFound) else collection,
            missing={field: result for field, result in results.items() if isinstance(result, NotFound)},
        )

    async def _collection(self, references: References) -> StoredCollection:
        return await self._client.get_collection(references.collection_id, account_id=references.account_id)

    async def _environment(self, references: References) -> None:
        if references.environment_id is not None:
            await self._client.get_environment(
                references.environment_id, omit_variables=True, account_id=references.account_id
            )

    async def _release_tag(self, references: References) -> None:
        if references.release_tag is not None:
            await self._client.get_release_tag(
                references.collection_id, references.release_tag, account_id=references.account_id
            )


async def _found_or_not(asked: Awaitable[Thing]) -> Thing | NotFound:
    try:
        return await asked
    except NotFound as error:
        return error
