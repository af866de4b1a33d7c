"""The catalog put together: its parts, for whoever has a port for them, and the service that has one of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

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
from services.wire.certificates import server_credentials
from services.wire.interceptors import server_interceptors
from services.wire.key_ring import keys_of_registry
from services.wire.watch_metrics import WatchMetrics


@asynccontextmanager
async def catalog_parts(settings: CatalogSettings, metrics: CollectorRegistry) -> AsyncIterator[Parts]:
    """Yield what the catalog consists of, working until left. The database must be migrated, and may be away."""
    async with (
        database(settings.postgres_url, pool_size=settings.database_pool_size, service=SCHEMA) as engine,
        document_threads(settings.documents_at_once) as threads,
        _listening(engine) as log,
    ):
        measure_database(engine, metrics, service=SCHEMA)
        store = CatalogStore(engine, log)
        counted = CatalogMetrics(metrics, newest_revision=lambda: log.newest_heard)
        async with background(hourly(store.forget_old_request_ids), name="catalog request ids"):
            yield Parts(
                services=_services(store, threads, log, counted, settings),
                is_ready=schema_check(engine, MIGRATIONS),
            )


@asynccontextmanager
async def catalog_service(settings: CatalogSettings) -> AsyncIterator[RunningService]:
    """Serve the catalog alone in its process: gRPC on its port, metrics and probes on theirs."""
    metrics = process_registry("catalog")
    token = settings.service_token.get_secret_value()
    async with (
        tracing(settings, component="catalog", metrics=metrics) as tracer,
        catalog_parts(settings, metrics) as parts,
        keys_of_registry(
            settings.registry_target, service_token=token, tls=settings.tls, metrics=WatchMetrics(metrics)
        ) as keys,
        standalone(
            parts,
            settings,
            server_interceptors(keys, service_token=token, metrics=metrics, tracer=tracer),
            metrics,
            credentials=server_credentials(settings.tls),
        ) as server,
    ):
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
