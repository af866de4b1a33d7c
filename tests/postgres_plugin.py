"""The pytest plugin that shares one PostgreSQL server among all workers of a run, and hands tests their databases."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.postgres import SERVER_VARIABLE, cloned_database, postgres_server

_of_this_process = ExitStack()


class XdistHooks:
    """Under xdist the controller starts the server before its first worker, which inherits the variable."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self) -> None:
        ensure_server()


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("dsession"):
        config.pluginmanager.register(XdistHooks())


def pytest_unconfigure() -> None:
    _of_this_process.close()


def ensure_server() -> str:
    """Return the URL of the run's server, which is started on first use."""
    if SERVER_VARIABLE not in os.environ:
        os.environ[SERVER_VARIABLE] = _of_this_process.enter_context(postgres_server())
        _of_this_process.callback(os.environ.pop, SERVER_VARIABLE)
    return os.environ[SERVER_VARIABLE]


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Return the superuser's URL of the run's PostgreSQL server."""
    return ensure_server()


@pytest.fixture
def new_database(postgres_url: str) -> Iterator[Callable[[str], str]]:
    """Return a function that gives the URL of a fresh, migrated database of a service."""
    with ExitStack() as clones:
        yield lambda service: clones.enter_context(cloned_database(postgres_url, service))
