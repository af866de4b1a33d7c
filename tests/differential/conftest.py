"""The fixture that asks Postman's libraries."""

import os
from collections.abc import Iterator

import pytest

from tests.differential.sdk import NoLibraries, Sdk, running_sdk


@pytest.fixture(scope="session")
def sdk() -> Iterator[Sdk]:
    """Yield Postman's libraries; without npm the test is skipped, or fails where CI=true or REQUIRE_NPM=1."""
    try:
        with running_sdk() as running:
            yield running
    except NoLibraries as reason:
        if os.environ.get("CI") == "true" or os.environ.get("REQUIRE_NPM") == "1":
            pytest.fail(str(reason))
        pytest.skip(str(reason))
