"""Times as Postman's API prints them: ISO 8601 in UTC with milliseconds."""

from datetime import UTC, datetime


def stamp(time: datetime) -> str:
    """Return when an object was made or changed; Postman's are whole seconds with `.000` behind them."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def exact_stamp(time: datetime) -> str:
    """Return when a call was served, to the millisecond."""
    return f"{time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
