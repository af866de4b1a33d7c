"""One running `up` for all tests of the commands."""

from collections.abc import Iterator

import pytest

from services.cli.demo import SHOP
from tests.e2e.suite import Suite, running_suite
from tests.services.cli.command import Understudy


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Suite, Understudy]]:
    """Return an `up` with the demo collection mocked, and the command that talks to it."""
    data = tmp_path_factory.mktemp("cli") / "data"
    with running_suite(data, [SHOP]) as running:
        yield running, Understudy(data)


@pytest.fixture
def understudy(suite: tuple[Suite, Understudy]) -> Understudy:
    """Return the command, for the running `up`."""
    return suite[1]


@pytest.fixture
def up(suite: tuple[Suite, Understudy]) -> Suite:
    """Return the running `up`."""
    return suite[0]
