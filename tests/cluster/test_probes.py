"""When probes are asked, and what their answers mean."""

from typing import Any

import pytest

from tests.cluster.containers import backoff_seconds
from tests.cluster.pod_manifests import Container
from tests.cluster.probes import Health, Role


def health(**probes: dict[str, Any]) -> Health:
    """Return the health of a container that has just started, at 0, with some probes."""
    asked = {name: {"tcpSocket": {"port": 1}, **probe} for name, probe in probes.items()}
    return Health(Container.model_validate({"name": "main", "image": "image", **asked}), start_time=0)


def roles_due(known: Health, now: float) -> list[Role]:
    """Return which probes are due."""
    return [role for role, _ in known.due(now)]


def test_a_container_without_probes_is_ready_at_once() -> None:
    known = health()

    assert known.is_ready
    assert not known.is_to_be_restarted


def test_readiness_is_only_asked_after_the_initial_delay_and_then_in_its_period() -> None:
    known = health(readinessProbe={"initialDelaySeconds": 3, "periodSeconds": 5})

    assert [] == roles_due(known, 2.9)
    assert [Role.READINESS] == roles_due(known, 3)
    known.record(Role.READINESS, succeeded=True, now=3)
    assert [] == roles_due(known, 7.9)
    assert [Role.READINESS] == roles_due(known, 8)


def test_startup_is_asked_alone_until_it_succeeds() -> None:
    known = health(startupProbe={}, livenessProbe={}, readinessProbe={})

    assert [Role.STARTUP] == roles_due(known, 100)
    known.record(Role.STARTUP, succeeded=True, now=100)
    assert [Role.LIVENESS, Role.READINESS] == roles_due(known, 100)
    assert not known.is_ready
    known.record(Role.READINESS, succeeded=True, now=100)
    assert known.is_ready


def test_a_startup_that_fails_too_often_restarts_the_container() -> None:
    known = health(startupProbe={"failureThreshold": 2})
    known.record(Role.STARTUP, succeeded=False, now=0)
    assert not known.is_to_be_restarted

    known.record(Role.STARTUP, succeeded=False, now=10)

    assert known.is_to_be_restarted


def test_liveness_restarts_only_after_failures_in_a_row() -> None:
    known = health(livenessProbe={"failureThreshold": 2})
    for succeeded in (False, True, False):
        known.record(Role.LIVENESS, succeeded=succeeded, now=0)
    assert not known.is_to_be_restarted

    known.record(Role.LIVENESS, succeeded=False, now=0)

    assert known.is_to_be_restarted


def test_readiness_is_lost_after_failures_in_a_row_and_restarts_nothing() -> None:
    known = health(readinessProbe={"failureThreshold": 2})
    verdicts = []
    for succeeded in (True, False, False):
        known.record(Role.READINESS, succeeded=succeeded, now=0)
        verdicts.append(known.is_ready)

    assert [True, True, False] == verdicts
    assert not known.is_to_be_restarted


def test_readiness_may_need_successes_in_a_row() -> None:
    known = health(readinessProbe={"successThreshold": 2})
    known.record(Role.READINESS, succeeded=True, now=0)
    assert not known.is_ready

    known.record(Role.READINESS, succeeded=True, now=0)

    assert known.is_ready


@pytest.mark.parametrize(("seconds", "restarts"), [(0, 1), (10, 2), (20, 3), (160, 6), (300, 7), (300, 99)])
def test_each_restart_but_the_first_waits_twice_as_long_as_the_one_before(seconds: float, restarts: int) -> None:
    assert seconds == backoff_seconds(restarts)
