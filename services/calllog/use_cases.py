"""What the call log does: takes in what edges answered, finds it again, follows it, and forgets it in time."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from services.calllog.metrics import CallLogMetrics
from services.calllog.store import CallLogStore, Place, Selection, is_snapshot
from services.core.access.principal import Principal
from services.core.call_log import CallLogFilter, EntryRecord
from services.core.errors import InvalidInput, NotFound, Unavailable
from services.core.ids import CallLogEntryId, split_uid
from services.wire.paging import Page, decode_page_token, encode_page_token, page_size_of

logger = structlog.get_logger(__name__)

MAXIMUM_BATCH = 5_000
"""What one statement stores in well under a second; edges ship a fifth of it at once."""

TAIL_SECONDS = 0.2
"""How often a tail looks for news: what is stored is shown within 300 ms."""

TOKEN_SECONDS = 10.0
"""How often a tail tells from where it can be resumed, though nothing was stored: a resume then looks at little."""

DELETE_BATCH = 5_000
"""Entries deleted in one transaction: some hundredths of a second, and only their own rows are locked."""

RETENTION_SECONDS = 3_600
"""How often entries are deleted for their age, which is counted in days."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntries:
    """Asks for a page of a mock's entries; `mock_id` is an id or a uid."""

    mock_id: str
    filter: CallLogFilter = field(default_factory=CallLogFilter)
    oldest_first: bool = False
    page_size: int = 0
    page_token: str = ""


@dataclass(frozen=True, slots=True)
class TailPart:
    """Some encoded entries of a tail, and what resumes the tail behind them.

    Of the parts that were stored together the last one alone has a new token: a resume repeats those before it.
    """

    payloads: tuple[bytes, ...]
    resume_token: str


