"""Fixtures of the catalog tests."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.services.catalog.running import RunningCatalog, running_catalog


@pytest.fixture
def database_url(new_database: Callable[[str], str]) -> str:
    """Return the URL of a fresh database of the catalog."""
    return new_database("catalog")


@pytest.fixture
async def catalog(database_url: str) -> AsyncIterator[RunningCatalog]:
    """Run the service."""
    async with running_catalog(database_url) as running:
        yield running
