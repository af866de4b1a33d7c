"""Pods, run as kubelet runs them: a sandbox that holds network and volumes, then the containers, kept alive."""

import threading
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from docker.models.containers import Container as DockerContainer

from tests.cluster.containers import Exit, Setting, Worker
from tests.cluster.engine import Engine, removed
from tests.cluster.environment import PodFacts, environment_of
from tests.cluster.manifests import Manifests
from tests.cluster.pod_manifests import Container, PodTemplate
from tests.cluster.volumes import PodVolumes

STEP_SECONDS: Final = 0.2
"""How often a pod looks at its containers; kubelet is told by its runtime, at once."""

LONGEST_STEP_SECONDS: Final = 10.0
"""A pod that is let go ends after the step that it is in: a probe, or the start of a container."""

SANDBOX_IMAGE: Final = "python:3.11-slim-bookworm"
"""The image that ours stands on, which is therefore always there; it is only asked to sleep."""


class Phase(Enum):
    """Where a pod is in its life."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a pod is, and the names that lead to it."""

    name: str
    namespace: str
    workload: str
    aliases: tuple[str, ...] = ()


class Pod:
    """One pod, which lives in a thread of its own from `start` to `stop`.

    One that ends by itself keeps its sandbox: no other pod shall get its address, for those who saw it call.
    """

    def __init__(
        self,
        engine: Engine,
        identity: Identity,
        template: PodTemplate,
        manifests: Manifests,
        *,
        claims: Mapping[str, str] | None = None,
        restart_limit: int | None = None,
    ) -> None:
        self.identity, self.template = identity, template
        self.phase = Phase.PENDING
        self.address = ""
        self.failure = ""
        self.ends: list[Exit] = []
        self.workers: list[Worker] = []
        self._initial: list[Worker] = []
        self._engine, self._manifests = engine, manifests
        self._claims, self._restart_limit = claims or {}, restart_limit
        self._sandbox: DockerContainer | None = None
        self._volumes: PodVolumes | None = None
        self._is_abandoned = False
        self._stopping, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._live, name=identity.name, daemon=True)

    @property
    def name(self) -> str:
        """Return its name."""
        return self.identity.name

    @property
    def component(self) -> str:
        """Return which part of the suite it is."""
        return self.template.metadata.labels.get("app.kubernetes.io/component", "")

    @property
    def is_started(self) -> bool:
        """Tell whether its life has begun."""
        return self._thread.ident is not None

    @property
    def is_ready(self) -> bool:
        """Tell whether all its containers are ready."""
        return bool(self.workers) and not self._stopping.is_set() and all(each.is_ready for each in self.workers)

    @property
    def restarts(self) -> int:
        """Return how often its containers were started again."""
        return sum(each.restarts for each in (*self._initial, *self.workers))

    @property
    def main(self) -> Worker:
        """Return its first container."""
        return self.workers[0]

    @property
    def ports(self) -> dict[str, int]:
        """Return the ports that its containers say they listen on, by name."""
        return {port.name: port.container_port for each in self.template.spec.containers for port in each.ports}

    def start(self) -> None:
        """Begin its life, where it has not begun yet."""
        if not self.is_started:
            self._thread.start()

    def stop(self) -> list[Exit]:
        """Ask it to end as kubelet does, wait until it has, and return how its containers ended."""
        self._stopping.set()
        self._thread.join()
        return self.ends

    def abandon(self) -> None:
        """Let go of it without stopping its containers; whoever owns the engine frees them."""
        self._is_abandoned = True
        self._stopping.set()
        if self.is_started:
            self._thread.join(LONGEST_STEP_SECONDS)

    def lose(self) -> None:
        """Remove it without a word to its containers, as where its node has died."""
        self.abandon()
        for worker in self.workers:
            if worker.is_running:
                removed(worker.container)
        if self._sandbox is not None:
            removed(self._sandbox)

    def again(self, manifests: Manifests) -> "Pod":
        """Return a new pod with the same identity and disks, which is not started."""
        return Pod(self._engine, self.identity, self.template, manifests, claims=self._claims)

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended by itself, and tell whether it has."""
        return self._ended.wait(seconds)

    def refresh(self, manifests: Manifests) -> None:
        """Let its volumes hold what Secrets and ConfigMaps say now. Variables stay as they are, as in a cluster."""
        self._manifests = manifests
        if self._volumes is not None and self._sandbox is not None:
            self._volumes.write(self._sandbox, manifests)

    def story(self) -> str:
        """Tell how it is, for whoever has waited for it in vain."""
        lines = [f"{self.name}: {self.phase.value}, {'' if self.is_ready else 'not '}ready, {self.restarts} restarts"]
        lines += [self.failure] if self.failure else []
        for worker in (*self._initial, *self.workers):
            lines += [f"  {worker.manifest.name}: {end.why or 'ended'}, {end.code}" for end in worker.exits]
            lines += [f"  {worker.last_complaint}"] if worker.last_complaint and not worker.is_ready else []
            lines += [f"  | {line}" for line in worker.log().splitlines()] if not worker.is_ready else []
        return "\n".join(lines)

    def _live(self) -> None:
        try:
            self._set_up()
            has_succeeded = self._initialise() and self._supervise()
            if not self._stopping.is_set():
                self.phase = Phase.SUCCEEDED if has_succeeded else Phase.FAILED
        except Exception:  # noqa: BLE001 -- whoever waits for the pod is told, whatever it is
            self.failure, self.phase = traceback.format_exc(), Phase.FAILED
        finally:
            self._tear_down()
            self._ended.set()

    def _set_up(self) -> None:
        """Start the sandbox: as kubelet's, it owns the address and holds the volumes while containers come and go."""
        engine, spec = self._engine, self.template.spec
        self._volumes = PodVolumes(engine, self.name, spec, self._claims)
        names = engine.client.api.create_endpoint_config(aliases=list(self.identity.aliases))
        options = {
            "image": SANDBOX_IMAGE,
            "entrypoint": ["sleep", "infinity"],
            "hostname": self.name,
            "network": engine.network.name,
            "networking_config": {engine.network.name: names},
            "mounts": self._volumes.of_the_sandbox,
        }
        self._sandbox = sandbox = engine.container(f"{self.name}-sandbox", options)
        sandbox.start()
        self.address = engine.address_of(sandbox)
        self._volumes.prepare(sandbox, self._manifests)
        self._initial = [self._worker(each) for each in spec.init_containers]
        self.workers = [self._worker(each) for each in spec.containers]

    def _worker(self, container: Container) -> Worker:
        metadata, spec = self.template.metadata, self.template.spec
        assert self._sandbox is not None
        assert self._volumes is not None
        facts = PodFacts(
            name=self.name,
            namespace=self.identity.namespace,
            uid=str(self._sandbox.id),
            address=self.address,
            node_address=self._engine.node_address,
            service_account=spec.service_account_name,
            labels=metadata.labels,
            annotations=metadata.annotations,
        )
        setting = Setting(
            pod=self.name,
            sandbox=str(self._sandbox.id),
            address=self.address,
            security=spec.security_context,
            environment=environment_of(container, facts, self._manifests),
            mounts=self._volumes.of_container(container),
            grace_seconds=spec.termination_grace_period_seconds,
        )
        return Worker(self._engine, container, setting)

    def _initialise(self) -> bool:
        """Run the init containers one after the other, and tell whether all of them have succeeded."""
        return all(self._run_to_its_end([worker]) for worker in self._initial)

    def _supervise(self) -> bool:
        """Keep the containers alive until the pod is to stop, or has ended as its policy allows; tell how."""
        self.phase = Phase.RUNNING
        return self._run_to_its_end(self.workers)

    def _run_to_its_end(self, workers: Sequence[Worker]) -> bool:
        """Step containers until none shall be started any more; tell whether all ended well, before any stop."""
        while not self._stopping.is_set():
            for worker in workers:
                worker.step(may_start=self._may_start(worker))
            if not any(worker.is_running or self._may_start(worker) for worker in workers):
                return all(worker.exits[-1].code == 0 for worker in workers)
            self._stopping.wait(STEP_SECONDS)
        return False

    def _may_start(self, worker: Worker) -> bool:
        if not worker.exits:
            return True
        if self._restart_limit is not None and worker.restarts >= self._restart_limit:
            return False
        policy, has_succeeded = self.template.spec.restart_policy, worker.exits[-1].code == 0
        if worker in self._initial:
            return not has_succeeded and policy != "Never"
        return policy == "Always" or (policy == "OnFailure" and not has_succeeded)

    def _tear_down(self) -> None:
        if self._is_abandoned or self.phase in {Phase.SUCCEEDED, Phase.FAILED}:
            return
        running = [worker for worker in (*self._initial, *self.workers) if worker.is_running]
        self.ends = [worker.stop(self.template.spec.termination_grace_period_seconds) for worker in running]
        if self._sandbox is not None:
            removed(self._sandbox)
            self._sandbox = None
