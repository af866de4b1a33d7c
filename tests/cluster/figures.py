"""What the tests measured, printed as one table at the end of the run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from docker.models.containers import Container

from tests.cluster.cluster import Cluster

MEBIBYTE: Final = 1024 * 1024


@dataclass(slots=True)
class Figures:
    """Lines of a table: what, and how much."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def note(self, what: str, how_much: str) -> None:
        """Add a line."""
        self.lines.append((what, how_much))

    def note_pods(self, title: str, cluster: Cluster) -> None:
        """Add what each container needed to become ready, and the memory it holds now."""
        for pod in sorted(cluster.pods, key=lambda each: each.name):
            for worker in pod.workers:
                ready = f"ready after {worker.ready_seconds or 0:5.1f} s"
                memory = f"{memory_bytes(worker.container) / MEBIBYTE:6.1f} MiB at rest"
                self.note(f"{title}: {pod.name}", f"{ready}, {memory}, {worker.restarts} restarts")

    def table(self) -> Sequence[str]:
        """Return the table."""
        width = max((len(what) for what, _ in self.lines), default=0)
        return [f"{what:<{width}}  {how_much}" for what, how_much in self.lines]


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s"

    @property
    def seconds(self) -> float:
        """Return the seconds."""
        return time.monotonic() - self._start


def memory_bytes(container: Container) -> int:
    """Return a container's working set, as kubelet and `docker stats` reckon it: without file cache that may go."""
    now = container.stats(stream=False, one_shot=True)
    assert isinstance(now, dict)
    memory: dict[str, Any] = now["memory_stats"]
    details = memory["stats"]
    cache = details.get("total_inactive_file", details.get("inactive_file", 0))
    return int(memory["usage"]) - int(cache)
