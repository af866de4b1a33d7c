"""What every process tells of its own state: readiness as its probe sees it, and an event loop that is held up."""

import time

from prometheus_client import CollectorRegistry

from services.runtime.vital_signs import TICK_SECONDS, vital_signs
from tests.services.waiting import until


class Process:
    """A process that a test makes ready or not, and the metrics of it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.is_able = False

    async def is_ready(self) -> bool:
        return self.is_able

    def count(self, sample: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"understudy_{sample}", labels) or 0.0


async def test_readiness_is_told_as_the_probe_tells_it() -> None:
    process = Process()
    async with vital_signs(process.registry, is_ready=process.is_ready):
        assert process.count("ready") == 0

        process.is_able = True
        await until(lambda: process.count("ready") == 1)


async def test_a_loop_that_is_held_up_is_late_and_one_that_is_not_is_on_time() -> None:
    process = Process()
    async with vital_signs(process.registry, is_ready=process.is_ready):
        await until(lambda: process.count("event_loop_lag_seconds_count") >= 1)
        before = process.count("event_loop_lag_seconds_bucket", le="0.25")
        time.sleep(TICK_SECONDS + 0.6)  # noqa: ASYNC251 -- what must not happen is what is measured
        await until(lambda: process.count("event_loop_lag_seconds_count") > before)
        late = process.count("event_loop_lag_seconds_count") - process.count("event_loop_lag_seconds_bucket", le="0.25")

        assert late >= 1
