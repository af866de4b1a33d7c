"""Serves understudy.catalog.v1.WatchService."""
# ruff: noqa: N802, D102, ARG002 -- the contract names and describes the methods; gRPC gives each a context

from collections.abc import AsyncIterator

from understudy.catalog.v1 import watch_service_pb2 as pb
from understudy.catalog.v1.watch_service_pb2_grpc import WatchServiceServicer, add_WatchServiceServicer_to_server

from services.catalog.use_cases import watch
from services.core.ids import Revision
from services.runtime.grpc_server import Service
from services.runtime.revisions import RevisionLog
from services.wire.authentication import current_principal
from services.wire.catalog_codec import watched_message
from services.wire.handlers import Context

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["WatchService"].full_name


def watch_service(log: RevisionLog) -> Service:
    """Return the gRPC service around the log; its streams end when the log is closed."""
    servicer = WatchServer(log)
    return Service(
        SERVICE_NAME,
        lambda server: add_WatchServiceServicer_to_server(servicer, server),
        end_streams=log.close,
    )


class WatchServer(WatchServiceServicer):
    """The catalog's changes."""

    def __init__(self, log: RevisionLog) -> None:
        """Take the log of the catalog's revisions."""
        self._log = log

    async def Watch(self, request: pb.WatchRequest, context: Context) -> AsyncIterator[pb.WatchResponse]:
        resume = Revision(request.resume_revision) if request.HasField("resume_revision") else None
        async for watched in watch(self._log, current_principal(), resume):
            yield watched_message(watched)
