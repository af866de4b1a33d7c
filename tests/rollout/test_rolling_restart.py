"""Every component is restarted replica by replica, under load: no call fails, and none is missing in the log."""

import statistics
from pathlib import Path

import pytest

from services.core.access.visibility import Visibility
from tests.rollout.clients import kinds_of, mocked, working
from tests.rollout.findings import errors_logged, not_once_in_the_log, print_calls, print_restarts, print_work
from tests.rollout.load import steady_load
from tests.rollout.replicas import Restart
from tests.rollout.suite import LINGER_SECONDS, rolled_suite

RATE = 300
REPLICAS = 2

PROMISED_SECONDS = 1.0
"""A change is served everywhere within a second, also while whoever tells of it is being replaced …"""

BUSY_SECONDS = 3.0
"""… but where a dozen processes of Python start beside the load on two cores, one change or another waits for them."""

LEAVE_SECONDS = LINGER_SECONDS + 5.0
"""Lingering, the longest delay of the test's mocks (half a second), an import in flight, shipping, and Python's end."""

pytestmark = pytest.mark.timeout(400)


async def test_a_rolling_restart_of_everything_drops_no_call(database_url: str, tmp_path: Path) -> None:
    async with rolled_suite(tmp_path, database_url, replicas=REPLICAS) as suite:
        public, private = await mocked(suite, "Public"), await mocked(suite, "Private", visibility=Visibility.PRIVATE)
        restarts: list[Restart] = []
        async with (
            steady_load(suite.addresses["edge"], kinds_of(public, private), rate=RATE) as (record, caller),
            working(suite, caller) as work,
        ):
            for workload in suite.workloads.values():
                restarts += [await workload.restart_oldest() for _ in range(REPLICAS)]
            await suite.workloads["edge"].add()
            await suite.workloads["edge"].remove_oldest()

        print_calls(record)
        print_work(work)
        print_restarts(restarts)
        assert [] == record.failures
        assert [] == work.failures
        assert {} == await not_once_in_the_log(suite, record)
        assert [] == errors_logged(suite)
        assert {0} == {restart.status for restart in restarts}
        assert max(restart.leave_seconds for restart in restarts) < LEAVE_SECONDS
        assert statistics.median(work.propagation_seconds) < PROMISED_SECONDS
        assert max(work.propagation_seconds) < BUSY_SECONDS
