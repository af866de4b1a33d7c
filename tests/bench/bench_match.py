"""How long `match` takes, what compiling an index costs, and how much memory it holds.

    python -m tests.bench.bench_match

The collections are like real ones: paths of one to six segments, at most 200 distinct words beside each other, a
wildcard in every third path, bodies of 1 KiB. The last kinds call a collection whose examples all have one path, and
differ in the body and a header of their request. Each call is timed five times and counts with the median of those, so
that what else the machine does is left out; printed are the median and the 99th percentile over 500 calls of a kind.
"""

import gc
import json
import random
import statistics
import string
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rich.console import Console
from rich.table import Table

from services.core.ids import CollectionId, ExampleId, ItemId
from services.core.matching.call import Call
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, match
from services.core.matching.segments import typo_limit
from services.core.postman.collection import Body, BodyMode, Collection, Example, Header, Item, Request
from services.core.postman.urls import parse_url
from services.core.rendering.reply import render
from tests.core.chance import fixed_sources

SIZES = (10, 1_000, 10_000, 100_000)
CALLS = 500
ROUNDS = 5
WORDS_BESIDE_EACH_OTHER = 200
BODY = "x" * 1_024
HEADERS = tuple((name, "value") for name in ("host", "user-agent", "accept", "accept-encoding", "connection", "cookie"))
MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of call: how it is made from a saved path, and what its median may be at 10,000 examples."""

    name: str
    target_us: int
    make: Callable[["World", str], Call]
    with_wildcards: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePathKind:
    """A kind of call to examples of one path: how it is made from the number of an example, and its target."""

    name: str
    target_us: int
    make: Callable[[int], Call]


class World:
    """A vocabulary, and what is made of it; the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self._words = [[self.word() for _ in range(WORDS_BESIDE_EACH_OTHER)] for _ in range(6)]

    def word(self) -> str:
        """Return a word that most likely occurs nowhere else."""
        return "".join(self.random.choices(string.ascii_lowercase, k=self.random.randint(4, 12)))

    def path(self) -> str:
        """Return a saved path."""
        segments = [self.random.choice(words) for words in self._words[: self.random.randint(1, 6)]]
        if len(segments) > 1 and self.random.random() < 1 / 3:
            segments[self.random.randrange(1, len(segments))] = "{{name}}"
        return "/" + "/".join(segments)

    def collection(self, size: int) -> Collection:
        """Return a collection of so many examples."""
        examples = tuple(self._example(position) for position in range(size))
        item = Item(id=ItemId("item"), name="Item", folders=(), request=None, examples=examples)
        return Collection(id=CollectionId("bench"), name="Bench", schema_version="2.1", items=(item,))

    def _example(self, position: int) -> Example:
        return Example(
            id=ExampleId(f"00000000-0000-4000-8000-{position:012}"),
            item_id=ItemId("item"),
            place=("Item",),
            position=position,
            name=f"Example {position}",
            request=Request(method="GET", url=parse_url("{{baseUrl}}" + self.path())),
            code=200,
            headers=(Header(key="Content-Type", value="application/json"),),
            body=f"{position:08}" + BODY[8:],
        )


OPEN = 10
"""Of so many examples of one path, the first has a variable in its body."""


def one_path(size: int) -> Collection:
    """Return a collection of so many examples that differ in what they were sent."""
    world = World()
    collection = world.collection(size)
    [item] = collection.items
    examples = tuple(replace(example, request=posted(number)) for number, example in enumerate(item.examples))
    return replace(collection, items=(replace(item, examples=examples),))


def posted(number: int) -> Request:
    text = order(number, '"{{customer}}"' if number % OPEN == 0 else '"Ada"')
    return Request(
        method="POST",
        url=parse_url("{{baseUrl}}/orders"),
        headers=(
            Header(key="Content-Type", value="application/json"),
            Header(key="X-Tenant", value=f"tenant-{number}"),
        ),
        body=Body(mode=BodyMode.RAW, raw=text, language="json"),
    )


def order(number: int, customer: str) -> str:
    """Return the JSON of an order, of about 300 bytes."""
    lines = [{"article": f"article-{number}-{line}", "count": line + 1, "price": 12.5} for line in range(4)]
    return f'{{"number": {number}, "customer": {customer}, "lines": {json.dumps(lines)}}}'


def a_post(body: str, *headers: tuple[str, str]) -> Call:
    sent = (*HEADERS, ("content-type", "application/json"), *headers)
    return Call(method="POST", path="/orders", query="", headers=sent, body=body.encode())