class CallLog:
    """The use cases of the call log. Entries are those of the caller's account; a service sees every account's."""

    def __init__(self, store: CallLogStore, metrics: CallLogMetrics, *, retention_days: int) -> None:
        """Take where entries are kept, what counts them, and for how long they are kept (0: for ever)."""
        self._store = store
        self._metrics = metrics
        self._closing = asyncio.Event()
        self.retention_days = retention_days

    def admit_batch(self, caller: Principal, count: int) -> None:
        """Raise PermissionDenied where the caller may not append, InvalidInput where a batch is too large."""
        caller.require_service()
        if count > MAXIMUM_BATCH:
            raise InvalidInput.of(
                "entries", f"holds {count} entries, and {MAXIMUM_BATCH} is the most.", "Send it in parts."
            )

    async def append(self, records: Sequence[EntryRecord]) -> int:
        """Store an admitted batch, each entry once however often it comes, and return how many were new."""
        began = time.perf_counter()
        once = {record.id: record for record in records}
        new_ids = await self._store.append(tuple(once.values()))
        new = [once[CallLogEntryId(new_id)] for new_id in new_ids]
        self._metrics.count_batch(len(records), new, datetime.now(UTC))
        self._metrics.append_seconds.observe(time.perf_counter() - began)
        return len(new)

    async def list_entries(self, caller: Principal, asked: ListEntries) -> Page[bytes]:
        """Return a page of encoded entries. Raises InvalidInput for a size, token or filter that cannot be."""
        _check_period(asked.filter)
        selection = _selection(caller, asked.mock_id, asked.filter)
        scope = f"entries {selection} {asked.oldest_first}"
        page = await self._store.page(
            selection,
            oldest_first=asked.oldest_first,
            behind=_place_of(asked.page_token, scope),
            page_size=page_size_of(asked.page_size),
        )
        return Page(page.payloads, _token_of(page.last, scope) if page.last and page.has_more else "")

    async def get_entry(self, caller: Principal, mock_id: str, entry_id: str) -> bytes:
        """Return one encoded entry. Raises NotFound."""
        selection = _selection(caller, mock_id, CallLogFilter())
        payload = await self._store.get(selection, entry_id)
        if payload is None:
            raise NotFound("call log entry", entry_id)
        return payload

    async def tail(
        self, caller: Principal, mock_id: str, wanted: CallLogFilter, *, resume_token: str = ""
    ) -> AsyncIterator[TailPart]:
        """Yield an empty part at once, then encoded entries as they are stored, each exactly once.

        `resume_token` continues a tail that broke, of whichever replica: a token is a snapshot of the database.
        Raises InvalidInput where the filter has a period or the token is none of ours, Unavailable where the database
        is away or the service stops.
        """
        _check_no_period(wanted)
        _check_resume_token(resume_token)
        selection = _selection(caller, mock_id, wanted)
        seen = resume_token or await self._store.snapshot()
        yield TailPart((), seen)
        told_at = time.monotonic()
        while not await self._is_closing_within(TAIL_SECONDS):
            now = await self._store.snapshot()
            if now == seen:
                continue
            async for part in self._stored_between(selection, seen, now):
                yield part
                told_at = time.monotonic()
            if time.monotonic() - told_at > TOKEN_SECONDS:
                yield TailPart((), now)
                told_at = time.monotonic()
            seen = now
        raise Unavailable("This service is stopping; follow the call log with another one.")

    async def end_tails(self) -> None:
        """End all tails: the service is stopping, and they would hold up its drain."""
        self._closing.set()

    async def forget_expired(self) -> int:
        """Delete the entries that are older than the retention, in small transactions; return how many it were."""
        if not self.retention_days:
            return 0
        total = 0
        while deleted := await self._store.delete_older(timedelta(days=self.retention_days), limit=DELETE_BATCH):
            self._metrics.count_deleted(deleted)
            total += deleted
        return total

    async def forget_expired_hourly(self) -> None:
        """Delete what has expired, at once and then every hour, until cancelled."""
        while True:
            with suppress(Unavailable):
                if deleted := await self.forget_expired():
                    logger.info("expired entries deleted", entries=deleted)
            await asyncio.sleep(RETENTION_SECONDS)

    async def _stored_between(self, selection: Selection, seen: str, now: str) -> AsyncIterator[TailPart]:
        """Yield what was stored between two snapshots; each part waits until it is known whether it is the last."""
        waiting: tuple[bytes, ...] = ()
        async for payloads in self._store.stored_between(selection, seen, now):
            if waiting:
                yield TailPart(waiting, seen)
            waiting = payloads
        if waiting:
            yield TailPart(waiting, now)

    async def _is_closing_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)
        return self._closing.is_set()


def _selection(caller: Principal, mock_id: str, wanted: CallLogFilter) -> Selection:
    if caller.is_service:
        return Selection(account_id=None, mock_id=mock_id, filter=wanted)
    return Selection(account_id=caller.account_id, mock_id=split_uid(caller.account_id, mock_id), filter=wanted)


def _check_period(wanted: CallLogFilter) -> None:
    if wanted.since is not None and wanted.until is not None and wanted.since > wanted.until:
        raise InvalidInput.of("filter.since", "must not be after filter.until.")


def _check_no_period(wanted: CallLogFilter) -> None:
    for name in ("since", "until"):
        if getattr(wanted, name) is not None:
            raise InvalidInput.of(f"filter.{name}", "has no place in a tail, which begins now.", "Leave it out.")


def _token_of(place: Place, scope: str) -> str:
    serve_time, entry_id = place
    return encode_page_token([(serve_time - EPOCH) // MICROSECOND, entry_id], scope=scope)


def _check_resume_token(token: str) -> None:
    if token and not is_snapshot(token):
        raise InvalidInput.of("resume_token", "is no token of a tail.", "Send that of the last message, or none.")


def _place_of(token: str, scope: str) -> Place | None:
    """Return where the page before ended. Raises InvalidInput for a token that is not this list's."""
    last = decode_page_token(token, scope=scope, kinds=(int, str))
    if last is None:
        return None
    microseconds, entry_id = last
    try:
        return EPOCH + timedelta(microseconds=int(microseconds)), str(entry_id)
    except OverflowError as error:
        raise InvalidInput.of("page_token", "is no token of this list.") from error
