"""Measures the edge against its promises, beside a bare ASGI app and, where it is installed, WireMock.

    python -m tests.bench.bench_edge [--seconds S] [--rounds N]

The edge is a real process with a real catalog, registry and calllog behind it, its journal and metrics on and its calls
shipped. Everything is measured in turns, round after round, so that a noisy neighbour troubles all alike; printed are
medians. It takes less than six minutes.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from services.core.mocks import Mock
from tests.bench.load import HOW_TO_GET_WRK, Load, is_wrk_installed, load
from tests.bench.rig import (
    MEBIBYTE,
    OTHER_CORE,
    Worker,
    bare_worker,
    edge_worker,
    items,
    path_of,
    pin_to,
    until_shipped,
    urls,
)
from tests.bench.starting import starting_seconds
from tests.bench.wiremock import HOW_TO_GET_IT, wiremock, wiremock_jar
from tests.postgres import cloned_databases, postgres_server
from tests.services.edge.suite import Suite, running_suite

SIZES = (1, 1_000, 10_000)
MISS_SIZES = (1_000, 10_000)
WIREMOCK_SIZES = (1, 1_000)

SHARE_OF_BARE = 0.70
SHARE_OF_SMALL = 0.90
P99_AT_HALF_LOAD_MS = 20.0
IDLE_MEBIBYTES = 100.0
GROWTH_MEBIBYTES = 60.0
RESTART_SECONDS = 5.0

SHIP_SECONDS = 15.0
"""How long to wait between two measurements for the journal to be empty."""

BARE = "bare ASGI app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the result; without a target it is there to be read."""

    what: str
    figure: str
    target: str = ""
    is_met: bool | None = None

    def __str__(self) -> str:
        verdict = {True: "met", False: "MISSED", None: ""}[self.is_met]
        return f"{self.what:<64}{self.figure:>26}   {self.target:<12}{verdict}"


