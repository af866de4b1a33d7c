"""Fixtures of the runtime's tests."""

from collections.abc import Iterator

import pytest

from tests.migrations.schemas import empty_database


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """Return the URL of an empty database."""
    with empty_database(postgres_url) as empty:
        yield empty
