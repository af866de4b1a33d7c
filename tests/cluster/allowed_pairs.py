"""All connections that the policies allow, among the pods and with those outside, to compare with what was seen."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tests.cluster.cluster import Cluster
from tests.cluster.pods import Pod
from tests.cluster.policies import Attempt, Endpoint, Protocol, is_allowed
from tests.cluster.policy_manifests import NetworkPolicy

Pair = tuple[str, str, int]
"""Who opens a connection, to whom, at which port."""

PORTS_OUTSIDE: Final[Sequence[tuple[int, Protocol]]] = (
    (53, "UDP"), (53, "TCP"), (80, "TCP"), (443, "TCP"), (4317, "TCP"), (5432, "TCP"), (6443, "TCP"), (7000, "TCP"),
)  # fmt: skip
"""Where a pod is tried to go outside: names, the web, traces, databases, the cluster's API, another suite."""

OUTSIDERS: Final = (
    Endpoint(
        name="cluster DNS",
        namespace="kube-system",
        labels={"k8s-app": "kube-dns"},
        namespace_labels={"kubernetes.io/metadata.name": "kube-system"},
    ),
    Endpoint(name="Prometheus", namespace="monitoring", namespace_labels={"kubernetes.io/metadata.name": "monitoring"}),
    Endpoint(
        name="a stranger in the namespace",
        namespace="understudy",
        labels={"app.kubernetes.io/name": "stranger"},
        namespace_labels={"kubernetes.io/metadata.name": "understudy"},
    ),
    Endpoint(
        name="another namespace", namespace="default", namespace_labels={"kubernetes.io/metadata.name": "default"}
    ),
    Endpoint(name="the internet", address="203.0.113.7"),
)


def endpoints(cluster: Cluster, finished: Sequence[Pod]) -> list[Endpoint]:
    """Return the components of a cluster as endpoints, each by one of its pods; with pods that ran on their own."""
    pods = {pod.component: pod for pod in (*cluster.everyone(), *finished)}
    return [
        Endpoint(
            name=component,
            address=pod.address,
            namespace=cluster.namespace,
            labels=pod.template.metadata.labels,
            namespace_labels={"kubernetes.io/metadata.name": cluster.namespace},
            ports=pod.ports,
        )
        for component, pod in pods.items()
    ]


def allowed_pairs(inside: Sequence[Endpoint], outside: Sequence[Endpoint], cluster: Cluster) -> set[Pair]:
    """Return what the cluster's policies allow, wherever a pod of the release is at an end, or at both."""
    policies = list(cluster.manifests.of(NetworkPolicy))
    return {
        attempt.names
        for attempt in _attempts(inside, outside)
        if is_allowed(attempt, policies, namespace=cluster.namespace)
    }


def _attempts(inside: Sequence[Endpoint], outside: Sequence[Endpoint]) -> Iterator[Attempt]:
    for target in inside:
        for source in (*inside, *outside):
            if source is not target:
                yield from (Attempt(source=source, target=target, port=port) for port in target.ports.values())
    for target in outside:
        for source in inside:
            for port, protocol in PORTS_OUTSIDE:
                yield Attempt(source=source, target=target, port=port, protocol=protocol)


def matching(pairs: Iterable[Pair], rule: tuple[str, str, int]) -> set[Pair]:
    """Return the pairs that a rule covers; `*` stands for anybody."""
    source, target, port = rule
    return {pair for pair in pairs if source in {"*", pair[0]} and target in {"*", pair[1]} and port == pair[2]}
