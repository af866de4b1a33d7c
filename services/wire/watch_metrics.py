"""What is counted of the watch streams that a process follows: is each connected, and how far has it come."""

from prometheus_client import CollectorRegistry, Gauge

from services.core.changes import Change
from services.wire.watching import Follower


class WatchMetrics:
    """The metrics of a process's followers, by the name of the stream."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metrics."""
        self._connected = Gauge(
            "understudy_watch_connected",
            "1 while changes arrive, 0 while what was heard last is all that is known.",
            ["stream"],
            registry=registry,
        )
        self._revision = Gauge(
            "understudy_watch_revision",
            "The newest revision taken in; behind the service's own by what is still under way.",
            ["stream"],
            registry=registry,
        )

    def observe(self, follower: Follower[Change]) -> None:
        """Have a follower asked whenever the metrics are read."""
        stream = follower.name
        self._connected.labels(stream).set_function(lambda: follower.is_connected)
        self._revision.labels(stream).set_function(lambda: follower.revision or 0)
