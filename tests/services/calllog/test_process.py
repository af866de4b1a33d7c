"""`python -m services.calllog`: the real process, from its start to its drain."""

import asyncio

import httpx
import pytest

from services.core.errors import Unavailable
from services.wire.calllog_client import CallLogClient
from services.wire.channel import open_channel
from tests.services.calllog.entries import an_entry
from tests.services.process import RunningProcess, running_process
from tests.services.serving import AS_SERVICE, SERVICE_TOKEN


def environment(database_url: str) -> dict[str, str]:
    return {
        "CALLLOG_DATABASE_URL": database_url,
        "CALLLOG_SERVICE_TOKEN": SERVICE_TOKEN,
        "CALLLOG_GRPC_HOST": "127.0.0.1",
        "CALLLOG_GRPC_PORT": "0",
        "CALLLOG_HEALTH_PORT": "0",
        "CALLLOG_METRICS_HOST": "127.0.0.1",
        "CALLLOG_METRICS_PORT": "0",
        "CALLLOG_REGISTRY_TARGET": "127.0.0.1:1",
    }


async def test_the_process_serves_reports_and_drains_with_a_tail_open(database_url: str) -> None:
    async with (
        running_process("services.calllog", environment(database_url)) as running,
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
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.metrics_port}") as http:
        assert (await http.get("/livez")).status_code == 200
        assert (await http.get("/readyz")).status_code == 200
        metrics = (await http.get("/metrics")).text
    assert 'understudy_mock_calls_total{code_class="2xx",mock_id="shop",outcome="matched"} 1.0' in metrics
    assert 'code="OK",grpc_method="/understudy.calllog.v1.CallLogService/AppendCallLogEntries"' in metrics
