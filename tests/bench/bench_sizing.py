"""What a load costs each part of the suite, each a process of its own: the sizing table in the chart's README.

    python -m tests.bench.bench_sizing [--rates 100,1000,3000] [--seconds 15]

Processor time is told in cores (seconds of work a second), memory as the largest resident set. Nothing is pinned: time
that a process works is nearly the same on a busy machine.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from services.core.mocks import MockDraft
from tests.bench.load import HOW_TO_GET_WRK, Load, is_wrk_installed, load
from tests.bench.rig import MEBIBYTE, items, path_of, urls
from tests.builders import a_collection
from tests.e2e.separate import SeparateSuite, separate_suite

EXAMPLES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a part used: processor seconds so far, and memory now."""

    busy_seconds: float
    resident_bytes: int


def cost_of(pid: int) -> Cost:
    """Return what a process and its children have used."""
    root = psutil.Process(pid)
    processes = [root, *root.children(recursive=True)]
    times = [process.cpu_times() for process in processes]
    return Cost(
        busy_seconds=sum(each.user + each.system for each in times),
        resident_bytes=sum(process.memory_info().rss - process.memory_info().shared for process in processes),
    )


def pids_of(suite: SeparateSuite, folder: Path) -> dict[str, int]:
    """Return the process of each part by name."""
    postmaster = int((folder / "postgres" / "postmaster.pid").read_text().partition("\n")[0])
    parts = {part.name: part.pid for part in (*suite.edges, suite.calllog, suite.registry, suite.catalog)}
    return parts | {"postgresql": postmaster}


async def main(rates: Sequence[float], seconds: int) -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with separate_suite(folder) as suite:
            imported = await suite.understudy.catalog.import_collection(
                json.dumps(a_collection(*items(EXAMPLES))).encode()
            )
            mock = await suite.understudy.registry.create_mock(MockDraft(collection_id=imported.collection.id))
            paths = urls(mock, [path_of(number) for number in range(EXAMPLES)])
            pids = pids_of(suite, folder)
            await load(suite.edges[0].url, paths, seconds=2, folder=folder, rate=100)
            for rate in (0.0, *rates):
                await _measure(suite, paths, pids, folder, rate=rate, seconds=seconds)


async def _measure(
    suite: SeparateSuite, paths: Sequence[str], pids: Mapping[str, int], folder: Path, *, rate: float, seconds: int
) -> None:
    before, began = {name: cost_of(pid) for name, pid in pids.items()}, time.monotonic()
    made: Load | None = None
    if rate:
        made = await load(suite.edges[0].url, paths, seconds=seconds, folder=folder, rate=rate)
    else:
        await asyncio.sleep(seconds)
    took = time.monotonic() - began
    after = {name: cost_of(pid) for name, pid in pids.items()}
    print(
        f"{made.rate if made else 0:,.0f} calls/s" + (f", p99 {made.p99:.1f} ms, {made.failed} failed" if made else "")
    )
    for name in pids:
        cores = (after[name].busy_seconds - before[name].busy_seconds) / took
        print(f"  {name:<12} {cores:6.2f} cores {after[name].resident_bytes / MEBIBYTE:6.0f} MiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", default="100,1000,3000")
    parser.add_argument("--seconds", type=int, default=15)
    arguments = parser.parse_args()
    if not is_wrk_installed():
        sys.exit(HOW_TO_GET_WRK)
    asyncio.run(main([float(rate) for rate in arguments.rates.split(",")], arguments.seconds))
