"""What the registry keeps, in PostgreSQL: a store for each noun. SQL is here and in `tables` alone.

Every method is one transaction. Those that write append the events that watchers are told, as their last statements.
All of them raise Unavailable where the database is away.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from services.registry.store.accounts import AccountStore
from services.registry.store.api_keys import ApiKeyStore
from services.registry.store.catalog_watch import CatalogWatchStore
from services.registry.store.first_start import FirstStartStore
from services.registry.store.mocks import MockStore
from services.registry.store.requests import RequestStore
from services.registry.store.server_responses import ServerResponseStore
from services.registry.store.users import UserStore
from services.runtime.revisions import RevisionLog

__all__ = ["Stores"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """All of them, over one engine."""

    accounts: AccountStore
    users: UserStore
    api_keys: ApiKeyStore
    mocks: MockStore
    server_responses: ServerResponseStore
    catalog_watch: CatalogWatchStore
    requests: RequestStore
    first_start: FirstStartStore

    @classmethod
    def over(cls, engine: AsyncEngine, log: RevisionLog) -> "Stores":
        """Return the stores over an engine; `log` takes in their events."""
        return cls(
            accounts=AccountStore(engine),
            users=UserStore(engine, log),
            api_keys=ApiKeyStore(engine, log),
            mocks=MockStore(engine, log),
            server_responses=ServerResponseStore(engine, log),
            catalog_watch=CatalogWatchStore(engine, log),
            requests=RequestStore(engine),
            first_start=FirstStartStore(engine, log),
        )
