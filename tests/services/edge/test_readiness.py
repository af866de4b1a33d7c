"""An edge's probes: alive always, ready once it was synced, and from then on also while everything else is away."""

from pathlib import Path

import httpx

from services.edge.app import edge_service
from tests.builders import an_example, an_item
from tests.services.edge.suite import Suite, edge_settings, running_edge, running_suite
from tests.services.waiting import until

FOUND = an_item(an_example(url="https://api.example/a", body="found"))

ALIVE_AND_READY, ALIVE_ONLY = (200, 200), (200, 503)


async def test_an_edge_that_was_never_synced_is_alive_and_not_ready(tmp_path: Path) -> None:
    settings = edge_settings(Suite({}), tmp_path)  # Nobody listens where this suite would.
    async with edge_service(settings) as edge:
        assert ALIVE_ONLY == await probed(edge.metrics_port)


async def test_a_synced_edge_stays_ready_and_answers_when_it_has_noticed_that_all_services_are_away(
    fresh_databases: dict[str, str], tmp_path: Path
) -> None:
    async with running_suite(fresh_databases) as suite, running_edge(suite, tmp_path) as edge:
        mock = await suite.mock(FOUND)
        assert "found" == (await edge.call(mock, "/a")).text

        await suite.stop()
        await until(lambda: not any(edge.running.following.connections.values()))

        assert ALIVE_AND_READY == await probed(edge.running.metrics_port)
        assert "found" == (await edge.call(mock, "/a")).text


async def probed(metrics_port: int) -> tuple[int, int]:
    """Return what the probes of liveness and readiness answer."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{metrics_port}", timeout=20) as http:
        return (await http.get("/livez")).status_code, (await http.get("/readyz")).status_code
