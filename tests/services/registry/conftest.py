"""Fixtures of the registry tests."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.services.registry.running import RunningCatalog, RunningRegistry, running_catalog, running_registry


@pytest.fixture
def database_url(new_database: Callable[[str], str]) -> str:
    """Return the URL of a fresh database of the registry."""
    return new_database("registry")


@pytest.fixture
def catalog_url(new_database: Callable[[str], str]) -> str:
    """Return the URL of a fresh database of the catalog."""
    return new_database("catalog")


@pytest.fixture
def second_catalog_url(new_database: Callable[[str], str]) -> str:
    """Return the URL of another one."""
    return new_database("catalog")


@pytest.fixture
async def catalog(catalog_url: str) -> AsyncIterator[RunningCatalog]:
    """Run a catalog."""
    async with running_catalog(catalog_url) as running:
        yield running


@pytest.fixture
async def registry(database_url: str) -> AsyncIterator[RunningRegistry]:
    """Run the registry alone: for all that needs no catalog."""
    async with running_registry(database_url) as running:
        yield running


@pytest.fixture
async def mocking(database_url: str, catalog: RunningCatalog) -> AsyncIterator[RunningRegistry]:
    """Run the registry beside a catalog."""
    async with running_registry(database_url, catalog=catalog.address) as running:
        yield running
