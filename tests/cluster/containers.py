"""A container of a pod through all its restarts: made as its manifest says, probed, restarted, stopped."""

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from docker.errors import APIError, NotFound
from docker.models.containers import Container as DockerContainer
from docker.types import Mount

from tests.cluster.engine import Engine, removed
from tests.cluster.environment import expanded
from tests.cluster.pod_manifests import Container, Handler, PodSecurity
from tests.cluster.probes import Health, attempt
from tests.cluster.understood import NotUnderstood

FIRST_BACKOFF_SECONDS: Final = 10.0
LONGEST_BACKOFF_SECONDS: Final = 300.0
"""Kubelet's own figures: the first restart comes at once, each later one waits twice as long as the one before."""

LAST_LINES: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a container ended; `why` is empty where it ended by itself."""

    code: int
    log: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a container is made from, beside its manifest: the pod it lies in, and what that gives to it."""

    pod: str
    sandbox: str
    address: str
    security: PodSecurity
    environment: Mapping[str, str]
    mounts: Sequence[Mount]
    grace_seconds: int


def backoff_seconds(restarts: int) -> float:
    """Return how long to wait before a restart, counted from 1."""
    return 0.0 if restarts <= 1 else min(FIRST_BACKOFF_SECONDS * 2 ** (restarts - 2), LONGEST_BACKOFF_SECONDS)


def options_of(container: Container, setting: Setting) -> dict[str, Any]:
    """Return how the engine is asked for a container."""
    security, limits = container.security_context, container.resources.limits
    user = _first(security.run_as_user, setting.security.run_as_user)
    group = _first(security.run_as_group, setting.security.run_as_group)
    return {
        "image": container.image,
        "entrypoint": [expanded(part, setting.environment) for part in container.command] or None,
        "command": [expanded(part, setting.environment) for part in container.args] or None,
        "working_dir": container.working_dir or None,
        "environment": dict(setting.environment),
        "mounts": list(setting.mounts),
        "network_mode": f"container:{setting.sandbox}",
        "user": ":".join(str(part) for part in (user, group) if part is not None) or None,
        "group_add": [part for part in (setting.security.fs_group, *setting.security.supplemental_groups) if part],
        "read_only": security.read_only_root_filesystem,
        "cap_drop": security.capabilities.drop,
        "security_opt": [] if security.allow_privilege_escalation else ["no-new-privileges"],
        "mem_limit": None if limits.memory is None else int(limits.memory),
        "memswap_limit": None if limits.memory is None else int(limits.memory),
        "nano_cpus": None if limits.cpu is None else int(limits.cpu * 1e9),
        "healthcheck": {"test": ["NONE"]},
    }


def check_user(container: Container, security: PodSecurity, user_of_image: str) -> None:
    """Raise NotUnderstood, as kubelet refuses to start it, for a root that must not be one."""
    if not _first(container.security_context.run_as_non_root, security.run_as_non_root):
        return
    user = _first(container.security_context.run_as_user, security.run_as_user)
    name = str(user) if user is not None else user_of_image.partition(":")[0]
    if not re.fullmatch(r"[1-9]\d*", name):
        raise NotUnderstood(f"{container.name} must not run as root, and its user is {name or 'not given'!r}")


