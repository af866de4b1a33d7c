"""What the tests under load share: a database of their own."""

from collections.abc import Iterator

import pytest

from tests.migrations.schemas import empty_database


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """Return the URL of an empty database."""
    with empty_database(postgres_url) as url:
        yield url
