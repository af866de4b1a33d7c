"""The gRPC side of the call log: messages in, use case, messages out. Entries pass through as they were encoded."""

from collections.abc import AsyncIterator, Iterable

from understudy.calllog.v1 import call_log_service_pb2 as pb
from understudy.calllog.v1.call_log_entry_pb2 import CallLogEntry
from understudy.calllog.v1.call_log_service_pb2_grpc import (
    CallLogServiceServicer,
    add_CallLogServiceServicer_to_server,
)

from services.calllog.use_cases import CallLog, ListEntries
from services.runtime.grpc_server import Service
from services.wire.authentication import current_principal
from services.wire.calllog_codec import filter_of, records_of
from services.wire.handlers import Context

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["CallLogService"].full_name


def service_of(call_log: CallLog) -> Service:
    """Return the gRPC service around the use cases."""
    servicer = CallLogServer(call_log)
    return Service(
        SERVICE_NAME,
        lambda server: add_CallLogServiceServicer_to_server(servicer, server),
        end_streams=call_log.end_tails,
    )


class CallLogServer(CallLogServiceServicer):
    """Serves understudy.calllog.v1.CallLogService."""

    def __init__(self, call_log: CallLog) -> None:
        """Take the use cases."""
        self._call_log = call_log

    async def AppendCallLogEntries(  # noqa: N802 -- the contract's name
        self, request: pb.AppendCallLogEntriesRequest, context: Context
    ) -> pb.AppendCallLogEntriesResponse:
        """Store a batch."""
        del context
        self._call_log.admit_batch(current_principal(), len(request.entries))
        stored = await self._call_log.append(records_of(request.entries))
        return pb.AppendCallLogEntriesResponse(stored_count=stored)

    async def ListCallLogEntries(  # noqa: N802 -- the contract's name
        self, request: pb.ListCallLogEntriesRequest, context: Context
    ) -> pb.ListCallLogEntriesResponse:
        """Return a page of entries."""
        del context
        asked = ListEntries(
            mock_id=request.mock_id,
            filter=filter_of(request.filter),
            oldest_first=request.sort_order == pb.SORT_ORDER_OLDEST_FIRST,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        page = await self._call_log.list_entries(current_principal(), asked)
        return pb.ListCallLogEntriesResponse(
            entries=_decoded(page.rows),
            next_page_token=page.next_page_token,
            retention_days=self._call_log.retention_days,
        )

    async def GetCallLogEntry(  # noqa: N802 -- the contract's name
        self, request: pb.GetCallLogEntryRequest, context: Context
    ) -> pb.GetCallLogEntryResponse:
        """Return one entry."""
        del context
        payload = await self._call_log.get_entry(current_principal(), request.mock_id, request.entry_id)
        return pb.GetCallLogEntryResponse(entry=CallLogEntry.FromString(payload))

    async def TailCallLogEntries(  # noqa: N802 -- the contract's name
        self, request: pb.TailCallLogEntriesRequest, context: Context
    ) -> AsyncIterator[pb.TailCallLogEntriesResponse]:
        """Stream entries as they are stored."""
        del context
        tail = self._call_log.tail(
            current_principal(), request.mock_id, filter_of(request.filter), resume_token=request.resume_token
        )
        async for part in tail:
            yield pb.TailCallLogEntriesResponse(entries=_decoded(part.payloads), resume_token=part.resume_token)


def _decoded(payloads: Iterable[bytes]) -> Iterable[CallLogEntry]:
    return map(CallLogEntry.FromString, payloads)
