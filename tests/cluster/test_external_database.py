"""The rendered chart with a PostgreSQL of one's own and contents from a ConfigMap: what a platform team would install.

One suite for the module. Its pods run as the chart writes them, and are observed from their first moment on; the last
tests compare what they were seen to do with what the NetworkPolicies allow, and ask them all to leave.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import httpx
import pytest

from services.client import Understudy
from services.core.ids import MockId
from tests.cluster.allowed_pairs import OUTSIDERS, Pair, allowed_pairs, endpoints, matching
from tests.cluster.asking import (
    GIVEN_SECRETS,
    administrator,
    answers,
    calls_logged,
    collection_of_one_example,
    edge_url,
    gateway,
    mock_of_one_example,
    suite_secrets,
)
from tests.cluster.cluster import Cluster, running_cluster
from tests.cluster.connections import Observer, by_name
from tests.cluster.containers import Exit
from tests.cluster.external_database import ExternalDatabase, external_database
from tests.cluster.figures import Figures, Stopwatch
from tests.cluster.manifests import ConfigMap, Manifests
from tests.cluster.manifests import Pod as PodObject
from tests.cluster.pods import Pod
from tests.cluster.policies import Endpoint
from tests.cluster.rendering import Values, rendered
from tests.cluster.waiting import soon
from tests.golden import Case, read_cases
from tests.golden_over_http import complaints_over_http

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("image"), pytest.mark.timeout(300)]

READY_SECONDS = 120
"""All pods begin at once, on a machine that may be busy; a minute is usual where others work on it too."""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A running suite, what it was made from, and who watches it."""

    cluster: Cluster
    chart: Manifests
    database: ExternalDatabase
    observer: Observer
    check: Pod


@pytest.fixture(scope="module")
def installed(figures: Figures) -> Iterator[Installed]:
    """Install the chart, and run `helm test`."""
    with running_cluster() as cluster, external_database(cluster.engine) as database:
        chart = rendered(values(database))
        with Observer(cluster.engine.bridge) as observer:
            watch = Stopwatch()
            cluster.install(suite_secrets().with_objects([*database.secrets.objects, *chart.objects]))
            cluster.wait_until_ready(seconds=READY_SECONDS)
            figures.note("external database: from nothing to all ready", str(watch))
            figures.note_pods("external database", cluster)
            watch = Stopwatch()
            (test,) = chart.hooked("test").of(PodObject)
            check = cluster.run(test, seconds=90)
            figures.note("external database: helm test", str(watch))
            yield Installed(cluster=cluster, chart=chart, database=database, observer=observer, check=check)


def values(database: ExternalDatabase) -> Values:
    """Return the chart's values."""
    return {
        "secrets": GIVEN_SECRETS,
        "database": database.values,
        "networkPolicy": {"database": {"to": [{"ipBlock": {"cidr": f"{database.address}/32"}}]}},
        "bootstrap": {
            "collections": {"greetings": json.dumps(collection_of_one_example("greetings", "hello"))},
            "mocks": [{"name": "Greetings", "collection": "greetings"}],
        },
    }


@pytest.fixture
def cluster(installed: Installed) -> Cluster:
    """Return the cluster."""
    return installed.cluster


@pytest.fixture
async def understudy(cluster: Cluster) -> AsyncIterator[Understudy]:
    async with administrator(cluster) as understudy:
        yield understudy


def test_every_pod_became_ready_and_none_was_restarted(cluster: Cluster) -> None:
    assert {"catalog", "registry", "calllog", "edge", "gateway", "bootstrap"} == {pod.component for pod in cluster.pods}
    assert {pod.name: 0 for pod in cluster.everyone()} == {pod.name: pod.restarts for pod in cluster.everyone()}


def test_helm_test_makes_a_mock_calls_it_and_finds_the_call_in_the_log(installed: Installed) -> None:
    log = installed.check.main.log()

    assert [0] == [end.code for end in installed.check.main.exits], log
    assert "find the call in the log" in log


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.name)
async def test_a_mock_answers_as_the_golden_corpus_tells(case: Case, cluster: Cluster, understudy: Understudy) -> None:
    assert [] == await complaints_over_http(case, edge_url(cluster), understudy)


async def test_the_gateway_answers_with_what_the_services_hold(cluster: Cluster, understudy: Understudy) -> None:
    mock = await mock_of_one_example(understudy, "through-the-gateway")
    async with gateway(cluster) as client:
        mocks = (await client.get("/mocks")).json()["mocks"]
        collections = await client.get("/collections")
        logs = await client.get(f"/mocks/{mock.id}/call-logs")

    assert mock.id in {each["id"] for each in mocks}
    assert [httpx.codes.OK] * 2 == [collections.status_code, logs.status_code]


async def test_what_a_config_map_holds_is_served_and_served_anew_when_it_changes(
    cluster: Cluster, understudy: Understudy
) -> None:
    mock_id = await soon(lambda: mock_named("Greetings", understudy))
    assert "hello" == await body_of(cluster, mock_id, "greetings")

    cluster.replace(with_greeting(cluster, "good morning"))

    await soon(lambda: body_becomes("good morning", cluster, mock_id, "greetings"))


