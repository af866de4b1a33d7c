"""The rendered chart as it is, which brings a PostgreSQL for evaluation: the one command of a first installation."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.cluster.cluster import Cluster, running_cluster
from tests.cluster.figures import Figures, Stopwatch
from tests.cluster.manifests import Manifests
from tests.cluster.manifests import Pod as PodObject
from tests.cluster.rendering import Values, rendered

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300), pytest.mark.usefixtures("image")]

READY_SECONDS = 120


@pytest.fixture(scope="module")
def chart(user_of_postgres: tuple[int, int]) -> Manifests:
    """Return what is installed: nothing is chosen but the user that PostgreSQL's image here happens to have."""
    user, group = user_of_postgres
    values: Final[Values] = {"database": {"bundled": {"runAsUser": user, "runAsGroup": group}}}
    return rendered(values)


@pytest.fixture(scope="module")
def cluster(chart: Manifests, figures: Figures) -> Iterator[Cluster]:
    """Install the chart."""
    with running_cluster() as cluster:
        watch = Stopwatch()
        cluster.install(chart)
        cluster.wait_until_ready(seconds=READY_SECONDS)
        figures.note("defaults: from nothing to all ready", str(watch))
        figures.note_pods("defaults", cluster)
        yield cluster


def test_every_pod_becomes_ready_without_a_restart(cluster: Cluster) -> None:
    assert {pod.name: 0 for pod in cluster.everyone()} == {pod.name: pod.restarts for pod in cluster.everyone()}


def test_helm_test_succeeds(cluster: Cluster, chart: Manifests) -> None:
    (test,) = chart.hooked("test").of(PodObject)

    assert "find the call in the log" in cluster.run(test, seconds=90).main.log()


def test_the_database_survives_its_pod(cluster: Cluster, chart: Manifests) -> None:
    database = cluster.pod("postgresql")
    before = database.restarts
    database.main.container.kill()
    cluster.wait_until_restarted([database], since=[before], seconds=60)
    cluster.wait_until_ready(seconds=60)

    (test,) = chart.hooked("test").of(PodObject)
    assert "find the call in the log" in cluster.run(test, seconds=90).main.log()


def test_the_database_leaves_well_when_it_is_asked_to(cluster: Cluster) -> None:
    assert [0] == [end.code for end in cluster.pod("postgresql").stop()]
