"""The rendered chart with mutual TLS from given Secrets, two of each service, and journals on disks.

The tests use the suite through its gateway, whose REST API is plain HTTP inside a cluster: behind it everything is TLS.
"""

import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
import trustme

from services.client import connect
from services.core.errors import Unavailable
from tests.cluster.asking import (
    GIVEN_SECRETS,
    answers,
    collection_of_one_example,
    edge_url,
    gateway,
    suite_secrets,
    targets,
)
from tests.cluster.cluster import Cluster, running_cluster
from tests.cluster.external_database import secret
from tests.cluster.figures import Figures, Stopwatch
from tests.cluster.manifests import Manifests, Secret
from tests.cluster.manifests import Pod as PodObject
from tests.cluster.pods import Pod
from tests.cluster.rendering import RELEASE, Values, rendered
from tests.cluster.waiting import soon
from tests.golden import API_KEY

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300), pytest.mark.usefixtures("image")]

READY_SECONDS = 180
"""Eleven processes begin at once."""

SERVED: Final = ("catalog", "registry", "calllog")
CLIENTS: Final = ("edge", "gateway", "client")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return who signs the suite's certificates."""
    return trustme.CA()


@pytest.fixture(scope="module")
def chart(user_of_postgres: tuple[int, int]) -> Manifests:
    """Return what is installed."""
    user, group = user_of_postgres
    values: Values = {
        "secrets": GIVEN_SECRETS,
        "database": {"bundled": {"runAsUser": user, "runAsGroup": group}},
        "defaults": {"replicas": 2},
        "edge": {"journal": {"persistence": {"enabled": True}}},
        "tls": {
            "enabled": True,
            "source": "existing",
            "existingSecrets": {name: f"tls-{name}" for name in (*SERVED, *CLIENTS)},
        },
    }
    return rendered(values)


@pytest.fixture(scope="module")
def cluster(chart: Manifests, authority: trustme.CA, figures: Figures) -> Iterator[Cluster]:
    """Install the chart."""
    secrets = [certificate_secret(authority, name) for name in (*SERVED, *CLIENTS)]
    with running_cluster() as cluster:
        watch = Stopwatch()
        cluster.install(suite_secrets().with_objects([*secrets, *chart.objects]))
        cluster.wait_until_ready(seconds=READY_SECONDS)
        figures.note("mutual TLS, two of each: from nothing to all ready", str(watch))
        figures.note_pods("mutual TLS", cluster)
        yield cluster


@pytest.fixture
async def api(cluster: Cluster) -> AsyncIterator[httpx.AsyncClient]:
    """Yield the REST API, for the administrator."""
    async with gateway(cluster) as client:
        yield client


def test_every_pod_becomes_ready_without_a_restart(cluster: Cluster) -> None:
    assert {pod.name: 0 for pod in cluster.everyone()} == {pod.name: pod.restarts for pod in cluster.everyone()}
    assert [2] * 5 == [len(cluster.pods_of(name)) for name in (*SERVED, "edge", "gateway")]


def test_helm_test_succeeds(cluster: Cluster, chart: Manifests) -> None:
    (test,) = chart.hooked("test").of(PodObject)

    assert "find the call in the log" in cluster.run(test, seconds=90).main.log()


async def test_a_client_that_speaks_in_the_clear_is_refused(cluster: Cluster) -> None:
    async with connect(targets(cluster), api_key=API_KEY) as plain:
        with pytest.raises(Unavailable):
            await plain.registry.get_caller()


async def test_a_renewed_certificate_is_shown_without_a_restart(
    cluster: Cluster, authority: trustme.CA, tmp_path: Path
) -> None:
    client = tls_client(authority, tmp_path)
    pods = cluster.pods_of("registry")
    before, restarts = [certificate_shown(pod, client) for pod in pods], [pod.restarts for pod in pods]

    cluster.replace(certificate_secret(authority, "registry"))

    await soon(lambda: shown_is_none_of(before, pods, client))
    assert restarts == [pod.restarts for pod in pods]


async def test_a_journal_outlives_its_pod(cluster: Cluster, api: httpx.AsyncClient) -> None:
    mock_id = await mock_through(api, "persistent")
    url = f"{edge_url(cluster, 1)}/mocks/{mock_id}/persistent"
    async with httpx.AsyncClient() as client:
        await soon(lambda: answers(client, url))
        for calllog in cluster.pods_of("calllog"):
            calllog.main.container.kill()
        statuses = [(await client.get(url)).status_code for _ in range(20)]
    cluster.lose(cluster.pods_of("edge")[1])

    assert [200] * 20 == statuses
    await soon(lambda: calls_listed(api, mock_id, 21), seconds=60)


async def mock_through(api: httpx.AsyncClient, name: str) -> str:
    """Make a mock that answers `GET /<name>`, and return its id."""
    collection = await api.post("/collections", json={"collection": collection_of_one_example(name, name)})
    mock = await api.post("/mocks", json={"mock": {"collection": collection.json()["collection"]["uid"], "name": name}})
    return str(mock.json()["mock"]["id"])


async def calls_listed(api: httpx.AsyncClient, mock_id: str, number: int) -> None:
    """Raise AssertionError where the log tells of fewer or of more calls."""
    listed = await api.get(f"/mocks/{mock_id}/call-logs", params={"limit": 100})
    assert number == len(listed.json().get("call-logs", []))


def tls_client(authority: trustme.CA, folder: Path) -> ssl.SSLContext:
    """Return what a client of the suite shows, which looks at any certificate that it is shown."""
    files = folder / "client.pem"
    files.write_bytes(authority.issue_cert("client.example.com").private_key_and_cert_chain_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    context.load_cert_chain(files)
    return context


def certificate_shown(pod: Pod, client: ssl.SSLContext) -> bytes:
    """Return the certificate that a gRPC service shows."""
    with socket.create_connection((pod.address, 7000), timeout=10) as plain, client.wrap_socket(plain) as secured:
        return secured.getpeercert(binary_form=True) or b""


async def shown_is_none_of(before: list[bytes], pods: list[Pod], client: ssl.SSLContext) -> None:
    """Raise AssertionError where a pod shows one of the certificates."""
    assert not {certificate_shown(pod, client) for pod in pods} & {*before}


def certificate_secret(authority: trustme.CA, component: str) -> Secret:
    """Return the Secret of a component: its certificate names its Services, as the chart's values ask."""
    names = [f"{RELEASE}-{component}{kind}" for kind in ("", "-headless")]
    certificate = authority.issue_cert(*names)
    content = {
        "tls.crt": certificate.cert_chain_pems[0].bytes().decode(),
        "tls.key": certificate.private_key_pem.bytes().decode(),
        "ca.crt": authority.cert_pem.bytes().decode(),
    }
    return secret(f"tls-{component}", content)
