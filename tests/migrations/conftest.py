"""What every test of migrations begins with."""

from collections.abc import Iterator

import pytest

from tests.migrations.schemas import empty_database


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """Return the URL of a database that holds nothing."""
    with empty_database(postgres_url) as url:
        yield url
