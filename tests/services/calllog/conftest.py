"""Fixtures of the calllog tests."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.services.calllog.running import RunningCallLog, running_calllog


@pytest.fixture
def database_url(new_database: Callable[[str], str]) -> str:
    """Return the URL of a fresh database of the call log."""
    return new_database("calllog")


@pytest.fixture
async def log(database_url: str) -> AsyncIterator[RunningCallLog]:
    """Run the service."""
    async with running_calllog(database_url) as running:
        yield running
