"""`python -m services.catalog`: the real process, from its start to its drain."""

import asyncio

import httpx
import pytest

from services.core.errors import Unavailable
from services.wire.catalog_client import CatalogClient
from services.wire.channel import open_channel
from tests.services.catalog.documents import SHOP_ID, shop
from tests.services.process import RunningProcess, running_process
from tests.services.serving import AS_SERVICE, SERVICE_TOKEN


def environment(database_url: str) -> dict[str, str]:
    return {
        "CATALOG_DATABASE_URL": database_url,
        "CATALOG_SERVICE_TOKEN": SERVICE_TOKEN,
        "CATALOG_GRPC_HOST": "127.0.0.1",
        "CATALOG_GRPC_PORT": "0",
        "CATALOG_HEALTH_PORT": "0",
        "CATALOG_METRICS_HOST": "127.0.0.1",
        "CATALOG_METRICS_PORT": "0",
        "CATALOG_REGISTRY_TARGET": "127.0.0.1:1",
    }


async def test_the_process_serves_reports_and_drains_with_a_watch_open(database_url: str) -> None:
    async with (
        running_process("services.catalog", environment(database_url)) as running,
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
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.metrics_port}") as http:
        assert (await http.get("/livez")).status_code == 200
        assert (await http.get("/readyz")).status_code == 200
        metrics = (await http.get("/metrics")).text
    assert "understudy_imported_collections_total 1.0" in metrics
    assert 'code="OK",grpc_method="/understudy.catalog.v1.CollectionService/ImportCollection"' in metrics
