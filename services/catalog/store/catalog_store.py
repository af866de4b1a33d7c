"""The store that use cases hold: questions, transactions, and the revision they end with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from services.catalog.store.reading import CatalogReader
from services.catalog.store.request_ids import forget_old_request_ids
from services.catalog.store.writing import Writing
from services.core.ids import AccountId, Revision
from services.runtime.database import transaction
from services.runtime.revisions import RevisionLog


class CatalogStore(CatalogReader):
    """The catalog's tables. Every method raises Unavailable where the database is away."""

    def __init__(self, engine: AsyncEngine, log: RevisionLog) -> None:
        """Take the service's engine and its revisions."""
        super().__init__(engine)
        self._log = log

    @asynccontextmanager
    async def writing(self, account_id: AccountId) -> AsyncIterator[Writing]:
        """Yield a transaction on an account's things, committed on leaving and rolled back by an error."""
        async with transaction(self._engine) as connection:
            yield Writing(connection, self._log, account_id)

    async def newest_revision(self) -> Revision:
        """Return the revision of the newest committed write."""
        return await self._log.newest()

    async def forget_old_request_ids(self) -> None:
        """Delete the request ids that nobody retries any more."""
        async with transaction(self._engine) as connection:
            await forget_old_request_ids(connection)
