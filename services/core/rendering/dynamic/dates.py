"""Dates, written as JavaScript writes them: `Sun Sep 12 2027 19:06:07 GMT+0000 (Coordinated Universal Time)`."""

from datetime import UTC, datetime, timedelta
from typing import Final

from services.core.rendering.dynamic.chance import Generators, some
from services.core.rendering.sources import Sources

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

YEAR: Final = timedelta(days=365)
DAY: Final = timedelta(days=1)


def future(sources: Sources) -> str:
    """Return a date within the next 365 days."""
    return javascript_text(sources.now() + YEAR * sources.entropy.random())


def past(sources: Sources) -> str:
    """Return a date within the last 365 days."""
    return javascript_text(sources.now() - YEAR * sources.entropy.random())


def recent(sources: Sources) -> str:
    """Return a date within the last 24 hours."""
    return javascript_text(sources.now() - DAY * sources.entropy.random())


def javascript_text(time: datetime) -> str:
    """Return a time as JavaScript's `Date` writes it, in English whatever the machine speaks."""
    utc = time.astimezone(UTC)
    day, month = WEEKDAYS[utc.weekday()][:3], MONTHS[utc.month - 1][:3]
    return f"{day} {month} {utc:%d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)"


DATES: Final[Generators] = {
    "$randomDateFuture": future,
    "$randomDatePast": past,
    "$randomDateRecent": recent,
    "$randomWeekday": some(WEEKDAYS),
    "$randomMonth": some(MONTHS),
}
