"""How long a mock waits before it answers.

The header `x-mock-response-delay` wins over the mock's own setting ("Configure and use a Postman mock server", "Create
and use a mock server using the Postman API"). One that is no whole number of milliseconds from 1 to 180,000 is ignored.
"""

from datetime import timedelta
from typing import Final

from services.core.mocks import MAXIMUM_DELAY, MINIMUM_DELAY, Delay

NO_DELAY: Final = timedelta()

MAXIMUM_DIGITS: Final = 20
"""Enough for every number with a few leading zeros, and too few to make reading it costly."""


def delay_of(header: str | None, configured: Delay | None) -> timedelta:
    """Return how long to wait; `header` is the call's `x-mock-response-delay`."""
    asked = _delay_in(header) if header is not None else None
    if asked is not None:
        return asked
    return configured.duration if configured is not None else NO_DELAY


def _delay_in(header: str) -> timedelta | None:
    text = header.strip(" \t")
    if not (text.isascii() and text.isdigit() and len(text) <= MAXIMUM_DIGITS):
        return None
    milliseconds = int(text)
    if not MINIMUM_DELAY <= (delay := timedelta(milliseconds=min(milliseconds, 10**9))) <= MAXIMUM_DELAY:
        return None
    return delay
