"""How long an explanation takes.

    python -m tests.bench.bench_explain

The collections and calls are those of `bench_match`. An explanation happens beside the edge's loop and is had only for
the asking, so it may take a hundred times as long as a match; but it must not grow with the collection without bound.
The first one of an index also spells the paths of the examples, which later ones find ready.
"""

import time
from statistics import median

from rich.console import Console
from rich.table import Table

from services.core.matching.call import Call
from services.core.matching.explain import Explainer
from services.core.matching.index import MockIndex
from services.core.postman.collection import Collection
from tests.bench.bench_match import KINDS, SIZES, Kind, World, a_call, measured_world, percentile

CALLS = 100
TARGET_MS = 5.0
"""What an explanation may take in the middle, with 10,000 examples."""


def main() -> None:
    """Measure and print it."""
    table = Table(title=f"explain(): median / 99th percentile, in milliseconds (target at 10,000: {TARGET_MS})")
    table.add_column("kind of call")
    for size in SIZES:
        table.add_column(f"{size:,} examples", justify="right")
    worlds = [measured_world(size) for size in SIZES]
    explainers = [Explainer(index) for _, _, index in worlds]
    table.add_row("the first, a miss", *(f"{milliseconds(a_call('/no/such/path'), each):.1f}" for each in explainers))
    for kind in KINDS:
        table.add_row(kind.name, *map(lambda world, by: measured(kind, world, by), worlds, explainers))
    Console(width=160).print(table)


def measured(kind: Kind, world: tuple[World, Collection, MockIndex], explainer: Explainer) -> str:
    """Return the median and the 99th percentile of a kind of call."""
    chance, collection, _ = world
    saved = [example.request.url.path for example in collection.examples]
    fitting = [path for path in saved if ("{{" in path) is kind.with_wildcards]
    calls = [kind.make(chance, chance.random.choice(fitting)) for _ in range(CALLS)]
    timings = sorted(milliseconds(call, explainer) for call in calls)
    return f"{median(timings):.2f} / {percentile(timings, 99):.2f}"


def milliseconds(call: Call, explainer: Explainer) -> float:
    start = time.perf_counter()
    explainer.explain(call)
    return (time.perf_counter() - start) * 1_000


if __name__ == "__main__":
    main()
