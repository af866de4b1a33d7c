"""Pods as manifests tell them: containers, probes, volumes and who may do what."""

from collections.abc import Mapping
from typing import Literal

from tests.cluster.quantities import Quantity
from tests.cluster.understood import Understood
from tests.cluster.volume_manifests import Volume


class KeyReference(Understood):
    """A key of a Secret or a ConfigMap."""

    name: str
    key: str
    optional: bool = False


class FieldReference(Understood):
    """A field of the pod itself."""

    field_path: str
    api_version: Literal["v1"] = "v1"


class ValueSource(Understood):
    """Where a variable's value comes from: exactly one of them."""

    secret_key_ref: KeyReference | None = None
    config_map_key_ref: KeyReference | None = None
    field_ref: FieldReference | None = None


class Variable(Understood):
    """One variable of a container's environment."""

    name: str
    value: str = ""
    value_from: ValueSource | None = None


class WholeReference(Understood):
    """A whole Secret or ConfigMap."""

    name: str
    optional: bool = False


class Variables(Understood):
    """Variables for every key of a Secret or a ConfigMap."""

    prefix: str = ""
    secret_ref: WholeReference | None = None
    config_map_ref: WholeReference | None = None


class Port(Understood):
    """A port that a container listens on."""

    name: str = ""
    container_port: int
    protocol: Literal["TCP"] = "TCP"


class Exec(Understood):
    """A command in the container."""

    command: tuple[str, ...]


class HttpHeader(Understood):
    """A header of a probe's request."""

    name: str
    value: str


class HttpGet(Understood):
    """A request to the pod."""

    path: str = "/"
    port: int | str
    scheme: Literal["HTTP", "HTTPS"] = "HTTP"
    http_headers: tuple[HttpHeader, ...] = ()


class TcpSocket(Understood):
    """A connection to the pod."""

    port: int | str


class Grpc(Understood):
    """A question to the pod's `grpc.health.v1`; always plaintext, and the port has no name."""

    port: int
    service: str = ""


class Sleep(Understood):
    """A pause before a container is asked to stop."""

    seconds: int


class Probe(Understood):
    """A question that is asked again and again; the defaults are Kubernetes' own."""

    exec: Exec | None = None
    http_get: HttpGet | None = None
    tcp_socket: TcpSocket | None = None
    grpc: Grpc | None = None
    initial_delay_seconds: int = 0
    period_seconds: int = 10
    timeout_seconds: int = 1
    success_threshold: int = 1
    failure_threshold: int = 3


class Handler(Understood):
    """What is done before a container is asked to stop."""

    exec: Exec | None = None
    http_get: HttpGet | None = None
    sleep: Sleep | None = None


class Lifecycle(Understood):
    """What surrounds a container's life."""

    pre_stop: Handler | None = None


class Capabilities(Understood):
    """What root may do; nothing can be added here."""

    drop: tuple[str, ...] = ()


class SeccompProfile(Understood):
    """Which system calls are allowed; RuntimeDefault is the engine's own default too."""

    type: Literal["RuntimeDefault"]


class ContainerSecurity(Understood):
    """What a container may do; what it does not say, its pod says."""

    run_as_user: int | None = None
    run_as_group: int | None = None
    run_as_non_root: bool | None = None
    read_only_root_filesystem: bool = False
    allow_privilege_escalation: bool = True
    privileged: Literal[False] = False
    capabilities: Capabilities = Capabilities()
    seccomp_profile: SeccompProfile | None = None


class PodSecurity(Understood):
    """What all containers of a pod may do, and the group that its volumes belong to."""

    run_as_user: int | None = None
    run_as_group: int | None = None
    run_as_non_root: bool | None = None
    fs_group: int | None = None
    fs_group_change_policy: Literal["OnRootMismatch", "Always"] = "Always"
    supplemental_groups: tuple[int, ...] = ()
    seccomp_profile: SeccompProfile | None = None


class Limits(Understood):
    """The most that a container may use."""

    memory: Quantity | None = None
    cpu: Quantity | None = None


class Resources(Understood):
    """What a container may use."""

    limits: Limits = Limits()


class VolumeMount(Understood):
    """Where a container sees a volume."""

    name: str
    mount_path: str
    read_only: bool = False
    sub_path: str = ""


class Container(Understood):
    """One container of a pod."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    env: tuple[Variable, ...] = ()
    env_from: tuple[Variables, ...] = ()
    ports: tuple[Port, ...] = ()
    resources: Resources = Resources()
    volume_mounts: tuple[VolumeMount, ...] = ()
    security_context: ContainerSecurity = ContainerSecurity()
    startup_probe: Probe | None = None
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    lifecycle: Lifecycle = Lifecycle()

    def port_number(self, port: int | str) -> int:
        """Return the number of a port that may be named. Raises KeyError for an unknown name."""
        return port if isinstance(port, int) else {each.name: each.container_port for each in self.ports}[port]


class PodSpec(Understood):
    """A pod: its containers and what they share."""

    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    restart_policy: Literal["Always", "OnFailure", "Never"] = "Always"
    termination_grace_period_seconds: int = 30
    security_context: PodSecurity = PodSecurity()
    service_account_name: str = "default"
    automount_service_account_token: bool = True
    enable_service_links: bool = True


class PodMetadata(Understood):
    """The labels that Services and policies find a pod by."""

    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}


class PodTemplate(Understood):
    """What a workload makes pods from."""

    metadata: PodMetadata = PodMetadata()
    spec: PodSpec