async def test_no_call_is_lost_where_the_edge_and_the_call_log_are_killed(
    cluster: Cluster, understudy: Understudy, figures: Figures
) -> None:
    mock = await mock_of_one_example(understudy, "survivor")
    url = f"{edge_url(cluster)}/mocks/{mock.id}/survivor"
    edge, calllog = cluster.pod("edge"), cluster.pod("calllog")
    before = edge.restarts, calllog.restarts
    async with httpx.AsyncClient() as client:
        await soon(lambda: answers(client, url))
        calllog.main.container.kill()
        statuses = [(await client.get(url)).status_code for _ in range(50)]
        edge.main.container.kill()
    watch = Stopwatch()

    assert [200] * 50 == statuses
    await asyncio.to_thread(cluster.wait_until_restarted, [edge, calllog], since=before, seconds=60)
    figures.note("edge and calllog killed: both ready again", str(watch))
    await soon(lambda: calls_logged(understudy, mock.id, at_least=51), seconds=30)
    assert 51 == len([entry async for entry in understudy.calllog.list_entries(mock.id)])


class TestNetworkPolicies:
    """What the pods were seen to do, and what they may do."""

    def test_no_packet_was_missed(self, installed: Installed) -> None:
        assert 0 == installed.observer.missed()

    def test_whatever_the_pods_were_seen_to_do_is_allowed(self, seen: set[Pair], allowed: set[Pair]) -> None:
        assert set() == seen - allowed

    def test_whatever_is_allowed_was_seen_or_has_a_reason(self, seen: set[Pair], allowed: set[Pair]) -> None:
        explained = set().union(*(matching(allowed, rule) for rule in NOT_SEEN))

        assert set() == allowed - seen - explained

    def test_every_reason_is_still_needed(self, allowed: set[Pair]) -> None:
        assert [] == [rule for rule in NOT_SEEN if not matching(allowed, rule)]


NOT_SEEN: Final[Mapping[Pair, str]] = {
    ("*", "cluster DNS", 53): "names; in this cluster the engine answers inside each pod",
    ("Prometheus", "*", 9090): "scraping, from the namespace that the values name",
    ("*", "edge", 8080): "mock traffic, from anybody: that is what it is for",
    ("*", "gateway", 8081): "the REST API, from anybody who has a key",
}
"""What is allowed though nobody did it here; `*` stands for anybody."""


@pytest.fixture
def allowed(installed: Installed) -> set[Pair]:
    """Return what the policies allow."""
    database = Endpoint(name="database", address=installed.database.address)
    return allowed_pairs(everybody(installed), [*OUTSIDERS, database], installed.cluster)


@pytest.fixture
def seen(installed: Installed) -> set[Pair]:
    """Return what pods were seen to open; the node, from which kubelet and these tests call, is none."""
    names = {pod.address: pod.component for pod in (*installed.cluster.everyone(), installed.check)}
    node = installed.cluster.engine.node_address
    named = by_name(installed.observer.seen, names | {installed.database.address: "database", node: "node"})
    return {pair for pair in named if pair[0] != "node"}


def everybody(installed: Installed) -> list[Endpoint]:
    """Return the components, that of `helm test` among them."""
    return endpoints(installed.cluster, [installed.check])


def test_every_pod_leaves_in_time_and_well_when_it_is_asked_to(cluster: Cluster, figures: Figures) -> None:
    with ThreadPoolExecutor(len(cluster.pods)) as threads:
        left = dict(zip(cluster.pods, threads.map(left_by, cluster.pods), strict=True))

    for pod, (seconds, ends) in left.items():
        figures.note(f"external database: {pod.name} leaves", f"after {seconds:.1f} s")
        assert [0] == [end.code for end in ends], ends
        assert seconds < pod.template.spec.termination_grace_period_seconds


def left_by(pod: Pod) -> tuple[float, list[Exit]]:
    """Ask a pod to leave, and return how many seconds it took, and how its containers ended."""
    watch = Stopwatch()
    ends = pod.stop()
    return watch.seconds, ends


async def mock_named(name: str, understudy: Understudy) -> MockId:
    """Return the id of a mock. Raises AssertionError where there is none of that name."""
    ids = [mock.id async for mock in understudy.registry.list_mocks() if mock.name == name]
    assert ids
    return ids[0]


async def body_of(cluster: Cluster, mock_id: MockId, path: str) -> str:
    """Return what a mock answers."""
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{edge_url(cluster)}/mocks/{mock_id}/{path}")).text


async def body_becomes(text: str, cluster: Cluster, mock_id: MockId, path: str) -> None:
    """Raise AssertionError where a mock answers something else."""
    assert text == await body_of(cluster, mock_id, path)


def with_greeting(cluster: Cluster, text: str) -> ConfigMap:
    """Return the ConfigMap that holds the greetings, with another one."""
    holder = next(each for each in cluster.manifests.of(ConfigMap) if '"hello"' in str(each.data))
    changed = {key: value.replace('"hello"', json.dumps(text)) for key, value in holder.data.items()}
    return holder.model_copy(update={"data": changed})
