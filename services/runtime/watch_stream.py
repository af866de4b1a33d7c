"""The server's side of a watch: everything written behind a revision, in order, for as long as somebody listens.

The first thing a watcher hears is a bookmark. It names the revision the stream starts behind: who lists after hearing
it misses nothing. A bookmark also comes every ten seconds, so that a watcher for whom most events are filtered out can
still resume close to where it stands, and so that a connection that died is noticed.
"""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from services.core.errors import Unavailable
from services.core.ids import Revision
from services.runtime.revisions import Event, RevisionLog

BOOKMARK_SECONDS = 10.0
"""Often enough that a resume replays little; a hundred watchers cost ten messages a second."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Nothing was written, or nothing that was not yet told: resume behind this revision."""

    revision: Revision


async def watch_events(log: RevisionLog, resume: Revision | None) -> AsyncIterator[Event | Bookmark]:
    """Yield a bookmark, then each event behind it; `resume` None starts behind the newest one.

    The log must be `listening`. Raises RevisionExpired where events behind `resume` are gone, Unavailable where the
    database is away or the log was closed because its service stops.
    """
    revision = await log.newest() if resume is None else resume
    events = await log.read_after(revision)
    yield Bookmark(revision)
    next_bookmark = time.monotonic() + BOOKMARK_SECONDS
    while not log.is_closed:
        for event in events:
            yield event
            revision = event.revision
        if time.monotonic() >= next_bookmark:
            yield Bookmark(revision)
            next_bookmark = time.monotonic() + BOOKMARK_SECONDS
        if not events:
            await log.wait_after(revision, seconds=max(0.0, next_bookmark - time.monotonic()))
        events = await log.read_after(revision)
    raise Unavailable("This service is stopping; resume the watch with another one.")
