"""An edge worker put together: snapshots that follow registry and catalog, the journal, the mock path and its port."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import grpc
from prometheus_client import CollectorRegistry

from services.core.serving.addresses import AddressRules
from services.edge.diagnostics import diagnostics_app
from services.edge.exchange import App
from services.edge.following import Following
from services.edge.http import MockPath
from services.edge.journal import Journal
from services.edge.journal_folder import new_folder
from services.edge.loading import SnapshotLoader
from services.edge.metrics import CallMetrics, JournalMetrics, SnapshotMetrics
from services.edge.recorder import Recorder
from services.edge.reply_sources import reply_sources
from services.edge.settings import EdgeSettings
from services.edge.shipper import Append, Sender, shipping
from services.edge.snapshots import Snapshots
from services.edge.sources import ServiceSource
from services.runtime.http_server import listening_socket
from services.runtime.metrics import process_registry
from services.runtime.standalone_http import standalone_http
from services.runtime.tracing import tracing
from services.wire.authentication import service_credentials
from services.wire.calllog_client import CallLogClient, refused_entries
from services.wire.catalog_client import CatalogClient
from services.wire.channel import open_channel
from services.wire.key_ring import KeyCopy, watched_keys
from services.wire.registry_client import RegistryClient
from services.wire.served_calls import ServedCallEncoder
from services.wire.watch_metrics import WatchMetrics

if TYPE_CHECKING:  # OpenTelemetry is an extra, and loaded by processes that trace alone.
    from services.edge.tracing import EdgeTracing


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningEdge:
    """An edge worker that answers: its ports, and what it stands on."""

    port: int
    metrics_port: int
    snapshots: Snapshots
    journal: Journal
    following: Following


@dataclass(frozen=True, slots=True)
class Clients:
    """The services an edge needs."""

    registry: RegistryClient
    catalog: CatalogClient
    calllog: CallLogClient


@asynccontextmanager
async def edge_service(settings: EdgeSettings) -> AsyncIterator[RunningEdge]:
    """Run an edge worker: entered means listening, left means drained, and shipped as far as time allowed.

    It listens before registry and catalog have been reached; whether they have, `/readyz` tells. Raises OSError where a
    port is taken or the journal's directory cannot be written.
    """
    metrics = process_registry("edge")
    watch_metrics = WatchMetrics(metrics)
    listener = _listener(settings)
    async with (
        _tracing(settings, metrics) as traced,
        _clients(settings, traced) as clients,
        _journal(settings, metrics, _append(clients.calllog, traced)) as journal,
        _snapshots(settings, metrics, clients) as snapshots,
        watched_keys(clients.registry, watch_metrics) as keys,
    ):
        following = Following(snapshots, clients.registry, clients.catalog)
        following.measure(watch_metrics)
        rest = diagnostics_app(partial(_state, snapshots, journal, following))
        app = _mock_path(settings, rest, snapshots, keys, journal, CallMetrics(metrics), traced)

        async def is_ready() -> bool:
            return following.is_synced

        async with (
            following.running(),
            standalone_http(app, listener, settings, metrics, is_ready=is_ready) as running,
        ):
            yield RunningEdge(
                port=running.port,
                metrics_port=running.metrics_port,
                snapshots=snapshots,
                journal=journal,
                following=following,
            )


def _listener(settings: EdgeSettings) -> socket.socket:
    """Return the socket to accept calls on: inherited from the supervisor, or of our own."""
    if settings.listen_fd is None:
        return listening_socket(settings.host, settings.port)
    return socket.socket(fileno=settings.listen_fd)


@asynccontextmanager
async def _tracing(settings: EdgeSettings, metrics: CollectorRegistry) -> AsyncIterator["EdgeTracing | None"]:
    """Yield what traces the worker's calls, None where tracing is off: nothing stands in any call's way then."""
    async with tracing(settings, component="edge", metrics=metrics) as tracer:
        if tracer is None:
            yield None
            return
        from services.edge.tracing import EdgeTracing  # noqa: PLC0415 -- loaded where there is a tracer alone

        yield EdgeTracing(tracer)


@asynccontextmanager
async def _clients(settings: EdgeSettings, traced: "EdgeTracing | None") -> AsyncIterator[Clients]:
    """Yield the clients; services behind one target share a connection."""
    credentials = service_credentials(settings.service_token.get_secret_value())
    async with AsyncExitStack() as stack:
        channels = await _channels(stack, settings, traced)
        yield Clients(
            RegistryClient(channels[settings.registry_target], credentials),
            CatalogClient(channels[settings.catalog_target], credentials),
            CallLogClient(channels[settings.calllog_target], credentials),
        )


async def _channels(
    stack: AsyncExitStack, settings: EdgeSettings, traced: "EdgeTracing | None"
) -> dict[str, grpc.aio.Channel]:
    tracer = traced.tracer if traced else None
    targets = {settings.registry_target, settings.catalog_target, settings.calllog_target}
    return {
        target: await stack.enter_async_context(open_channel(target, settings.tls, tracer=tracer)) for target in targets
    }


def _mock_path(  # noqa: PLR0913, PLR0917 -- what a worker consists of comes together here
    settings: EdgeSettings,
    rest: App,
    snapshots: Snapshots,
    keys: KeyCopy,
    journal: Journal,
    metrics: CallMetrics,
    traced: "EdgeTracing | None",
) -> App:
    """Return what answers mocks; `rest` answers what is none."""
    encode = ServedCallEncoder(body_limit=settings.log_body_bytes).encode
    rules = AddressRules(domain=settings.mock_domain, prefix=settings.path_prefix)
    path = MockPath(
        rest,
        rules=rules,
        snapshots=snapshots,
        keys=keys,
        recorder=(traced.recorder if traced else Recorder)(journal.append, encode, metrics),
        metrics=metrics,
        sources=reply_sources(settings.image_url),
        body_limit=settings.maximum_body_bytes,
    )
    return traced.app(path, rules) if traced else path


def _append(calllog: CallLogClient, traced: "EdgeTracing | None") -> Append:
    return traced.append(calllog.append_encoded) if traced else calllog.append_encoded


@asynccontextmanager
async def _journal(settings: EdgeSettings, metrics: CollectorRegistry, append: Append) -> AsyncIterator[Journal]:
    journal_metrics = JournalMetrics(metrics)
    journal = Journal(
        new_folder(settings.journal_dir),
        segment_bytes=settings.journal_segment_bytes,
        limit_bytes=settings.journal_bytes,
        metrics=journal_metrics,
    )
    try:
        async with shipping(
            journal,
            Sender(append, refused_entries, journal_metrics),
            parent=settings.journal_dir,
            gather_seconds=settings.ship_seconds,
            drain_seconds=settings.ship_drain_seconds,
        ):
            yield journal
    finally:
        journal.close()


@asynccontextmanager
async def _snapshots(settings: EdgeSettings, metrics: CollectorRegistry, clients: Clients) -> AsyncIterator[Snapshots]:
    loader = SnapshotLoader(ServiceSource(clients.registry, clients.catalog))
    snapshots = Snapshots(loader.load, limit_bytes=settings.snapshot_bytes, metrics=SnapshotMetrics(metrics))
    try:
        async with snapshots.running():
            yield snapshots
    finally:
        loader.close()


def _state(snapshots: Snapshots, journal: Journal, following: Following) -> dict[str, object]:
    return {
        "mocks": {"loaded": len(snapshots), "size_bytes": snapshots.size_bytes},
        "journal": {
            "pending_entries": journal.pending_count,
            "pending_bytes": journal.pending_bytes,
            "oldest_seconds": round(journal.oldest_seconds(), 3),
        },
        "watches": following.connections,
    }
