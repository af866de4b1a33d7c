"""One suite and one edge for all tests of a module that do not stop them."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.postgres import SERVICES, cloned_databases
from tests.services.edge.suite import Edge, Suite, running_edge, running_suite


@pytest.fixture(scope="module")
def databases(postgres_url: str) -> Iterator[dict[str, str]]:
    """Return the URL of a fresh database for each service, for a whole module."""
    with cloned_databases(postgres_url) as urls:
        yield urls


@pytest.fixture
def fresh_databases(new_database: Callable[[str], str]) -> dict[str, str]:
    """Return the URL of a fresh database for each service, for one test."""
    return {service: new_database(service) for service in SERVICES}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def suite(databases: dict[str, str]) -> AsyncIterator[Suite]:
    """Run the three services for a module."""
    async with running_suite(databases) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def edge(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """Run an edge for a module."""
    journal_dir: Path = tmp_path_factory.mktemp("journal")
    async with running_edge(suite, journal_dir) as running:
        yield running
