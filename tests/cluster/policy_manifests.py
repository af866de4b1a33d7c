"""NetworkPolicies as manifests tell them."""

from typing import Literal

from pydantic import Field

from tests.cluster.objects import Object, Selector
from tests.cluster.understood import Understood


class IpBlock(Understood):
    """Addresses outside the cluster."""

    cidr: str
    except_: tuple[str, ...] = Field(default=(), alias="except")


class Peer(Understood):
    """Who is at the other end."""

    pod_selector: Selector | None = None
    namespace_selector: Selector | None = None
    ip_block: IpBlock | None = None


class PolicyPort(Understood):
    """A port at the receiving end, or a range of them; none means all."""

    port: int | str | None = None
    end_port: int | None = None
    protocol: Literal["TCP", "UDP", "SCTP"] = "TCP"


class IngressRule(Understood):
    """Who may come in, and where; no peers mean everybody."""

    from_: tuple[Peer, ...] = Field(default=(), alias="from")
    ports: tuple[PolicyPort, ...] = ()

    @property
    def peers(self) -> tuple[Peer, ...]:
        """Return who may come in."""
        return self.from_


class EgressRule(Understood):
    """Where a pod may go; no peers mean everywhere."""

    to: tuple[Peer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()

    @property
    def peers(self) -> tuple[Peer, ...]:
        """Return where a pod may go."""
        return self.to


class PolicySpec(Understood):
    """Whom a policy is for, and what it allows."""

    pod_selector: Selector
    policy_types: tuple[Literal["Ingress", "Egress"], ...]
    ingress: tuple[IngressRule, ...] = ()
    egress: tuple[EgressRule, ...] = ()


class NetworkPolicy(Object):
    """What may talk to what."""

    spec: PolicySpec
