"""What every process tells of its own state: whether it can do its work, and whether its event loop keeps up.

A probe's answer is heard by the orchestrator alone; the same answer as a metric can be seen over time, and alerted on
where nothing else exports it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram

from services.runtime.lifecycle import background

LOOK_SECONDS: Final = {True: 5.0, False: 1.0}
"""Between two looks at readiness, by the last answer: each may cost a question to the database, so that a process that
is ready looks a few times in a usual scrape interval, and one that is not sees soon that it has become so."""

TICK_SECONDS: Final = 0.25
"""Between two looks at the loop: often enough to meet most pauses that a caller would notice, at next to no cost."""

LAG_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
"""From what a timer is always late by, to a process that answers no probe in time."""


@asynccontextmanager
async def vital_signs(registry: CollectorRegistry, *, is_ready: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """Report whether the process is ready, and by how much its event loop is late, until left."""
    ready = Gauge("understudy_ready", "1 while the process can do its work, as its probe says.", registry=registry)
    lag = Histogram(
        "understudy_event_loop_lag_seconds",
        "How late the event loop ran a timer: what each call waits, beside its own work.",
        buckets=LAG_BUCKETS,
        registry=registry,
    )
    async with (
        background(_report_readiness(ready, is_ready), name="readiness"),
        background(_report_lag(lag), name="event loop lag"),
    ):
        yield


async def _report_readiness(ready: Gauge, is_ready: Callable[[], Awaitable[bool]]) -> None:
    while True:
        answer = await is_ready()
        ready.set(answer)
        await asyncio.sleep(LOOK_SECONDS[answer])


async def _report_lag(lag: Histogram) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        lag.observe(max(0.0, time.perf_counter() - began - TICK_SECONDS))