@dataclass(slots=True)
class Results:
    """The loads of each contender, round by round."""

    loads: dict[str, list[Load]] = field(default_factory=dict)

    def add(self, contender: str, measured: Load) -> None:
        self.loads.setdefault(contender, []).append(measured)

    def median(self, contender: str, figure: Callable[[Load], float] = lambda load: load.rate) -> float:
        return statistics.median(map(figure, self.loads[contender]))

    def ratio(self, contender: str, yardstick: str) -> float:
        """Return the median over the rounds of one rate divided by the other of the same round."""
        pairs = zip(self.loads[contender], self.loads[yardstick], strict=True)
        return statistics.median(mine.rate / theirs.rate for mine, theirs in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """Something to put load on."""

    name: str
    port: int
    paths: Sequence[str]
    worker: Worker | None = None
    is_edge: bool = False

    @property
    def is_miss(self) -> bool:
        """Tell whether its paths are meant to find nothing."""
        return self.name in map(_miss, MISS_SIZES)


def main() -> None:
    """Measure and print; end with a status other than 0 where there is nothing to measure with."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4, help="how long each measurement takes (default: 4)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is repeated (default: 5)")
    options = parser.parse_args()
    if not is_wrk_installed():
        sys.exit(HOW_TO_GET_WRK)
    pin_to(OTHER_CORE)
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server())
        databases = stack.enter_context(cloned_databases(server))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="understudy-bench-")))
        # Not on uvloop: it starts processes with fork(), which gRPC's threads in this process do not bear.
        rows = asyncio.run(_measure(databases, folder, seconds=max(1, round(options.seconds)), rounds=options.rounds))
    for row in rows:
        sys.stdout.write(f"{row}\n")


async def _measure(databases: dict[str, str], folder: Path, *, seconds: int, rounds: int) -> list[Row]:
    _say("starting the suite and importing collections of 1, 1,000 and 10,000 examples")
    async with running_suite(databases) as suite:
        mocks = {size: await suite.mock(*items(size)) for size in SIZES}
        rows = [*await _memory(suite, mocks, folder)]
        async with _contenders(suite, mocks, folder) as contenders:
            results = await _rounds(contenders, folder, seconds=seconds, rounds=rounds)
            rows += _rate_rows(results)
            rows += await _half_load(contenders, results, folder, seconds=seconds)
    return [*rows, *await _starting(folder)]


async def _memory(suite: Suite, mocks: dict[int, Mock], folder: Path) -> list[Row]:
    """Measure a worker of its own, before its first call and after it has loaded the large collection."""
    _say("measuring memory")
    largest = max(SIZES)
    async with edge_worker(suite, folder) as worker, httpx.AsyncClient(timeout=120) as http:
        idle = worker.resident_bytes / MEBIBYTE
        base = f"http://127.0.0.1:{worker.port}"
        (await http.get(base + urls(mocks[largest], [path_of(0)])[0])).raise_for_status()
        loaded = worker.resident_bytes / MEBIBYTE - idle
        await load(base, urls(mocks[largest], list(map(path_of, range(largest)))), seconds=4, folder=folder)
        called = worker.resident_bytes / MEBIBYTE - idle
    return [
        _at_most("memory of an idle worker", idle, IDLE_MEBIBYTES, "MiB"),
        _at_most("memory that 10,000 examples of 1 KiB add", loaded, GROWTH_MEBIBYTES, "MiB"),
        Row(what="  the same, once all of them have been called", figure=f"{called:.1f} MiB"),
    ]


@asynccontextmanager
async def _contenders(suite: Suite, mocks: dict[int, Mock], folder: Path) -> AsyncIterator[list[Contender]]:
    async with AsyncExitStack() as stack:
        worker = await stack.enter_async_context(edge_worker(suite, folder))
        hits = {size: urls(mocks[size], [path_of(number) for number in range(size)]) for size in SIZES}
        misses = {size: urls(mocks[size], [f"/api/v1/things/{n}/no-such/{n}" for n in range(500)]) for size in SIZES}
        async with httpx.AsyncClient(timeout=120) as http:
            replies = [await http.get(f"http://127.0.0.1:{worker.port}{paths[0]}") for paths in hits.values()]
        bare = await stack.enter_async_context(bare_worker(replies[0], folder))
        contenders = [Contender(name=BARE, port=bare.port, paths=hits[1], worker=bare)]
        named = {_hit(size): hits[size] for size in SIZES} | {_miss(size): misses[size] for size in MISS_SIZES}
        contenders += [
            Contender(name=name, port=worker.port, paths=paths, worker=worker, is_edge=True)
            for name, paths in named.items()
        ]
        yield [*contenders, *await _wiremocks(stack, folder)]


async def _wiremocks(stack: AsyncExitStack, folder: Path) -> list[Contender]:
    jar = wiremock_jar()
    if jar is None:
        _say(HOW_TO_GET_IT)
        return []
    found = []
    for size in WIREMOCK_SIZES:
        port = await stack.enter_async_context(wiremock(jar, folder, examples=size))
        paths = [path_of(number) for number in range(size)]
        found.append(Contender(name=f"WireMock, {size:,} stub{'s' if size > 1 else ''}", port=port, paths=paths))
    return found


async def _rounds(contenders: Sequence[Contender], folder: Path, *, seconds: int, rounds: int) -> Results:
    results = Results()
    _say("warming up")
    for contender in contenders:
        await _put_load_on(contender, folder, seconds=1)
    for number in range(rounds):
        _say(f"round {number + 1} of {rounds}")
        for contender in contenders:
            results.add(contender.name, await _put_load_on(contender, folder, seconds=seconds))
    return results


async def _put_load_on(contender: Contender, folder: Path, *, seconds: int, rate: float | None = None) -> Load:
    base = f"http://127.0.0.1:{contender.port}"
    busy_before = contender.worker.busy_seconds if contender.worker else 0.0
    measured = await load(base, contender.paths, seconds=seconds, folder=folder, rate=rate)
    if contender.worker:
        busy = (contender.worker.busy_seconds - busy_before) / measured.calls * 1e6
        measured = replace(measured, busy_microseconds=busy)
    if measured.unsuccessful and not contender.is_miss:
        raise RuntimeError(f"{measured.unsuccessful:,} calls to {contender.name} were not answered with an example")
    if measured.failed:
        _say(f"  {measured.failed:,} of {measured.calls:,} calls to {contender.name} failed")
    if contender.is_edge and contender.worker and (left := await until_shipped(contender.worker, seconds=SHIP_SECONDS)):
        _say(f"  {left:,} calls are still to be shipped; they weigh on what is measured next")
    return measured


def _rate_rows(results: Results) -> list[Row]:
    small = _hit(1_000)
    rows = [
        Row(what=f"{name}: calls/s, p50 and p99 at full load", figure=_rate_and_latencies(results, name))
        for name in results.loads
    ]
    for size in SIZES[:2]:
        ratio = results.ratio(_hit(size), BARE)
        rows.append(_at_least(f"{_hit(size)}: share of the bare app's rate", ratio, SHARE_OF_BARE))
    rows.append(
        _at_least(f"{_hit(10_000)}: share of the rate with 1,000", results.ratio(_hit(10_000), small), SHARE_OF_SMALL)
    )
    rows += [
        Row(what=f"{name}: processor time of a call", figure=f"{_busy(results, name):.0f} us")
        for name in (BARE, *map(_hit, SIZES))
    ]
    shares = {name: results.ratio(name, BARE) for name in map(_miss, MISS_SIZES)}
    return [
        *rows,
        *(Row(what=f"{name}: share of the bare app's rate", figure=f"{shares[name]:.0%}") for name in shares),
    ]


async def _half_load(contenders: Sequence[Contender], results: Results, folder: Path, *, seconds: int) -> list[Row]:
    _say("measuring latency at half load")
    rows = []
    for contender in contenders:
        if contender.name in {_hit(1_000), _hit(10_000)}:
            rate = results.median(contender.name) / 2
            measured = await _put_load_on(contender, folder, seconds=max(seconds, 3), rate=rate)
            what = f"{contender.name}: p99 at {measured.rate:,.0f} calls/s"
            rows.append(_at_most(what, measured.p99, P99_AT_HALF_LOAD_MS, "ms"))
    return rows


async def _starting(folder: Path) -> list[Row]:
    _say("starting `understudy up` twice")
    first, again = await starting_seconds(folder)
    return [
        Row(what="`up` on a new data directory, until the first mock answers", figure=f"{first:.1f} s"),
        _at_most("`up` on a known data directory, likewise", again, RESTART_SECONDS, "s"),
    ]


def _busy(results: Results, name: str) -> float:
    return results.median(name, lambda each: each.busy_microseconds)


def _rate_and_latencies(results: Results, name: str) -> str:
    rate = results.median(name)
    p50, p99 = (results.median(name, figure) for figure in (lambda each: each.p50, lambda each: each.p99))
    return f"{rate:,.0f}  {p50:.1f} ms  {p99:.1f} ms"


def _at_least(what: str, share: float, target: float) -> Row:
    return Row(what=what, figure=f"{share:.0%}", target=f"≥ {target:.0%}", is_met=share >= target)


def _at_most(what: str, figure: float, target: float, unit: str) -> Row:
    return Row(what=what, figure=f"{figure:.1f} {unit}", target=f"≤ {target:g} {unit}", is_met=figure <= target)


def _hit(size: int) -> str:
    return f"edge, {size:,} example{'s' if size > 1 else ''}, hit"


def _miss(size: int) -> str:
    return f"edge, {size:,} examples, miss"


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    main()
