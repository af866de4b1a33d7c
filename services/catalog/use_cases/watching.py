"""Watching: what was written, for whoever may know it."""

from collections.abc import AsyncIterator

from services.core.access.principal import Principal
from services.core.changes import CatalogChange, CatalogSubject, ChangeKind, Watched
from services.core.ids import AccountId, Revision
from services.runtime.revisions import Event, RevisionLog
from services.runtime.watch_stream import Bookmark, watch_events


async def watch(
    log: RevisionLog, principal: Principal, resume: Revision | None
) -> AsyncIterator[Watched[CatalogChange]]:
    """Yield a bookmark, then the changes behind `resume` (None: the newest revision) that the caller may see.

    Users see their own account's, services all. Raises RevisionExpired, Unavailable.
    """
    async for happened in watch_events(log, resume):
        match happened:
            case Bookmark(revision):
                yield Watched(revision)
            case Event():
                change = change_of(happened)
                if principal.is_service or change.account_id == principal.account_id:
                    yield Watched(happened.revision, change)


def change_of(event: Event) -> CatalogChange:
    """Return the change that an event's payload tells of (`Writing.announce` wrote it)."""
    payload = event.payload
    return CatalogChange(
        kind=ChangeKind(str(payload["kind"])),
        subject=CatalogSubject(str(payload["subject"])),
        account_id=AccountId(int(str(payload["account_id"]))),
        id=str(payload["id"]),
        release_tag=str(payload["release_tag"]),
        change_time=event.event_time,
    )
