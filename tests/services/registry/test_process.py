"""`python -m services.registry`: the real process, from its start to its drain."""

import asyncio

import pytest

from services.core.errors import Unauthenticated, Unavailable
from services.wire.authentication import credentials_of
from services.wire.channel import open_channel
from services.wire.registry_client import RegistryClient
from tests.services.process import RunningProcess, metrics_of_a_ready_process, running_process, service_environment
from tests.services.registry.running import ADMINISTRATOR_KEY, NOWHERE
from tests.services.serving import AS_SERVICE


async def test_the_process_serves_reports_and_drains_with_a_watch_open(database_url: str) -> None:
    environment = service_environment(
        "registry", database_url, administrator_key=ADMINISTRATOR_KEY, catalog_target=NOWHERE
    )
    async with (
        running_process("services.registry", environment) as running,
        open_channel(f"127.0.0.1:{running.grpc_port}") as channel,
    ):
        service = RegistryClient(channel, AS_SERVICE)
        administrator = service.acting_as(credentials_of(ADMINISTRATOR_KEY))
        await the_first_administrator_can_call(administrator)
        await it_reports_its_state_and_metrics(running)

        watch = service.watch(None)
        await anext(watch)
        next_message = asyncio.create_task(asyncio.wait_for(anext(watch), 10))

        assert await running.stopped(seconds=10) == 0
        with pytest.raises(Unavailable):
            await next_message


async def the_first_administrator_can_call(administrator: RegistryClient) -> None:
    """Call until the first start is through, which happens beside the first calls."""
    async with asyncio.timeout(20):
        while True:
            try:
                (user, _) = await administrator.get_caller()
            except Unauthenticated:
                continue
            assert user.username == "administrator"
            return


async def it_reports_its_state_and_metrics(running: RunningProcess) -> None:
    metrics = await metrics_of_a_ready_process(running)
    assert 'understudy_watch_connected{stream="catalog"} 0.0' in metrics
    assert "understudy_registry_revision" in metrics
    assert 'code="OK",grpc_method="/understudy.registry.v1.AccountService/GetCaller"' in metrics