class Worker:
    """One container of a pod, through all its restarts. Its pod steps it, in the pod's one thread."""

    def __init__(self, engine: Engine, manifest: Container, setting: Setting) -> None:
        self.manifest = manifest
        self.starts = 0
        self.exits: list[Exit] = []
        self.ready_seconds: float | None = None
        self.last_complaint = ""
        self._engine, self._setting = engine, setting
        self._container: DockerContainer | None = None
        self._health: Health | None = None
        self._start_time = 0.0
        self._next_start_time = 0.0

    @property
    def restarts(self) -> int:
        """Return how often it was started again."""
        return max(0, self.starts - 1)

    @property
    def is_ready(self) -> bool:
        """Tell whether it runs, and its probes say yes."""
        return self._container is not None and self._health is not None and self._health.is_ready

    @property
    def is_running(self) -> bool:
        """Tell whether it runs."""
        return self._container is not None

    @property
    def container(self) -> DockerContainer:
        """Return the engine's container. Raises AssertionError where it does not run."""
        assert self._container is not None, f"{self.manifest.name} does not run"
        return self._container

    def log(self) -> str:
        """Return its last lines, of the run before where it does not run."""
        if self._container is not None:
            return _log(self._container)
        return self.exits[-1].log if self.exits else ""

    def step(self, *, may_start: bool) -> None:
        """Start it where it is due, note how it ended, or ask what is due to be asked."""
        if self._container is None:
            if may_start and time.monotonic() >= self._next_start_time:
                self._start()
        elif not self._has_ended():
            self._probe()

    def stop(self, seconds: float, why: str = "stopped") -> Exit:
        """Ask it to stop, after what its lifecycle says, and kill it when the time is over."""
        container, deadline = self.container, time.monotonic() + seconds
        if self.manifest.lifecycle.pre_stop is not None:
            self._prepare_to_stop(self.manifest.lifecycle.pre_stop, seconds)
        container.stop(timeout=max(1, int(deadline - time.monotonic())))
        return self._note_the_end(why)

    def _start(self) -> None:
        container = self._engine.container(
            f"{self._setting.pod}-{self.manifest.name}-{self.starts}", options_of(self.manifest, self._setting)
        )
        image = self._engine.client.images.get(self.manifest.image)
        check_user(self.manifest, self._setting.security, str(image.attrs["Config"].get("User") or ""))
        container.start()
        self.starts += 1
        self.ready_seconds = None
        self._start_time = time.monotonic()
        self._health = Health(self.manifest, start_time=self._start_time)
        self._container = container

    def _has_ended(self) -> bool:
        container = self.container
        try:
            container.reload()
        except NotFound:
            self._note_the_end("removed")
            return True
        if container.status in {"exited", "dead"}:
            self._note_the_end("out of memory" if container.attrs["State"]["OOMKilled"] else "")
            return True
        return False

    def _note_the_end(self, why: str) -> Exit:
        container = self.container
        self._container = self._health = None
        try:
            end = Exit(code=int(container.wait()["StatusCode"]), log=_log(container), why=why)
            removed(container)
        except NotFound:
            end = Exit(code=-1, log="", why=why)
        self.exits.append(end)
        self._next_start_time = time.monotonic() + backoff_seconds(len(self.exits))
        return end

    def _probe(self) -> None:
        health = self._health
        assert health is not None
        for role, probe in list(health.due(time.monotonic())):
            complaint = attempt(probe, self.manifest, self._setting.address, self.execute)
            health.record(role, succeeded=not complaint, now=time.monotonic())
            if complaint:
                self.last_complaint = f"{role.value}: {complaint}"
        if health.is_ready and self.ready_seconds is None:
            self.ready_seconds = time.monotonic() - self._start_time
        if health.is_to_be_restarted:
            self.stop(self._setting.grace_seconds, why=f"killed by its probe, {self.last_complaint}")

    def execute(self, command: Sequence[str], seconds: float) -> str:
        """Run a command in the container, and return why it failed, or ""."""
        container = self.container
        outcome = [f"it took longer than {seconds} s"]

        def run() -> None:
            try:
                code, output = container.exec_run([*command])
                outcome[0] = "" if code == 0 else f"{command[0]} ended with {code}: {output!r}"
            except APIError as error:
                outcome[0] = str(error)

        _within(run, seconds)
        return outcome[0]

    def _prepare_to_stop(self, handler: Handler, seconds: float) -> None:
        if handler.exec is not None:
            self.last_complaint = self.execute(handler.exec.command, seconds)
        elif handler.sleep is not None:
            time.sleep(handler.sleep.seconds)
        else:
            raise NotUnderstood(f"what {self.manifest.name} does before it stops")


def _within(run: Callable[[], None], seconds: float) -> None:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)


def _log(container: DockerContainer) -> str:
    lines = container.logs(tail=LAST_LINES)
    return lines.decode(errors="replace")


def _first(*values: Any) -> Any:
    """Return the first value that was given."""
    return next((value for value in values if value is not None), None)
