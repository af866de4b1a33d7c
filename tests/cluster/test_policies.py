"""What NetworkPolicies allow."""

from typing import Any

import pytest

from tests.cluster.manifests import read_object
from tests.cluster.policies import Attempt, Endpoint, Protocol, is_allowed
from tests.cluster.policy_manifests import NetworkPolicy

HOME = {"kubernetes.io/metadata.name": "home"}
AWAY = {"kubernetes.io/metadata.name": "away"}

EDGE = Endpoint(name="edge", namespace="home", labels={"app": "edge"}, namespace_labels=HOME, ports={"http": 8080})
REGISTRY = Endpoint(
    name="registry", namespace="home", labels={"app": "registry"}, namespace_labels=HOME, ports={"grpc": 7000}
)
STRANGER = Endpoint(name="stranger", namespace="away", labels={"app": "edge"}, namespace_labels=AWAY)
OUTSIDE = Endpoint(name="outside", address="10.1.2.3")

TO_REGISTRY = Attempt(source=EDGE, target=REGISTRY, port=7000)


def policy(*types: str, app: str | None = None, **rules: list[dict[str, Any]]) -> NetworkPolicy:
    """Return a policy for the pods of an app, or for all."""
    selector = {"matchLabels": {"app": app}} if app else {}
    document = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "a"},
        "spec": {"podSelector": selector, "policyTypes": list(types), **rules},
    }
    read = read_object(document)
    assert isinstance(read, NetworkPolicy)
    return read


DENY = policy("Ingress", "Egress")

FROM_EDGE = policy(
    "Ingress",
    app="registry",
    ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "edge"}}}], "ports": [{"port": 7000}]}],
)

TO_THE_REGISTRY = policy(
    "Egress",
    app="edge",
    egress=[{"to": [{"podSelector": {"matchLabels": {"app": "registry"}}}], "ports": [{"port": "grpc"}]}],
)


def allowed(attempt: Attempt, *policies: NetworkPolicy) -> bool:
    """Tell whether policies in the namespace `home` allow a connection."""
    return is_allowed(attempt, policies, namespace="home")


def test_without_policies_everything_is_allowed() -> None:
    assert allowed(TO_REGISTRY)


def test_a_policy_without_rules_denies_everything_to_whom_it_selects() -> None:
    assert not allowed(TO_REGISTRY, DENY)
    assert allowed(Attempt(source=STRANGER, target=OUTSIDE, port=1), DENY)


def test_a_connection_needs_both_ends() -> None:
    assert not allowed(TO_REGISTRY, DENY, FROM_EDGE)
    assert not allowed(TO_REGISTRY, DENY, TO_THE_REGISTRY)
    assert allowed(TO_REGISTRY, DENY, FROM_EDGE, TO_THE_REGISTRY)


def test_an_end_that_no_policy_selects_is_free() -> None:
    assert allowed(TO_REGISTRY, FROM_EDGE)
    assert allowed(TO_REGISTRY, TO_THE_REGISTRY)


def test_another_port_is_not_allowed() -> None:
    elsewhere = Attempt(source=EDGE, target=REGISTRY, port=9090)

    assert not allowed(elsewhere, FROM_EDGE)
    assert not allowed(elsewhere, TO_THE_REGISTRY)


def test_a_pod_selector_alone_means_pods_of_the_policys_own_namespace() -> None:
    assert not allowed(Attempt(source=STRANGER, target=REGISTRY, port=7000), FROM_EDGE)


@pytest.mark.parametrize(("namespace", "is_let_in"), [("away", True), ("elsewhere", False)])
def test_a_namespace_selector_means_the_pods_of_namespaces(namespace: str, is_let_in: bool) -> None:  # noqa: FBT001 -- what is expected
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    lets_in = policy("Ingress", app="registry", ingress=[{"from": [peer]}])

    assert is_let_in == allowed(Attempt(source=STRANGER, target=REGISTRY, port=7000), lets_in)


def test_both_selectors_of_one_peer_must_fit() -> None:
    peer = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "away"}},
        "podSelector": {"matchLabels": {"app": "other"}},
    }

    assert not allowed(
        Attempt(source=STRANGER, target=REGISTRY, port=7000), policy("Ingress", ingress=[{"from": [peer]}])
    )


@pytest.mark.parametrize(("address", "is_let_out"), [("10.1.2.3", True), ("10.2.0.1", False), ("10.1.9.1", False)])
def test_a_block_means_addresses_outside_without_its_holes(address: str, is_let_out: bool) -> None:  # noqa: FBT001 -- what is expected
    block = {"ipBlock": {"cidr": "10.1.0.0/16", "except": ["10.1.9.0/24"]}}
    lets_out = policy("Egress", app="edge", egress=[{"to": [block]}])

    assert is_let_out == allowed(Attempt(source=EDGE, target=Endpoint(name="o", address=address), port=1), lets_out)


def test_a_block_does_not_mean_pods() -> None:
    lets_out = policy("Egress", app="edge", egress=[{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}])

    assert not allowed(TO_REGISTRY, lets_out)


def test_a_rule_without_peers_means_everybody() -> None:
    lets_in = policy("Ingress", app="edge", ingress=[{"ports": [{"port": "http"}]}])

    assert allowed(Attempt(source=OUTSIDE, target=EDGE, port=8080), lets_in)
    assert not allowed(Attempt(source=OUTSIDE, target=EDGE, port=9090), lets_in)


@pytest.mark.parametrize(("port", "is_let_out"), [(8000, True), (8100, True), (8101, False), (7999, False)])
def test_a_range_of_ports_has_two_ends(port: int, is_let_out: bool) -> None:  # noqa: FBT001 -- what is expected
    lets_out = policy("Egress", app="edge", egress=[{"ports": [{"port": 8000, "endPort": 8100}]}])

    assert is_let_out == allowed(Attempt(source=EDGE, target=OUTSIDE, port=port), lets_out)


@pytest.mark.parametrize(("protocol", "is_let_out"), [("UDP", True), ("TCP", False)])
def test_a_protocol_is_part_of_the_port(protocol: Protocol, is_let_out: bool) -> None:  # noqa: FBT001 -- what is expected
    lets_out = policy("Egress", app="edge", egress=[{"ports": [{"port": 53, "protocol": "UDP"}]}])

    assert is_let_out == allowed(Attempt(source=EDGE, target=OUTSIDE, port=53, protocol=protocol), lets_out)
