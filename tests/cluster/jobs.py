"""Jobs: pods one after the other, until one succeeds or too many have failed."""

import threading
import time
import traceback
from collections.abc import Callable
from typing import Final

from tests.cluster.containers import FIRST_BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS
from tests.cluster.manifests import Job
from tests.cluster.pods import Phase, Pod

NO_DEADLINE: Final = 3600.0


class JobRun:
    """One Job, which lives in a thread of its own; `make_pod` makes its pod of a number, counted from 0."""

    def __init__(self, job: Job, make_pod: Callable[[Job, int], Pod]) -> None:
        self.job = job
        self.pods: list[Pod] = []
        self.has_succeeded = self.has_failed = False
        self.failure = ""
        self._make_pod = make_pod
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._live, name=job.metadata.name, daemon=True)

    @property
    def is_started(self) -> bool:
        """Tell whether it has begun."""
        return self._thread.ident is not None

    def start(self) -> None:
        """Begin, where it has not begun yet."""
        if not self.is_started:
            self._thread.start()

    def abandon(self) -> None:
        """Let go of it; no further pod is made."""
        self._abandoned.set()

    def story(self) -> str:
        """Tell how it is, for whoever has waited for it in vain."""
        state = "succeeded" if self.has_succeeded else "failed" if self.has_failed else "active"
        return f"Job {self.job.metadata.name}: {state}, {len(self.pods)} pods {self.failure}"

    def _live(self) -> None:
        try:
            self.has_succeeded = self._has_succeeded_in_time()
            self.has_failed = not self.has_succeeded
        except Exception:  # noqa: BLE001 -- whoever waits for the Job is told, whatever it is
            self.failure, self.has_failed = traceback.format_exc(), True

    def _has_succeeded_in_time(self) -> bool:
        deadline = time.monotonic() + (self.job.spec.active_deadline_seconds or NO_DEADLINE)
        for number in range(self.job.spec.backoff_limit + 1):
            if self._abandoned.wait(_pause_before(number)) or time.monotonic() > deadline:
                return False
            if self._succeeds(self._make_pod(self.job, number), deadline):
                return True
        return False

    def _succeeds(self, pod: Pod, deadline: float) -> bool:
        """Run a pod to its end, or to the Job's, and tell whether it did its work."""
        self.pods.append(pod)
        pod.start()
        if not pod.wait(max(0.0, deadline - time.monotonic())):
            pod.stop()
        return pod.phase is Phase.SUCCEEDED


def _pause_before(number: int) -> float:
    """Return how long to wait before a pod, counted from 0: Kubernetes doubles its pause after each failure."""
    return 0.0 if number == 0 else min(FIRST_BACKOFF_SECONDS * 2 ** (number - 1), LONGEST_BACKOFF_SECONDS)
