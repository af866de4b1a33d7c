"""What is looked for after a rollout: calls that failed, or are not in the log once; and the figures, to read."""

import asyncio
import statistics
from collections import Counter
from collections.abc import Sequence

from tests.rollout.clients import Work
from tests.rollout.load import Record
from tests.rollout.replicas import Restart
from tests.rollout.suite import RolledSuite

LOG_TRIES = 20
LOG_PAUSE_SECONDS = 0.5
"""What an edge that goes on running has answered last reaches the log within a second."""


async def not_once_in_the_log(suite: RolledSuite, record: Record) -> dict[str, int]:
    """Return the answered calls that are not in the log exactly once, and how often they are."""
    wrong: dict[str, int] = {}
    for mock_id, paths in record.answered.items():
        times = await _times_logged(suite, mock_id, set(paths))
        wrong |= {path: times[path] for path in paths if times[path] != 1}
    return wrong


async def _times_logged(suite: RolledSuite, mock_id: str, paths: set[str]) -> Counter[str]:
    """Wait a moment until every path is in the mock's log, and return how often each is."""
    times: Counter[str] = Counter()
    for _ in range(LOG_TRIES):
        times = Counter([entry.request.path async for entry in suite.understudy.calllog.list_entries(mock_id)])
        if paths <= times.keys():
            break
        await asyncio.sleep(LOG_PAUSE_SECONDS)
    return times


def errors_logged(suite: RolledSuite) -> list[str]:
    """Return what the processes logged as errors."""
    logs = [log for workload in suite.workloads.values() for log in workload.every_log]
    lines = [line for log in logs for line in log.read_text().splitlines()]
    return [line for line in lines if '"level": "error"' in line or "Traceback" in line]


def print_calls(record: Record) -> None:
    """Print how many calls there were of each kind, the longest, and those that failed."""
    print(f"\n{record.count} calls in {record.seconds:.0f} s, {len(record.failures)} failed")
    for kind, seconds in record.longest_seconds.items():
        print(f"  {kind:22} {record.counts[kind]:6} calls, longest {seconds * 1000:.0f} ms")
    for failure in record.failures[:20]:
        print(f"  FAILED at {failure.at_seconds} s: {failure.kind}: {failure.reason}")


def print_work(work: Work) -> None:
    """Print what else was done, what of it failed, and how long changes took to be served."""
    for what, count in work.counts.items():
        print(f"  {what:22} {count:6} times, longest {work.longest_seconds[what] * 1000:.0f} ms")
    for failure in work.failures[:20]:
        print(f"  FAILED: {failure}")
    median, slowest = statistics.median(work.propagation_seconds), max(work.propagation_seconds)
    print(
        f"  {len(work.propagation_seconds)} changes served everywhere: "
        f"median {median * 1000:.0f} ms, slowest {slowest * 1000:.0f} ms"
    )


def print_restarts(restarts: Sequence[Restart]) -> None:
    """Print how long each replica took to be ready, and how long the one in whose place it came took to leave."""
    for restart in restarts:
        print(
            f"  {restart.component:8} ready in {restart.start_seconds:.1f} s, "
            f"predecessor left in {restart.leave_seconds:.1f} s (word {restart.word.value})"
        )
