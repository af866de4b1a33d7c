"""Probes as kubelet evaluates them: when a container is asked, and what its answers mean.

A startup probe is asked first and alone; once it has succeeded, liveness and readiness begin. A verdict changes only
after so many equal answers in a row. Without a startup probe a container counts as started, without a readiness probe
as ready. All of this is `Health`, which knows neither clock nor network; `attempt` asks the container.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.cluster.pod_manifests import Container, Exec, Grpc, HttpGet, Probe, TcpSocket


class Role(Enum):
    """What a probe decides."""

    STARTUP = "startup"
    LIVENESS = "liveness"
    READINESS = "readiness"


@dataclass(slots=True)
class _Question:
    """One probe of a running container; `is_good` is the verdict so far, `in_a_row` how often `last` was answered."""

    probe: Probe
    is_good: bool
    next_time: float
    last: bool | None = None
    in_a_row: int = 0

    def record(self, *, succeeded: bool, now: float) -> None:
        self.in_a_row = self.in_a_row + 1 if succeeded is self.last else 1
        self.last = succeeded
        needed = self.probe.success_threshold if succeeded else self.probe.failure_threshold
        if self.in_a_row >= needed:
            self.is_good = succeeded
        self.next_time = now + self.probe.period_seconds

    @property
    def has_failed(self) -> bool:
        return self.last is False and self.in_a_row >= self.probe.failure_threshold


class Health:
    """What is known of a container that started at a time; all times are seconds of one clock."""

    def __init__(self, container: Container, *, start_time: float) -> None:
        probes = {
            Role.STARTUP: container.startup_probe,
            Role.LIVENESS: container.liveness_probe,
            Role.READINESS: container.readiness_probe,
        }
        self._questions = {
            role: _Question(probe, role is Role.LIVENESS, start_time + probe.initial_delay_seconds)
            for role, probe in probes.items()
            if probe is not None
        }

    @property
    def is_started(self) -> bool:
        """Tell whether it has started."""
        return self._is_good(Role.STARTUP)

    @property
    def is_ready(self) -> bool:
        """Tell whether it is to be sent work."""
        return self.is_started and self._is_good(Role.READINESS)

    @property
    def is_to_be_restarted(self) -> bool:
        """Tell whether its startup or its liveness has failed."""
        return any(
            self._questions[role].has_failed for role in (Role.STARTUP, Role.LIVENESS) if role in self._questions
        )

    def due(self, now: float) -> Iterator[tuple[Role, Probe]]:
        """Yield what is to be asked now."""
        asked = (Role.LIVENESS, Role.READINESS) if self.is_started else (Role.STARTUP,)
        for role in asked:
            question = self._questions.get(role)
            if question is not None and question.next_time <= now:
                yield role, question.probe

    def record(self, role: Role, *, succeeded: bool, now: float) -> None:
        """Take an answer."""
        self._questions[role].record(succeeded=succeeded, now=now)

    def _is_good(self, role: Role) -> bool:
        return role not in self._questions or self._questions[role].is_good


GOOD_STATUS: Final = range(200, 400)

Execute = Callable[[Sequence[str], float], str]
"""Runs a command in the container, for so many seconds at most; returns why it failed, or ""."""


def attempt(probe: Probe, container: Container, address: str, execute: Execute) -> str:
    """Ask once, and return why the answer was bad, or ""."""
    seconds = float(probe.timeout_seconds)
    match probe.exec or probe.http_get or probe.tcp_socket or probe.grpc:
        case Exec(command=command):
            return execute(command, seconds)
        case HttpGet() as request:
            return _asked_by_http(request, address, container.port_number(request.port), seconds)
        case TcpSocket(port=port):
            return _connected(address, container.port_number(port), seconds)
        case Grpc(port=port, service=service):
            return _asked_by_grpc(f"{address}:{port}", service, seconds)
        case None:
            raise ValueError(f"a probe of {container.name} asks nothing")


def _asked_by_http(request: HttpGet, address: str, port: int, seconds: float) -> str:
    connection: http.client.HTTPConnection
    if request.scheme == "HTTPS":
        unverified = ssl._create_unverified_context()  # noqa: S323 -- kubelet does not verify either
        connection = http.client.HTTPSConnection(address, port, timeout=seconds, context=unverified)
    else:
        connection = http.client.HTTPConnection(address, port, timeout=seconds)
    try:
        connection.request("GET", request.path, headers={each.name: each.value for each in request.http_headers})
        reply = connection.getresponse()
        return "" if reply.status in GOOD_STATUS else f"{reply.status} {reply.read(200)!r}"
    except (OSError, http.client.HTTPException) as error:
        return repr(error)
    finally:
        connection.close()


def _connected(address: str, port: int, seconds: float) -> str:
    try:
        socket.create_connection((address, port), timeout=seconds).close()
    except OSError as error:
        return repr(error)
    return ""


def _asked_by_grpc(target: str, service: str, seconds: float) -> str:
    with grpc.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined] # Set when it is made.
        try:
            reply = check(health_pb2.HealthCheckRequest(service=service), timeout=seconds)
        except grpc.RpcError as error:
            return str(error)
    answer = health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status)
    return "" if answer == "SERVING" else answer
