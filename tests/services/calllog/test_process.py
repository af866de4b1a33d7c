"""`python -m services.calllog`: the real process, from its start to its drain."""

import asyncio

import pytest

from services.core.errors import Unavailable
from services.wire.calllog_client import CallLogClient
from services.wire.channel import open_channel
from tests.services.calllog.entries import an_entry
from tests.services.process import RunningProcess, metrics_of_a_ready_process, running_process, service_environment
from tests.services.serving import AS_SERVICE


async def test_the_process_serves_reports_and_drains_with_a_tail_open(database_url: str) -> None:
    environment = service_environment("calllog", database_url, registry_target="127.0.0.1:1")
    async with (
        running_process("services.calllog", environment) as running,
        open_channel(f"127.0.0.1:{running.grpc_port}") as channel,
    ):
        edge = CallLogClient(channel, AS_SERVICE)
        entry = an_entry()

        assert await edge.append([entry]) == 1
        assert entry == await edge.get_entry("shop", entry.id)
        await it_reports_its_state_and_metrics(running)

        tail = edge.tail("shop")
        assert await anext(tail) == ()
        next_message = asyncio.create_task(asyncio.wait_for(anext(tail), 10))

        assert await running.stopped(seconds=10) == 0
        with pytest.raises(Unavailable):
            await next_message


async def it_reports_its_state_and_metrics(running: RunningProcess) -> None:
    metrics = await metrics_of_a_ready_process(running)
    assert 'understudy_mock_calls_total{code_class="2xx",mock_id="shop",outcome="matched"} 1.0' in metrics
    assert 'code="OK",grpc_method="/understudy.calllog.v1.CallLogService/AppendCallLogEntries"' in metrics
