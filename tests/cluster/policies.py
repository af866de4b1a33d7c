"""NetworkPolicies evaluated: whether one endpoint may open a connection to another.

A connection is allowed when the source's policies let it out and the target's let it in. An endpoint that no policy of
a direction selects is free in that direction; one that some select is let through by any rule of any of them. An
`ipBlock` stands for what is no pod: network plugins differ in whether it means pods' addresses too, so we rely on none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Literal

from tests.cluster.policy_manifests import EgressRule, IngressRule, IpBlock, NetworkPolicy, Peer, PolicyPort

Protocol = Literal["TCP", "UDP", "SCTP"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One end of a connection: a pod, or, where `namespace` is empty, something outside the cluster."""

    name: str
    address: str = "192.0.2.1"
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_pod(self) -> bool:
        """Tell whether it is a pod."""
        return bool(self.namespace)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A connection that somebody may want to open."""

    source: Endpoint
    target: Endpoint
    port: int
    protocol: Protocol = "TCP"

    @property
    def names(self) -> tuple[str, str, int]:
        """Return who talks to whom, where."""
        return self.source.name, self.target.name, self.port


def is_allowed(attempt: Attempt, policies: Iterable[NetworkPolicy], *, namespace: str) -> bool:
    """Tell whether the policies, which lie in a namespace where they do not say otherwise, allow a connection."""
    placed = [(policy, policy.metadata.namespace or namespace) for policy in policies]
    out = [(policy, home) for policy, home in placed if _is_for(policy, home, attempt.source, "Egress")]
    into = [(policy, home) for policy, home in placed if _is_for(policy, home, attempt.target, "Ingress")]
    return (not out or any(_lets(policy.spec.egress, home, attempt.target, attempt) for policy, home in out)) and (
        not into or any(_lets(policy.spec.ingress, home, attempt.source, attempt) for policy, home in into)
    )


def _is_for(policy: NetworkPolicy, home: str, endpoint: Endpoint, direction: Literal["Ingress", "Egress"]) -> bool:
    return (
        endpoint.namespace == home
        and direction in policy.spec.policy_types
        and policy.spec.pod_selector.selects(endpoint.labels)
    )


def _lets(rules: Sequence[IngressRule | EgressRule], home: str, other: Endpoint, attempt: Attempt) -> bool:
    """Tell whether a rule names the endpoint at the other end, and the target's port."""
    return any(
        (not rule.peers or any(_is_peer(peer, home, other) for peer in rule.peers))
        and (not rule.ports or any(_is_port(port, attempt) for port in rule.ports))
        for rule in rules
    )


def _is_peer(peer: Peer, home: str, other: Endpoint) -> bool:
    if peer.ip_block is not None:
        return not other.is_pod and _is_within(peer.ip_block, other.address)
    if not other.is_pod:
        return False
    is_at_home = (
        other.namespace == home
        if peer.namespace_selector is None
        else peer.namespace_selector.selects(other.namespace_labels)
    )
    return is_at_home and (peer.pod_selector is None or peer.pod_selector.selects(other.labels))


def _is_within(block: IpBlock, address: str) -> bool:
    where = ip_address(address)
    return where in ip_network(block.cidr) and not any(where in ip_network(hole) for hole in block.except_)


def _is_port(allowed: PolicyPort, attempt: Attempt) -> bool:
    if allowed.protocol != attempt.protocol:
        return False
    if allowed.port is None:
        return True
    first = allowed.port if isinstance(allowed.port, int) else attempt.target.ports.get(allowed.port)
    return first is not None and first <= attempt.port <= (allowed.end_port or first)
