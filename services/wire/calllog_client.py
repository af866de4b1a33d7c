"""The typed client of the calllog service."""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
from google.protobuf.wrappers_pb2 import BytesValue
from understudy.calllog.v1 import call_log_service_pb2 as pb
from understudy.calllog.v1.call_log_service_pb2_grpc import CallLogServiceStub

from services.core.call_log import CallLogEntry, CallLogFilter
from services.core.errors import InvalidInput
from services.wire.authentication import Metadata
from services.wire.calllog_codec import encode_entry, entry_of, filter_message
from services.wire.channel import Caller
from services.wire.paging import MAXIMUM_PAGE_SIZE, Page
from services.wire.tailing import PATIENCE_SECONDS, Tailed, followed

APPEND = "/understudy.calllog.v1.CallLogService/AppendCallLogEntries"

EVERYTHING = CallLogFilter()

_ENTRY_FIELD = re.compile(r"entries\[(\d+)\]\.")


@dataclass(frozen=True, slots=True)
class CallLogPage(Page[CallLogEntry]):
    """A page of entries, and for how many days entries are kept; 0 means for ever."""

    retention_days: int = 0


class CallLogClient:
    """Calls the calllog service. Every method raises errors of `services.core.errors`."""

    def __init__(self, channel: grpc.aio.Channel, credentials: Metadata) -> None:
        """Take a channel to the service, and who calls."""
        self._channel = channel
        self._stub = CallLogServiceStub(channel)
        self._append: Callable[..., Any] = channel.unary_unary(
            APPEND, request_serializer=None, response_deserializer=pb.AppendCallLogEntriesResponse.FromString
        )
        self._caller = Caller(credentials)

    def acting_as(self, credentials: Metadata) -> "CallLogClient":
        """Return the same service, on the same connection, for another caller."""
        return CallLogClient(self._channel, credentials)

    async def append(self, entries: Sequence[CallLogEntry]) -> int:
        """Store a batch of at most 5,000, and return how many were new; see `append_encoded`."""
        return await self.append_encoded([encode_entry(entry) for entry in entries])

    async def append_encoded(self, entries: Sequence[bytes]) -> int:
        """Store a batch of encoded entries, as `encode_entry` makes them, and return how many were new.

        A batch may be sent again: no entry is stored twice. Raises InvalidInput where entries cannot be stored, which
        `refused_entries` names; nothing of the batch is stored then.
        """
        response = await self._caller.unary(self._append, _append_request(entries))
        return int(response.stored_count)

    async def list_entries_page(
        self,
        mock_id: str,
        *,
        filter: CallLogFilter = EVERYTHING,  # noqa: A002 -- the contract's word
        oldest_first: bool = False,
        page_size: int = 0,
        page_token: str = "",
    ) -> CallLogPage:
        """Return a page of the mock's entries, newest first unless asked otherwise; a page also ends at 6.5 MB."""
        request = pb.ListCallLogEntriesRequest(
            mock_id=mock_id,
            page_size=page_size,
            page_token=page_token,
            filter=filter_message(filter),
            sort_order=pb.SORT_ORDER_OLDEST_FIRST if oldest_first else pb.SORT_ORDER_NEWEST_FIRST,
        )
        response = await self._caller.unary(self._stub.ListCallLogEntries, request)
        return CallLogPage(
            tuple(map(entry_of, response.entries)), response.next_page_token, retention_days=response.retention_days
        )

    async def list_entries(
        self,
        mock_id: str,
        *,
        filter: CallLogFilter = EVERYTHING,  # noqa: A002 -- the contract's word
        oldest_first: bool = False,
    ) -> AsyncGenerator[CallLogEntry]:
        """Yield all entries of the mock that fit."""
        page_token = ""
        while True:
            page = await self.list_entries_page(
                mock_id,
                filter=filter,
                oldest_first=oldest_first,
                page_size=MAXIMUM_PAGE_SIZE,
                page_token=page_token,
            )
            for entry in page.rows:
                yield entry
            if not (page_token := page.next_page_token):
                return

    async def get_entry(self, mock_id: str, entry_id: str) -> CallLogEntry:
        """Return one entry. Raises NotFound."""
        request = pb.GetCallLogEntryRequest(mock_id=mock_id, entry_id=entry_id)
        response = await self._caller.unary(self._stub.GetCallLogEntry, request)
        return entry_of(response.entry)

    async def tail(
        self,
        mock_id: str,
        *,
        filter: CallLogFilter = EVERYTHING,  # noqa: A002 -- the contract's word
    ) -> AsyncGenerator[tuple[CallLogEntry, ...]]:
        """Yield the mock's entries as they are stored; the first tuple comes at once, is empty, and marks the start."""
        is_first = True
        async for message in self._tailed(mock_id, filter, ""):
            if message.entries or is_first:
                yield message.entries
            is_first = False

    def follow(
        self,
        mock_id: str,
        *,
        filter: CallLogFilter = EVERYTHING,  # noqa: A002 -- the contract's word
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> AsyncGenerator[tuple[CallLogEntry, ...]]:
        """Yield what `tail` does, each entry once; where a replica stops, go on with another one and miss nothing.

        Raises Unavailable where there is none for `patience_seconds`.
        """
        return followed(partial(self._tailed, mock_id, filter), patience_seconds=patience_seconds)

    async def _tailed(self, mock_id: str, wanted: CallLogFilter, resume_token: str) -> AsyncGenerator[Tailed]:
        request = pb.TailCallLogEntriesRequest(
            mock_id=mock_id, filter=filter_message(wanted), resume_token=resume_token
        )
        async for response in self._caller.stream(self._stub.TailCallLogEntries, request):
            yield Tailed(tuple(map(entry_of, response.entries)), response.resume_token)


def refused_entries(error: InvalidInput) -> frozenset[int]:
    """Return the places in a batch of the entries that the service refused; empty where it refused the batch itself.

    An error names no more than a few: drop those, send the others again, and look again.
    """
    fields = (_ENTRY_FIELD.match(violation.field) for violation in error.violations)
    return frozenset(int(found[1]) for found in fields if found is not None)


def _append_request(entries: Sequence[bytes]) -> bytes:
    """Return the encoded AppendCallLogEntriesRequest of entries that are encoded already.

    Its field 1 repeats messages, and each travels as a tag, a length and its bytes: exactly as the field 1 of a
    BytesValue does, which only leaves out an empty one.
    """
    return b"".join(BytesValue(value=entry).SerializeToString() or b"\n\0" for entry in entries)
