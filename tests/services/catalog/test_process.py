"""`python -m services.catalog`: the real process, from its start to its drain."""

import asyncio

import pytest

from services.core.errors import Unavailable
from services.wire.catalog_client import CatalogClient
from services.wire.channel import open_channel
from tests.services.catalog.documents import SHOP_ID, shop
from tests.services.process import RunningProcess, metrics_of_a_ready_process, running_process, service_environment
from tests.services.serving import AS_SERVICE


async def test_the_process_serves_reports_and_drains_with_a_watch_open(database_url: str) -> None:
    environment = service_environment("catalog", database_url, registry_target="127.0.0.1:1")
    async with (
        running_process("services.catalog", environment) as running,
        open_channel(f"127.0.0.1:{running.grpc_port}") as channel,
    ):
        client = CatalogClient(channel, AS_SERVICE)

        assert (await client.import_collection(shop(), account_id=1)).is_new
        assert shop() == (await client.export_collection(SHOP_ID, account_id=1))[1]
        await it_reports_its_state_and_metrics(running)

        watch = client.watch(None)
        assert (await anext(watch)).revision == 1
        next_message = asyncio.create_task(asyncio.wait_for(anext(watch), 10))

        assert await running.stopped(seconds=8) == 0
        with pytest.raises(Unavailable):
            await next_message


async def it_reports_its_state_and_metrics(running: RunningProcess) -> None:
    metrics = await metrics_of_a_ready_process(running)
    assert "understudy_imported_collections_total 1.0" in metrics
    assert 'code="OK",grpc_method="/understudy.catalog.v1.CollectionService/ImportCollection"' in metrics
