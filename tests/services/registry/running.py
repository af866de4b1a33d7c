"""The registry running for a test, beside a real catalog, and its clients as each kind of caller.

The registry checks keys against its own table, as in production: the users of a test and their keys are made through
its API by the first administrator.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.catalog.app import catalog_parts
from services.catalog.settings import CatalogSettings
from services.core.access.principal import Role
from services.core.ids import CollectionId, EnvironmentId
from services.core.mocks import Mock, MockDraft
from services.registry.app import RegistryParts, registry_parts
from services.registry.settings import RegistrySettings
from services.wire.authentication import Metadata, credentials_of
from services.wire.catalog_client import CatalogClient
from services.wire.registry_client import RegistryClient
from tests.builders import a_collection, document
from tests.services.serving import AS_SERVICE, SERVICE_TOKEN, Keys, Target, serving

ADMINISTRATOR_KEY = "the key of the first administrator".replace(" ", "-")

NOWHERE = "127.0.0.1:1"
"""A target where nobody listens."""

SHOP = CollectionId("c0ffee00-0000-4000-8000-000000000001")
"""The collection that `RunningCatalog.import_shop` imports."""

STAGING = EnvironmentId("e0e0e0e0-0000-4000-8000-000000000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCatalog:
    """The catalog: `editor` is an editor of account 1, `stranger` of account 2."""

    editor: CatalogClient
    stranger: CatalogClient
    address: str

    async def import_shop(self, *, name: str = "Shop") -> CollectionId:
        """Import the shop into account 1, or once more."""
        imported = await self.editor.import_collection(document(a_collection(name=name)))
        return imported.collection.id


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningRegistry:
    """The registry, as the first administrator, as a service, and as whoever gets a key."""

    administrator: RegistryClient
    service: RegistryClient
    target: Target
    parts: RegistryParts
    metrics: CollectorRegistry

    async def user(self, role: Role, *, account_id: int = 1, username: str = "") -> RegistryClient:
        """Make a user with a key, and return the registry as that user sees it."""
        return self.administrator.acting_as(await self.key(role, account_id=account_id, username=username))

    async def key(self, role: Role, *, account_id: int = 1, username: str = "") -> Metadata:
        """Make a user, and return the credentials of a key of theirs."""
        user = await self.administrator.create_user(
            username or f"{role.name.lower()}-{account_id}", role=role, account_id=account_id
        )
        _, secret = await self.administrator.create_api_key("for a test", user_id=user.id)
        return credentials_of(secret)

    async def stranger(self, role: Role = Role.EDITOR) -> RegistryClient:
        """Make another account with a user, and return the registry as that user sees it."""
        account = await self.administrator.create_account("Strangers")
        return await self.user(role, account_id=account.id)

    async def mock_of(self, collection_id: CollectionId, **fields: Any) -> Mock:
        """Make a mock as the administrator."""
        return await self.administrator.create_mock(MockDraft(collection_id=collection_id, **fields))

    def count(self, metric: str, **labels: str) -> float:
        """Return the value of a metric of the registry; 0 where it was never counted."""
        return self.metrics.get_sample_value(metric, labels) or 0


@asynccontextmanager
async def running_catalog(database_url: str) -> AsyncIterator[RunningCatalog]:
    """Run the catalog on a migrated database."""
    keys = Keys()
    settings = CatalogSettings(database_url=SecretStr(database_url))
    async with catalog_parts(settings, CollectorRegistry()) as parts, serving(parts, keys=keys) as target:
        client = CatalogClient(target.channel, AS_SERVICE)
        yield RunningCatalog(
            editor=client.acting_as(keys.issue(account_id=1)),
            stranger=client.acting_as(keys.issue(account_id=2)),
            address=target.address,
        )


@asynccontextmanager
async def running_registry(
    database_url: str, *, catalog: str = NOWHERE, **settings: Any
) -> AsyncIterator[RunningRegistry]:
    """Run the registry on a migrated database, with its first administrator."""
    async with serving_registry(database_url, catalog=catalog, **settings) as registry:
        await registry.parts.bootstrap(administrator_key=ADMINISTRATOR_KEY)
        yield registry


@asynccontextmanager
async def serving_registry(
    database_url: str, *, catalog: str = NOWHERE, **settings: Any
) -> AsyncIterator[RunningRegistry]:
    """Run the registry without a first start; the database may be away."""
    metrics = CollectorRegistry()
    told = RegistrySettings(
        database_url=SecretStr(database_url),
        service_token=SecretStr(SERVICE_TOKEN),
        catalog_target=catalog,
        **settings,
    )
    async with registry_parts(told, metrics) as parts, serving(parts, keys=parts.keys) as target:
        service = RegistryClient(target.channel, AS_SERVICE)
        yield RunningRegistry(
            administrator=service.acting_as(credentials_of(ADMINISTRATOR_KEY)),
            service=service,
            target=target,
            parts=parts,
            metrics=metrics,
        )
