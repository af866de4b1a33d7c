"""The registry put together: its parts, for whoever has a port for them, and the service that has one of its own."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog
from prometheus_client import CollectorRegistry

from services.core.errors import FailedPrecondition, Unavailable
from services.core.ids import MockId
from services.registry.bootstrap import Bootstrapped, bootstrap, draw_secret
from services.registry.catalog_watcher import CatalogWatcher
from services.registry.metrics import RegistryMetrics
from services.registry.references import Catalog
from services.registry.server import account_service, api_key_service, mock_service, watch_service
from services.registry.settings import MOCK_ID, RegistrySettings
from services.registry.store import Stores
from services.registry.tables import MIGRATIONS, SCHEMA
from services.registry.use_cases.accounts import AccountUseCases
from services.registry.use_cases.api_keys import ApiKeyUseCases
from services.registry.use_cases.mocks import MockUseCases
from services.registry.use_cases.server_responses import ServerResponseUseCases
from services.runtime.database import database
from services.runtime.database_metrics import measure_database
from services.runtime.grpc_server import Service
from services.runtime.lifecycle import background, hourly
from services.runtime.metrics import process_registry
from services.runtime.migrations import schema_check
from services.runtime.parts import Parts
from services.runtime.revisions import RevisionLog
from services.runtime.standalone import RunningService, standalone
from services.runtime.tracing import tracing
from services.wire.authentication import KeyRing, service_credentials
from services.wire.catalog_client import CatalogClient
from services.wire.certificates import server_credentials
from services.wire.channel import open_channel
from services.wire.interceptors import server_interceptors
from services.wire.watch_metrics import WatchMetrics

if TYPE_CHECKING:  # OpenTelemetry is an extra, and loaded by processes that trace alone.
    from opentelemetry.trace import Tracer

logger = structlog.get_logger(__name__)

PAUSE_SECONDS = 0.5
"""Between two tries to make the first account while the database is away, or not migrated yet."""

NO_KEY = (
    "no administrator can authenticate: set REGISTRY_ADMINISTRATOR_KEY to 32 printable characters or more, "
    "and start again"
)


class Bootstrap(Protocol):
    """Makes the first account, its administrator and a key: `services.registry.bootstrap` over these parts' stores."""

    async def __call__(self, *, administrator_key: str | None, make_key: bool = True) -> Bootstrapped:
        """Raise InvalidInput for a weak key, FailedPrecondition for a revoked or another user's, Unavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryParts(Parts):
    """The registry's parts; also what makes the first account, and the keys of the whole suite.

    keys: registry's own table. Under `up`, where all services share a process, it is the ring of all of them.
    """

    keys: KeyRing
    bootstrap: Bootstrap


@asynccontextmanager
async def registry_parts(
    settings: RegistrySettings, metrics: CollectorRegistry, tracer: "Tracer | None" = None
) -> AsyncIterator[RegistryParts]:
    """Yield what the registry consists of, working until left. Database and catalog may be away."""
    url = settings.postgres_url
    token = settings.service_token.get_secret_value()
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(database(url, pool_size=settings.database_pool_size, service=SCHEMA))
        measure_database(engine, metrics, service=SCHEMA)
        log = RevisionLog(engine, SCHEMA)
        await stack.enter_async_context(log.listening())
        channel = await stack.enter_async_context(open_channel(settings.catalog_target, settings.tls, tracer=tracer))
        client = CatalogClient(channel, service_credentials(token))
        stores = Stores.over(engine, log)
        counted = RegistryMetrics(metrics)
        watcher = CatalogWatcher(stores, client, counted)
        counted.ask_at_every_scrape(revision=lambda: log.newest_heard)
        WatchMetrics(metrics).observe(watcher.follower)
        await stack.enter_async_context(watcher.watching())
        _ = await stack.enter_async_context(background(hourly(stores.requests.prune), name="registry request ids"))
        yield RegistryParts(
            services=_services(stores, log, Catalog(client), settings),
            is_ready=schema_check(engine, MIGRATIONS),
            keys=stores.api_keys,
            bootstrap=partial(bootstrap, stores),
        )


@asynccontextmanager
async def registry_service(settings: RegistrySettings) -> AsyncIterator[RunningService]:
    """Serve the registry on a port of its own, with metrics and probes on another, until left."""
    metrics = process_registry("registry")
    token = settings.service_token.get_secret_value()
    async with (
        tracing(settings, component="registry", metrics=metrics) as tracer,
        registry_parts(settings, metrics, tracer) as parts,
        background(_start_first(parts, settings), name="first administrator"),
        standalone(
            parts,
            settings,
            server_interceptors(parts.keys, service_token=token, metrics=metrics, tracer=tracer),
            metrics,
            credentials=server_credentials(settings.tls),
        ) as server,
    ):
        yield server


def _services(stores: Stores, log: RevisionLog, catalog: Catalog, settings: RegistrySettings) -> tuple[Service, ...]:
    def new_id() -> str:
        return str(uuid.uuid4())

    def url_of(mock_id: MockId) -> str:
        return settings.mock_url_template.replace(MOCK_ID, mock_id)

    return (
        account_service(AccountUseCases(stores)),
        api_key_service(ApiKeyUseCases(stores, new_id=new_id, new_secret=draw_secret)),
        mock_service(
            MockUseCases(stores, catalog, new_id=new_id, url_of=url_of), ServerResponseUseCases(stores, new_id=new_id)
        ),
        watch_service(log),
    )


async def _start_first(parts: RegistryParts, settings: RegistrySettings) -> None:
    """Make the first account as soon as the database is there, and say so where nobody can authenticate yet."""
    key = None if settings.administrator_key is None else settings.administrator_key.get_secret_value()
    while True:
        try:
            first = await parts.bootstrap(administrator_key=key, make_key=False)
        except Unavailable:
            await asyncio.sleep(PAUSE_SECONDS)
        except FailedPrecondition as error:
            logger.warning("REGISTRY_ADMINISTRATOR_KEY is not used", reason=error.message)
            return
        else:
            if not first.has_key:
                logger.warning(NO_KEY)
            return
