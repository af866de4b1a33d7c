"""A cluster of one node, without a control plane: what a release's manifests describe, run with Docker.

with running_cluster() as cluster:
    cluster.install(read_manifests(text))
    cluster.wait_until_ready(seconds=90)
    cluster.pod("edge").address

Everything is started at once and in no order, as in a cluster: who needs somebody else waits by its own means. A
Service is a name of its pods' sandboxes in the network: it cannot translate ports, and leads to unready pods too.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from tests.cluster.engine import Engine
from tests.cluster.jobs import JobRun
from tests.cluster.manifests import (
    ConfigMap,
    Deployment,
    Job,
    Manifests,
    Secret,
    Service,
    ServiceAccount,
    StatefulSet,
)
from tests.cluster.manifests import Pod as PodObject
from tests.cluster.objects import Object
from tests.cluster.pod_manifests import PodMetadata, PodTemplate
from tests.cluster.pods import Identity, Phase, Pod
from tests.cluster.understood import NotUnderstood
from tests.cluster.volume_manifests import Volume

LOOK_SECONDS: Final = 0.1

KNOWN_HOOKS: Final = frozenset({"test"})
"""What Helm makes when it is asked to; hooks of an installation would need Helm's order of things."""


@contextmanager
def running_cluster(namespace: str = "understudy") -> Iterator["Cluster"]:
    """Yield an empty cluster; at the end nothing is left of it, whatever happened."""
    with Engine() as engine:
        cluster = Cluster(engine, namespace)
        try:
            yield cluster
        finally:
            cluster.abandon()


