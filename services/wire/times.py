"""Times and durations between Python and protobuf; Python's are always aware and in UTC."""

from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp


def timestamp_of(time: datetime) -> Timestamp:
    """Return an aware time as a Timestamp."""
    stamp = Timestamp()
    stamp.FromDatetime(time)
    return stamp


def time_of(stamp: Timestamp) -> datetime:
    """Return a Timestamp as an aware time in UTC."""
    return stamp.ToDatetime(tzinfo=UTC)


def duration_of(delta: timedelta) -> Duration:
    """Return a timedelta as a Duration."""
    duration = Duration()
    duration.FromTimedelta(delta)
    return duration


def timedelta_of(duration: Duration) -> timedelta:
    """Return a Duration as a timedelta."""
    return duration.ToTimedelta()
