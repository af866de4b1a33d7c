"""One run of the whole suite for all that is asked of its metrics, with a Prometheus beside it where there is one."""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.observability.dashboards import expressions
from tests.observability.exposition import Exposition
from tests.observability.prometheus import Rows, running_prometheus
from tests.observability.promql import filled_in
from tests.observability.whole_suite import WholeSuite, use, whole_suite
from tests.postgres import cloned_databases


@dataclass(slots=True)
class Observed:
    """What each component exposed, and what Prometheus answered to each expression; an error is a text."""

    expositions: dict[str, Exposition] = field(default_factory=dict)
    answers: dict[str, Rows | str] = field(default_factory=dict)


@pytest.fixture(scope="package")
def observed(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Observed:
    """Return what is seen of the suite after a little of everything."""
    with cloned_databases(postgres_url) as databases:
        return asyncio.run(_observed(databases, tmp_path_factory.mktemp("suite")))


@pytest.fixture
def expositions(observed: Observed) -> dict[str, Exposition]:
    """Return what each component exposes."""
    return observed.expositions


async def _observed(databases: Mapping[str, str], folder: Path) -> Observed:
    seen, command = Observed(), shutil.which("prometheus")
    async with whole_suite(databases, folder) as suite:
        if command is None:
            await use(suite)
        else:
            seen.answers = await _answers(command, suite, folder)
        seen.expositions = await suite.expositions()
    return seen


async def _answers(command: str, suite: WholeSuite, folder: Path) -> dict[str, Rows | str]:
    """Use the suite, and return what a Prometheus that watched it answers to every expression of the dashboards."""
    async with running_prometheus(command, suite.metrics_ports, folder) as prometheus:
        await prometheus.scraped_all(len(suite.metrics_ports))
        await use(suite)
        for _ in range(2):  # The least of which a rate can be made.
            await prometheus.scraped_all(len(suite.metrics_ports))
        return {place: await prometheus.query(filled_in(expr)) for place, expr in expressions().items()}
