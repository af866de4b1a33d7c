"""Load a collection of 10,000 examples several times, and print how long the event loop paused, as JSON.

    python -m tests.services.edge.pauses

A process of its own, like an edge: what another test left in memory would make the garbage collector slow. Time is the
process's own, for what else the machine does at the moment is not our pause.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from services.core.ids import AccountId, CollectionId, Etag, MockId
from services.core.serving.freshness import EVERYTHING
from services.edge.__main__ import SWITCH_SECONDS
from services.edge.heap import look_less_often
from services.edge.loading import SnapshotLoader
from services.edge.snapshot import MockSnapshot
from tests.builders import a_collection, a_raw_body, a_request, an_example, an_item, document
from tests.services.edge.sources import MemorySource

LOADS = 5
EXAMPLES = 10_000
EXAMPLES_OF_A_REQUEST = 4
MOCK = MockId("large")


@dataclass(slots=True)
class LargeSource(MemorySource):
    """A mock whose collection is large."""

    large: bytes = field(default_factory=lambda: document(a_large_collection(Random(1))))

    async def collection(
        self, account_id: AccountId, collection_id: CollectionId, tag: str
    ) -> tuple[Etag, bytes] | None:
        return Etag(f"{account_id} {tag} {self.bodies[collection_id]}"), self.large


def a_large_collection(random: Random) -> object:
    """Return a collection like real ones: paths of four segments, JSON sent and answered, of about a kilobyte."""
    words = [f"word{n:03}" for n in range(200)]
    items = []
    for number in range(EXAMPLES // EXAMPLES_OF_A_REQUEST):
        lines = [{"article": f"article {line}", "price": 9.5, "count": line} for line in range(16)]
        request = a_request(
            "POST",
            "{{baseUrl}}/" + "/".join(random.choices(words, k=4)),
            headers={"Content-Type": "application/json"},
            body=a_raw_body(json.dumps({"number": number, "lines": lines})),
        )
        examples = (
            an_example(name=f"Example {each}", request=request, body=json.dumps({"number": each, "lines": lines}))
            for each in range(EXAMPLES_OF_A_REQUEST)
        )
        items.append(an_item(*examples, name=f"Request {number}", request=request))
    return a_collection(*items)


async def main() -> None:
    """Load, and print the longest pause of each load in seconds."""
    source = LargeSource()
    loader = SnapshotLoader(source)
    source.add_mock(MOCK)
    snapshot: MockSnapshot | None = None
    pauses = []
    for number in range(LOADS):
        source.bodies["shop"] = f"change {number}"
        watch = asyncio.create_task(longest_pause())
        await asyncio.sleep(0.05)
        snapshot = await loader.load(MOCK, snapshot, EVERYTHING)
        watch.cancel()
        pauses.append(await watch)
    assert snapshot is not None
    assert snapshot.index is not None
    sys.stdout.write(json.dumps({"examples": snapshot.index.index.example_count, "pauses": pauses}))


async def longest_pause() -> float:
    """Return, when cancelled, the longest time between two turns of the loop."""
    longest, last = 0.0, time.process_time()
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(0.001)
            now = time.process_time()
            longest, last = max(longest, now - last), now
    return max(longest, time.process_time() - last)


if __name__ == "__main__":
    sys.setswitchinterval(SWITCH_SECONDS)
    look_less_often()
    asyncio.run(main())
