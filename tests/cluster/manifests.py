"""What `helm template` printed, as typed objects."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import yaml
from pydantic import Field, ValidationError

from tests.cluster.objects import Object, Selector
from tests.cluster.pod_manifests import PodSpec, PodTemplate
from tests.cluster.policy_manifests import NetworkPolicy
from tests.cluster.understood import IGNORED_KINDS, NotUnderstood, Understood


class Files(Object):
    """Named values, which pods see as variables or as files."""

    @property
    def files(self) -> dict[str, bytes]:
        """Return the values as they are seen by pods."""
        raise NotImplementedError


class Secret(Files):
    """Named values that are not for everyone."""

    type: str = "Opaque"
    data: Mapping[str, str] = {}
    string_data: Mapping[str, str] = {}

    @property
    def files(self) -> dict[str, bytes]:
        """Return the values as they are seen by pods."""
        decoded = {key: base64.b64decode(value) for key, value in self.data.items()}
        return decoded | {key: value.encode() for key, value in self.string_data.items()}


class ConfigMap(Files):
    """Named values."""

    data: Mapping[str, str] = {}
    binary_data: Mapping[str, str] = {}

    @property
    def files(self) -> dict[str, bytes]:
        """Return the values as they are seen by pods."""
        decoded = {key: base64.b64decode(value) for key, value in self.binary_data.items()}
        return decoded | {key: value.encode() for key, value in self.data.items()}


class ServiceAccount(Object):
    """Who a pod is to the cluster's own API."""

    automount_service_account_token: bool = True


class ServicePort(Understood):
    """A port of a Service, and the pods' port behind it."""

    name: str = ""
    port: int
    target_port: int | str | None = None
    protocol: Literal["TCP"] = "TCP"


class ServiceSpec(Understood):
    """Which pods a name stands for."""

    selector: Mapping[str, str]
    ports: tuple[ServicePort, ...]
    type: Literal["ClusterIP", "NodePort", "LoadBalancer"] = "ClusterIP"
    cluster_ip: str = Field(default="", alias="clusterIP")
    publish_not_ready_addresses: bool = False


class Service(Object):
    """A name for pods."""

    spec: ServiceSpec


class DeploymentSpec(Understood):
    """So many equal pods."""

    replicas: int = 1
    selector: Selector
    template: PodTemplate


class Deployment(Object):
    """Pods without an identity."""

    spec: DeploymentSpec


class ClaimSpec(Understood):
    """A disk."""

    access_modes: tuple[Literal["ReadWriteOnce", "ReadWriteOncePod"], ...]


class ClaimMetadata(Understood):
    """What a disk is called in its pods."""

    name: str
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}


class ClaimTemplate(Understood):
    """A disk for each pod."""

    api_version: str = "v1"
    kind: Literal["PersistentVolumeClaim"] = "PersistentVolumeClaim"
    metadata: ClaimMetadata
    spec: ClaimSpec


class StatefulSetSpec(Understood):
    """So many pods with a name and a disk each."""

    replicas: int = 1
    service_name: str
    selector: Selector
    template: PodTemplate
    pod_management_policy: Literal["OrderedReady", "Parallel"] = "OrderedReady"
    volume_claim_templates: tuple[ClaimTemplate, ...] = ()


class StatefulSet(Object):
    """Pods with an identity."""

    spec: StatefulSetSpec


class JobSpec(Understood):
    """A pod that ends."""

    template: PodTemplate
    backoff_limit: int = 6
    active_deadline_seconds: int | None = None
    completions: Literal[1] = 1
    parallelism: Literal[1] = 1


class Job(Object):
    """Work that ends."""

    spec: JobSpec


class Pod(Object):
    """A single pod, as `helm test` runs it."""

    spec: PodSpec


class Claim(Object):
    """A disk of its own."""

    spec: ClaimSpec


KINDS: Final[Mapping[str, type[Object]]] = {
    "ConfigMap": ConfigMap,
    "Deployment": Deployment,
    "Job": Job,
    "NetworkPolicy": NetworkPolicy,
    "PersistentVolumeClaim": Claim,
    "Pod": Pod,
    "Secret": Secret,
    "Service": Service,
    "ServiceAccount": ServiceAccount,
    "StatefulSet": StatefulSet,
}

Kind = TypeVar("Kind", bound=Object)


@dataclass(frozen=True, slots=True)
class Manifests:
    """The objects of a release, by kind and name."""

    objects: tuple[Object, ...]

    def of(self, kind: type[Kind]) -> Iterator[Kind]:
        """Yield the objects of a kind."""
        return (each for each in self.objects if isinstance(each, kind))

    def get(self, kind: type[Kind], name: str) -> Kind:
        """Return an object. Raises NotUnderstood where there is none of that name."""
        for each in self.of(kind):
            if each.metadata.name == name:
                return each
        raise NotUnderstood(f"there is no {kind.__name__} named {name}")

    def has(self, kind: type[Kind], name: str) -> bool:
        """Tell whether there is an object of that name."""
        return any(each.metadata.name == name for each in self.of(kind))

    def hooked(self, hook: str) -> "Manifests":
        """Return what is made at a moment of Helm; at "" what is simply installed."""
        return Manifests(tuple(each for each in self.objects if (hook in each.hooks if hook else not each.hooks)))

    def with_objects(self, objects: Iterable[Object]) -> "Manifests":
        """Return these and others; of two with the same kind and name, the later one."""
        by_name = {(each.kind, each.metadata.name): each for each in (*self.objects, *objects)}
        return Manifests(tuple(by_name.values()))


def read_manifests(text: str) -> Manifests:
    """Read a stream of YAML documents. Raises NotUnderstood, with the place, for whatever is not understood."""
    documents = [document for document in yaml.safe_load_all(text) if document]
    return Manifests(tuple(read_object(each) for each in documents if each.get("kind") not in IGNORED_KINDS))


def read_object(document: Mapping[str, Any]) -> Object:
    """Read one object. Raises NotUnderstood, with the place, for whatever is not understood."""
    kind, name = str(document.get("kind")), document.get("metadata", {}).get("name")
    if kind not in KINDS:
        raise NotUnderstood(f"{kind} {name}: this cluster knows no such kind")
    try:
        return KINDS[kind].model_validate(document)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise NotUnderstood(f"{kind} {name}: {faults}") from error
