"""Following a tail of the call log for as long as somebody looks: where it breaks, it goes on behind what was seen.

Any replica can go on with the tail of another: what resumes it is a moment of the database that they share. Entries
that were stored together may come in several messages, and a break between two of them makes the first ones come
again; those are left out.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass

from services.core.call_log import CallLogEntry
from services.core.errors import Unavailable
from services.core.ids import CallLogEntryId

PAUSE_SECONDS = 0.5
"""Between two tries; each of them is several calls already."""

PATIENCE_SECONDS = 30.0
"""How long it is tried. A replica that restarts is back by then, and who looks wants to know that nothing comes."""


@dataclass(frozen=True, slots=True)
class Tailed:
    """A message of a tail: its entries, and the token that resumes it."""

    entries: tuple[CallLogEntry, ...]
    resume_token: str


OpenTail = Callable[[str], AsyncIterator[Tailed]]
"""Opens a tail behind a token, or from now on where that is empty."""


async def followed(open_tail: OpenTail, *, patience_seconds: float) -> AsyncGenerator[tuple[CallLogEntry, ...]]:
    """Yield an empty batch when the tail has begun, then all entries, each once, however often it breaks.

    Raises Unavailable where it does not begin, or is broken for longer than `patience_seconds`.
    """
    place = _Place()
    deadline = 0.0
    while True:
        try:
            async for message in open_tail(place.resume_token):
                is_first = not place.resume_token
                if (entries := place.take(message)) or is_first:
                    yield entries
                deadline = time.monotonic() + patience_seconds
        except Unavailable:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(PAUSE_SECONDS)


class _Place:
    """How far a tail has come: the newest token, and what came since under that same token."""

    def __init__(self) -> None:
        self.resume_token = ""
        self._taken: set[CallLogEntryId] = set()

    def take(self, message: Tailed) -> tuple[CallLogEntry, ...]:
        """Return what of a message is new."""
        entries = tuple(entry for entry in message.entries if entry.id not in self._taken)
        if message.resume_token == self.resume_token:
            self._taken.update(entry.id for entry in entries)
        else:
            self._taken.clear()
            self.resume_token = message.resume_token
        return entries
