"""How long `render` takes, and what dynamic variables cost in time and memory.

    python -m tests.bench.bench_render

Printed are the median and the 99th percentile over 2,000 replies of a kind, with the sources that an edge uses; then
the dearest dynamic variables, how long all of them take to import, and how much memory their words hold.
"""

import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from rich.console import Console
from rich.table import Table

from services.core.matching.call import Call
from services.core.matching.index import compile_index
from services.core.matching.match import Match, match
from services.core.rendering.dynamic.variables import DYNAMIC_VARIABLES
from services.core.rendering.reply import render
from services.core.rendering.sources import IMAGES
from services.edge.reply_sources import reply_sources
from tests.core.nouns import a_collection, an_example

REPLIES = 2_000
ROUNDS = 5
DEAREST = 5
SOURCES = reply_sources(IMAGES)

CALL = Call(
    method="POST",
    path="/users/7",
    query="page=2",
    headers=(("content-type", "application/json"), ("x-tenant", "acme")),
    body=json.dumps({"user": {"name": "Ada"}, "items": [{"id": number} for number in range(20)]}).encode(),
)
PADDING = "x" * 1_024

MEASURE = """
import sys, time, tracemalloc
import services.core.rendering.gaps, services.core.rendering.template, decimal, datetime
tracemalloc.start()
began = time.perf_counter()
import services.core.rendering.dynamic.variables
took = time.perf_counter() - began
print(took * 1_000, tracemalloc.get_traced_memory()[0] / 2**20)
"""
"""Says milliseconds and MiB that dynamic variables take, in a process of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of reply: its body, what its median may be in microseconds, and the call."""

    name: str
    body: dict[str, str]
    target_us: int
    call: Call = CALL


DYNAMIC = {
    "id": "{{$guid}}",
    "name": "{{$randomFullName}}",
    "email": "{{$randomEmail}}",
    "city": "{{$randomCity}}",
    "time": "{{$isoTimestamp}}",
}
CONTEXTUAL = {
    "name": "{{$body 'user.name'}}",
    "item": "{{$body 'items.3.id'}}",
    "page": "{{$queryParams 'page'}}",
    "user": "{{$pathSegments '1'}}",
    "tenant": "{{$headers 'x-tenant'}}",
}

KINDS = (
    Kind(name="static", body={}, target_us=5),
    Kind(name="a capture", body={"id": "{{id}}"}, target_us=100),
    Kind(name="five dynamic variables", body=DYNAMIC, target_us=100),
    Kind(name="five contextual templates", body=CONTEXTUAL, target_us=100),
    Kind(
        name="five of each", body=DYNAMIC | {f"sent {key}": value for key, value in CONTEXTUAL.items()}, target_us=200
    ),
    Kind(
        name="five dynamic variables, seeded",
        body=DYNAMIC,
        target_us=200,
        call=replace(CALL, headers=(*CALL.headers, ("x-mock-seed", "1"))),
    ),
)


def main() -> None:
    """Measure everything and print it."""
    table = Table(title="render(): microseconds for a reply of 1 KiB")
    for heading in ("kind of reply", "median", "99th percentile", "target"):
        table.add_column(heading, justify="left" if heading == "kind of reply" else "right")
    for kind in KINDS:
        timings = timings_of(replying(kind))
        table.add_row(kind.name, f"{statistics.median(timings):.1f}", f"{late(timings):.1f}", str(kind.target_us))
    console = Console(width=160)
    console.print(table)
    costs = {name: statistics.median(timings_of(valuing(name))) for name in DYNAMIC_VARIABLES}
    dearest = sorted(costs, key=lambda name: costs[name], reverse=True)[:DEAREST]
    console.print(f"A dynamic variable, median of all 118: {statistics.median(costs.values()):.1f} us")
    console.print("The dearest: " + ", ".join(f"{name} {costs[name]:.0f} us" for name in dearest))
    took_ms, held_mib = map(float, subprocess.check_output([sys.executable, "-c", MEASURE]).split())
    console.print(f"Importing them: {took_ms:.0f} ms, {held_mib:.2f} MiB held")


def replying(kind: Kind) -> Callable[[], object]:
    """Return what makes one reply of a kind; the draft is made beforehand."""
    body = json.dumps({"padding": PADDING, **kind.body})
    headers = [("Content-Type", "application/json")]
    index = compile_index(a_collection(an_example("POST /users/:id", body=body, headers=headers)))
    found = match(kind.call, index)
    assert isinstance(found, Match)
    render(found, index, kind.call, SOURCES)
    return lambda: render(found, index, kind.call, SOURCES)


def valuing(name: str) -> Callable[[], object]:
    generate = DYNAMIC_VARIABLES[name]
    return lambda: generate(SOURCES)


def timings_of(work: Callable[[], object]) -> list[float]:
    """Return how many microseconds some work takes, each time the median of a few rounds."""
    gc.collect()
    gc.disable()
    timings = sorted(statistics.median(timed(work) for _ in range(ROUNDS)) for _ in range(REPLIES // ROUNDS))
    gc.enable()
    return timings


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - began) / 1_000


def late(timings: list[float]) -> float:
    return timings[len(timings) * 99 // 100]


if __name__ == "__main__":
    main()
