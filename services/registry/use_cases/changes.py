"""Who is told what of the registry's changes."""

from collections.abc import AsyncIterator

from services.core.access.principal import Principal
from services.core.changes import RegistryChange, RegistrySubject, Watched
from services.core.ids import Revision
from services.registry.store.events import change_of
from services.runtime.revisions import Event, RevisionLog
from services.runtime.watch_stream import watch_events


async def watch(
    log: RevisionLog, principal: Principal, resume: Revision | None
) -> AsyncIterator[Watched[RegistryChange]]:
    """Yield a bookmark, and then what the caller may know of. Raises RevisionExpired, Unavailable."""
    async for event in watch_events(log, resume):
        if not isinstance(event, Event):
            yield Watched(event.revision)
        elif may_know(principal, change := change_of(event)):
            yield Watched(event.revision, change)


def may_know(principal: Principal, change: RegistryChange) -> bool:
    """Tell whether a caller is told of a change: users of their own mocks alone, services of everything."""
    is_own = change.account_id == principal.account_id
    return principal.is_service or (is_own and change.subject is RegistrySubject.MOCK)