class Cluster:
    """Pods and Jobs of a namespace."""

    def __init__(self, engine: Engine, namespace: str) -> None:
        self.engine, self.namespace = engine, namespace
        self.manifests = Manifests(())
        self.pods: list[Pod] = []
        self.jobs: list[JobRun] = []
        self._claims: dict[str, str] = {}

    def install(self, manifests: Manifests) -> None:
        """Start what Helm installs. Raises NotUnderstood where it cannot be run as it is written."""
        for each in manifests.objects:
            if each.hooks - KNOWN_HOOKS:
                raise NotUnderstood(f"{each.kind} {each.metadata.name} is a hook of {', '.join(sorted(each.hooks))}")
        self.manifests = self.manifests.with_objects(manifests.objects)
        self._start(manifests.hooked(""))

    def wait_until_ready(self, *, seconds: float) -> None:
        """Wait until all pods are ready and all Jobs done. Raises AssertionError, telling all, where they are not."""
        deadline = time.monotonic() + seconds
        while not self._is_ready():
            assert not self._has_failed(), f"failed\n{self.story()}"
            assert time.monotonic() < deadline, f"not ready within {seconds} s\n{self.story()}"
            time.sleep(LOOK_SECONDS)

    def wait_until_restarted(self, pods: Sequence[Pod], *, since: Sequence[int], seconds: float) -> None:
        """Wait until pods were restarted more often than before, and are ready. Raises AssertionError if late."""
        deadline = time.monotonic() + seconds
        while not all(pod.restarts > before and pod.is_ready for pod, before in zip(pods, since, strict=True)):
            assert time.monotonic() < deadline, f"not restarted within {seconds} s\n{self.story()}"
            time.sleep(LOOK_SECONDS)

    def lose(self, pod: Pod) -> None:
        """Let a pod vanish as with its node, and put another in its place, with the same name and disks."""
        pod.lose()
        place = self.pods.index(pod)
        self.pods[place] = pod.again(self.manifests)
        self.pods[place].start()

    def run(self, pod: PodObject, *, seconds: float) -> Pod:
        """Run a pod to its end, and return it. Raises AssertionError, telling its log, where it fails or is late."""
        template = PodTemplate(metadata=PodMetadata(labels=pod.metadata.labels), spec=pod.spec)
        started = self._pod(pod.metadata.name, pod.metadata.name, template)
        started.start()
        started.wait(seconds)
        assert started.phase is Phase.SUCCEEDED, started.story()
        return started

    def replace(self, changed: Secret | ConfigMap) -> None:
        """Change an object that pods may have mounted."""
        self.manifests = self.manifests.with_objects([changed])
        for pod in self.pods:
            pod.refresh(self.manifests)

    def pods_of(self, component: str) -> list[Pod]:
        """Return the pods of a component that serve it, those of Jobs and tests not among them."""
        return [pod for pod in self.pods if pod.component == component]

    def pod(self, component: str) -> Pod:
        """Return the first pod of a component."""
        return self.pods_of(component)[0]

    def everyone(self) -> list[Pod]:
        """Return all pods there are, those of Jobs among them."""
        return [*self.pods, *(pod for job in self.jobs for pod in job.pods)]

    def story(self) -> str:
        """Tell how everything is."""
        return "\n".join([pod.story() for pod in self.everyone()] + [job.story() for job in self.jobs])

    def abandon(self) -> None:
        """Let go of all pods without waiting for them; the engine frees what they hold."""
        for job in self.jobs:
            job.abandon()
        for pod in self.everyone():
            pod.abandon()

    def _start(self, manifests: Manifests) -> None:
        for deployment in manifests.of(Deployment):
            self._deploy(deployment)
        for stateful_set in manifests.of(StatefulSet):
            self._deploy_with_identities(stateful_set)
        for job in manifests.of(Job):
            self.jobs.append(JobRun(job, self._pod_of_a_job))
        for pod in self.pods:
            pod.start()
        for run in self.jobs:
            run.start()

    def _deploy(self, deployment: Deployment) -> None:
        spec, name = deployment.spec, deployment.metadata.name
        _check_selector(deployment, spec.selector.selects(spec.template.metadata.labels))
        self.pods += [self._pod(f"{name}-{number}", name, spec.template) for number in range(spec.replicas)]

    def _deploy_with_identities(self, stateful_set: StatefulSet) -> None:
        spec, name = stateful_set.spec, stateful_set.metadata.name
        _check_selector(stateful_set, spec.selector.selects(spec.template.metadata.labels))
        if spec.replicas > 1 and spec.pod_management_policy == "OrderedReady":
            raise NotUnderstood(f"{name}: pods are started side by side here, not one after the other")
        for number in range(spec.replicas):
            pod_name = f"{name}-{number}"
            disks = {
                claim.metadata.name: self._claim(f"{claim.metadata.name}-{pod_name}")
                for claim in spec.volume_claim_templates
            }
            own_names = self._forms(f"{pod_name}.{spec.service_name}")
            self.pods.append(
                self._pod(pod_name, name, _with_disks(spec.template, disks), claims=disks, names=own_names)
            )

    def _pod_of_a_job(self, job: Job, number: int) -> Pod:
        name = job.metadata.name
        return self._pod(f"{name}-{number}", name, job.spec.template, restart_limit=job.spec.backoff_limit)

    def _claim(self, name: str) -> str:
        """Return the engine's volume behind a claim, which is made where it is new."""
        if name not in self._claims:
            self._claims[name] = str(self.engine.volume(name).name)
        return self._claims[name]

    def _pod(
        self,
        name: str,
        workload: str,
        template: PodTemplate,
        *,
        claims: Mapping[str, str] | None = None,
        names: tuple[str, ...] = (),
        restart_limit: int | None = None,
    ) -> Pod:
        self._check_pod(name, template)
        aliases = tuple(form for service in self._services_of(template) for form in self._forms(service.metadata.name))
        identity = Identity(name=name, namespace=self.namespace, workload=workload, aliases=aliases + names)
        return Pod(
            self.engine,
            identity,
            template,
            self.manifests,
            claims=claims,
            restart_limit=restart_limit,
        )

    def _services_of(self, template: PodTemplate) -> Iterator[Service]:
        """Yield the Services that lead to a pod. Raises NotUnderstood for one that would have to translate a port."""
        for service in self.manifests.of(Service):
            if service.spec.selector.items() <= template.metadata.labels.items():
                _check_ports(service, template)
                yield service

    def _forms(self, name: str) -> tuple[str, ...]:
        home = f"{name}.{self.namespace}"
        return name, home, f"{home}.svc", f"{home}.svc.cluster.local"

    def _check_pod(self, name: str, template: PodTemplate) -> None:
        spec = template.spec
        if spec.enable_service_links:
            raise NotUnderstood(
                f"{name} gets variables for every Service of the namespace: enableServiceLinks is not off"
            )
        account = spec.service_account_name
        is_given = account != "default" and self.manifests.get(ServiceAccount, account).automount_service_account_token
        if spec.automount_service_account_token and (is_given or account == "default"):
            raise NotUnderstood(f"{name} gets a token for a cluster's API, and there is none")

    def _is_ready(self) -> bool:
        return all(pod.is_ready for pod in self.pods) and all(job.has_succeeded for job in self.jobs)

    def _has_failed(self) -> bool:
        return any(pod.failure for pod in self.everyone()) or any(job.has_failed for job in self.jobs)


def _with_disks(template: PodTemplate, disks: Mapping[str, str]) -> PodTemplate:
    """Return a template with a volume for each disk; the claims are called as in the template."""
    volumes = [Volume.model_validate({"name": name, "persistentVolumeClaim": {"claimName": name}}) for name in disks]
    spec = template.spec.model_copy(update={"volumes": [*template.spec.volumes, *volumes]})
    return template.model_copy(update={"spec": spec})


def _check_selector(workload: Object, selects_its_own: bool) -> None:  # noqa: FBT001 -- it is checked, nothing else
    if not selects_its_own:
        raise NotUnderstood(f"{workload.kind} {workload.metadata.name} does not select the pods that it makes")


def _check_ports(service: Service, template: PodTemplate) -> None:
    numbers = {port.name: port.container_port for each in template.spec.containers for port in each.ports}
    for port in service.spec.ports:
        target = port.port if port.target_port is None else port.target_port
        number = target if isinstance(target, int) else numbers.get(target)
        if number not in numbers.values():
            raise NotUnderstood(f"Service {service.metadata.name} leads to port {target}, where no container listens")
        if number != port.port:
            raise NotUnderstood(
                f"Service {service.metadata.name} turns port {port.port} into {number}; a name in a network cannot"
            )