ONE_PATH_KINDS = (
    OnePathKind(name="equal body", target_us=60, make=lambda number: a_post(order(number, '"Ada"'))),
    OnePathKind(
        name="body with a variable", target_us=60, make=lambda number: a_post(order(number // 10 * 10, '"Eve"'))
    ),
    OnePathKind(name="other body", target_us=60, make=lambda number: a_post(order(-number - 1, '"Ada"'))),
    OnePathKind(
        name="miss by body",
        target_us=60,
        make=lambda number: a_post(order(-number - 1, '"Ada"'), ("x-mock-match-request-body", "true")),
    ),
    OnePathKind(
        name="equal header",
        target_us=30,
        make=lambda number: a_post("", ("x-mock-match-request-headers", "X-Tenant"), ("x-tenant", f"tenant-{number}")),
    ),
    OnePathKind(name="no body", target_us=30, make=lambda _: a_post("")),
)


def exact(_: World, path: str) -> Call:
    return a_call(path)


def with_any_word(world: World, path: str) -> Call:
    return a_call(path.replace("{{name}}", world.word()))


def with_other_method(_: World, path: str) -> Call:
    return a_call(path, method="DELETE")


def with_unknown_word(world: World, path: str) -> Call:
    return a_call(with_other_segment(world, path, lambda _: world.word()))


def with_too_many_typos(world: World, path: str) -> Call:
    def mistyped(segment: str) -> str:
        letters = list(segment)
        for place in world.random.sample(range(len(letters)), typo_limit(len(letters)) + 1):
            letters[place] = "#"
        return "".join(letters)

    return a_call(with_other_segment(world, path, mistyped))


def with_other_segment(world: World, path: str, change: Callable[[str], str]) -> str:
    segments = path.split("/")
    place = world.random.randrange(1, len(segments))
    segments[place] = change(segments[place])
    return "/".join(segments)


def a_call(path: str, *, method: str = "GET") -> Call:
    return Call(method=method, path=path, query="", headers=HEADERS)


KINDS = (
    Kind(name="exact hit", target_us=30, make=exact),
    Kind(name="wildcard hit", target_us=30, make=with_any_word, with_wildcards=True),
    Kind(name="miss by method", target_us=30, make=with_other_method),
    Kind(name="miss by unknown segment", target_us=30, make=with_unknown_word),
    Kind(name="miss by typo", target_us=150, make=with_too_many_typos),
)


def main() -> None:
    """Measure everything and print it."""
    table = Table(title="match(): median / 99th percentile, in microseconds")
    for heading in (
        "kind of call",
        *(f"{size:,} examples" for size in SIZES),
        "target at 10,000",
        "growth 1,000 to 100,000",
    ):
        table.add_column(heading, justify="left" if heading == "kind of call" else "right")
    worlds = [measured_world(size) for size in SIZES]
    for kind in KINDS:
        timings = [measure(kind, world, collection, index) for world, collection, index in worlds]
        table.add_row(kind.name, *cells(timings), f"{kind.target_us}", growth(timings))
    del worlds
    table.add_section()
    indexes = [(size, compile_index(one_path(size))) for size in SIZES]
    for one in ONE_PATH_KINDS:
        timings = [measure_one_path(one, size, index) for size, index in indexes]
        table.add_row(f"one path: {one.name}", *cells(timings), f"{one.target_us}", growth(timings))
    del indexes
    console = Console(width=160)
    console.print(table)
    console.print(f"Compiling 10,000 examples: {compile_seconds(10_000):.2f} s")
    parts = ", ".join(f"{name} {mib:.1f}" for name, mib in memory_mib(10_000).items())
    console.print(f"MiB held for 10,000 examples of 1 KiB (target 60): {parts}")


def cells(timings: Sequence[tuple[float, float]]) -> list[str]:
    return [f"{median:.1f} / {late:.1f}" for median, late in timings]


def growth(timings: Sequence[tuple[float, float]]) -> str:
    return f"{timings[-1][0] / timings[1][0]:.2f}x"


def measured_world(size: int) -> tuple[World, Collection, MockIndex]:
    world = World()
    collection = world.collection(size)
    return world, collection, compile_index(collection)


def measure(kind: Kind, world: World, collection: Collection, index: MockIndex) -> tuple[float, float]:
    """Return the median and the 99th percentile of a kind of call, in microseconds."""
    saved = [example.request.url.path for example in collection.examples]
    fitting = [path for path in saved if ("{{" in path) is kind.with_wildcards]
    return percentiles([kind.make(world, world.random.choice(fitting)) for _ in range(CALLS)], index)


def measure_one_path(kind: OnePathKind, size: int, index: MockIndex) -> tuple[float, float]:
    """Return the same of a kind of call to examples of one path."""
    chosen = random.Random(1)
    return percentiles([kind.make(chosen.randrange(size)) for _ in range(CALLS)], index)


def percentiles(calls: Sequence[Call], index: MockIndex) -> tuple[float, float]:
    gc.collect()
    gc.disable()
    timings = sorted(statistics.median(timed(call, index) for _ in range(ROUNDS)) for call in calls)
    gc.enable()
    return percentile(timings, 50), percentile(timings, 99)


def timed(call: Call, index: MockIndex) -> float:
    start = time.perf_counter_ns()
    match(call, index)
    return (time.perf_counter_ns() - start) / 1_000


def percentile(timings: Sequence[float], percent: int) -> float:
    return timings[len(timings) * percent // 100]


def compile_seconds(size: int) -> float:
    collection = World().collection(size)
    start = time.perf_counter()
    compile_index(collection)
    return time.perf_counter() - start


def memory_mib(size: int) -> dict[str, float]:
    """Return what is held in memory: the collection, its index, and the drafts once every example was sent."""
    gc.collect()
    tracemalloc.start()
    collection = World().collection(size)
    parsed = held_mib()
    index = compile_index(collection)
    compiled = held_mib()
    for example in collection.examples:
        call = a_call(example.request.url.path)
        found = match(call, index)
        assert isinstance(found, Match)
        render(found, index, call, fixed_sources())
    sent = held_mib()
    tracemalloc.stop()
    return {
        "collection": parsed,
        "index": compiled - parsed,
        "drafts": sent - compiled,
        "in all": sent,
        "by its own estimate": index.size_bytes / MIB,
    }


def held_mib() -> float:
    gc.collect()
    return tracemalloc.get_traced_memory()[0] / MIB


if __name__ == "__main__":
    main()
