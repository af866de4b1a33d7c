"""The catalog put together: its parts, for whoever has a port for them, and the service that has one of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncEngine

from services.catalog.documents import DocumentThreads, document_threads
from services.catalog.metrics import CatalogMetrics
from services.catalog.server import collection_service, environment_service, example_service, watch_service
from services.catalog.settings import CatalogSettings
from services.catalog.store import CatalogStore
from services.catalog.tables import MIGRATIONS, SCHEMA
from services.catalog.use_cases import Collections, Environments, Examples, ReleaseTags
from services.catalog.use_cases.editing import DocumentEditor
from services.core.errors import Unavailable
from services.runtime.database import database, unavailable_when_away
from services.runtime.grpc_server import RunningServer, Service, grpc_server
from services.runtime.http_server import metrics_endpoint
from services.runtime.lifecycle import background
from services.runtime.metrics import process_registry
from services.runtime.migrations import newest_version, version_of
from services.runtime.parts import Parts
from services.runtime.revisions import RevisionLog
from services.wire.authentication import AuthenticationInterceptor, service_credentials
from services.wire.call_metrics import GrpcMetrics, MetricsInterceptor
from services.wire.channel import open_channel
from services.wire.errors import ErrorInterceptor
from services.wire.key_ring import watched_keys
from services.wire.registry_client import RegistryClient

logger = structlog.get_logger(__name__)

HOUR_SECONDS = 3_600


@asynccontextmanager
async def catalog_parts(settings: CatalogSettings, metrics: CollectorRegistry) -> AsyncIterator[Parts]:
    """Yield what the catalog consists of, working until left. The database must be migrated, and may be away."""
    async with (
        database(
            settings.database_url.get_secret_value(), pool_size=settings.database_pool_size, service=SCHEMA
        ) as engine,
        document_threads(settings.documents_at_once) as threads,
        _listening(engine) as log,
    ):
        store = CatalogStore(engine, log)
        counted = CatalogMetrics(metrics, newest_revision=lambda: log.newest_heard)
        needed_version = newest_version(MIGRATIONS, phase="pre")
        async with background(_forget_hourly(store), name="catalog request ids"):
            yield Parts(
                services=_services(store, threads, log, counted, settings),
                is_ready=lambda: _is_ready(engine, needed_version),
            )


@asynccontextmanager
async def catalog_service(settings: CatalogSettings) -> AsyncIterator[RunningServer]:
    """Serve the catalog alone in its process: gRPC on its port, metrics and probes on theirs."""
    metrics = process_registry()
    token = settings.service_token.get_secret_value()
    async with (
        catalog_parts(settings, metrics) as parts,
        open_channel(settings.registry_target) as channel,
        watched_keys(RegistryClient(channel, service_credentials(token))) as keys,
        grpc_server(
            parts.services,
            host=settings.grpc_host,
            port=settings.grpc_port,
            interceptors=(
                MetricsInterceptor(GrpcMetrics(metrics)),
                ErrorInterceptor(),
                AuthenticationInterceptor(keys, service_token=token),
            ),
            drain_seconds=settings.drain_seconds,
        ) as server,
        metrics_endpoint(
            metrics, host=settings.metrics_host, port=settings.metrics_port, is_ready=parts.is_ready
        ) as metrics_port,
    ):
        logger.info("listening", grpc_port=server.port, metrics_port=metrics_port)
        yield server


@asynccontextmanager
async def _listening(engine: AsyncEngine) -> AsyncIterator[RevisionLog]:
    log = RevisionLog(engine, SCHEMA)
    async with log.listening():
        yield log


def _services(
    store: CatalogStore, threads: DocumentThreads, log: RevisionLog, metrics: CatalogMetrics, settings: CatalogSettings
) -> tuple[Service, ...]:
    editor = DocumentEditor(store, threads)
    return (
        collection_service(
            Collections(store, threads, editor, metrics), ReleaseTags(store), uploads_at_once=settings.uploads_at_once
        ),
        example_service(Examples(store, editor)),
        environment_service(Environments(store, new_id=lambda: str(uuid4()))),
        watch_service(log),
    )


async def _forget_hourly(store: CatalogStore) -> None:
    while True:
        await asyncio.sleep(HOUR_SECONDS)
        with suppress(Unavailable):
            await store.forget_old_request_ids()


async def _is_ready(engine: AsyncEngine, needed_version: str) -> bool:
    """Tell whether the database answers and its schema is what this code needs, or newer."""
    try:
        with unavailable_when_away():
            version = await version_of(engine, MIGRATIONS)
    except Unavailable:
        return False
    return version is not None and version >= needed_version
