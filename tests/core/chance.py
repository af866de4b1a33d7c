"""Time that stands still and chance that repeats itself, for tests that render replies."""

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random

from services.core.matching.call import Call
from services.core.rendering.call_values import CallValues
from services.core.rendering.gaps import Occasion
from services.core.rendering.sources import Sources
from tests.core.nouns import a_call

NOW = datetime(2024, 5, 3, 9, 30, 0, 123_456, tzinfo=UTC)


def fixed_sources(number: int = 1, *, seed: str = "") -> Sources:
    """Return sources whose chance follows from a number; `seed` is that of the mock."""
    return Sources(now=lambda: NOW, entropy=Random(number), seed=seed)


def an_occasion(
    call: Call | None = None, *, captures: Mapping[str, str] | None = None, sources: Sources | None = None
) -> Occasion:
    """Return an occasion to reply to a call."""
    return Occasion(captures or {}, CallValues(call or a_call()), sources or fixed_sources())
