"""What the dynamic variables of replies come from: the time as it is, and chance that nobody foresees."""

from datetime import UTC, datetime
from random import SystemRandom

from services.core.rendering.sources import Sources


def reply_sources(images: str) -> Sources:
    """Return the sources of replies; `images` is the URL that those of pictures begin with."""
    return Sources(now=_now, entropy=SystemRandom(), images=images.rstrip("/"))


def _now() -> datetime:
    return datetime.now(UTC)
