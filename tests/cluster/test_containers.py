"""What the engine is asked for, so that a container may do what its manifest says and nothing else."""

from typing import Any

import pytest

from tests.cluster.containers import Setting, check_user, options_of
from tests.cluster.pod_manifests import Container, PodSecurity
from tests.cluster.understood import NotUnderstood


def container(**fields: Any) -> Container:
    """Return a container with some fields."""
    return Container.model_validate({"name": "main", "image": "image", **fields})


def options(of: Container, **security: Any) -> dict[str, Any]:
    """Return what the engine is asked for, in a pod with some security context."""
    setting = Setting(
        pod="pod",
        sandbox="sandbox",
        address="10.0.0.2",
        security=PodSecurity.model_validate(security),
        environment={"PORT": "1"},
        mounts=(),
        grace_seconds=30,
    )
    return options_of(of, setting)


def asked(of: dict[str, Any], **expected: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is expected, and the same part of what is asked."""
    return expected, {name: of[name] for name in expected}


def test_the_containers_own_user_wins_over_the_pods() -> None:
    own = container(securityContext={"runAsUser": 1})
    expected, found = asked(options(own, runAsUser=2, runAsGroup=3, fsGroup=4), user="1:3", group_add=[4])

    assert expected == found


def test_the_images_user_stays_where_no_manifest_names_one() -> None:
    expected, found = asked(options(container()), user=None, group_add=[])

    assert expected == found


def test_a_restricted_container_is_restricted() -> None:
    context = {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    expected, found = asked(
        options(container(securityContext=context)),
        read_only=True,
        security_opt=["no-new-privileges"],
        cap_drop=("ALL",),
    )

    assert expected == found


def test_limits_are_obeyed_and_memory_is_not_lengthened_by_swap() -> None:
    limited = container(resources={"limits": {"memory": "64Mi", "cpu": "500m"}, "requests": {"cpu": "1"}})
    size = 64 * 1024**2
    expected, found = asked(options(limited), mem_limit=size, memswap_limit=size, nano_cpus=500_000_000)

    assert expected == found


def test_a_command_is_the_entry_point_and_knows_the_variables() -> None:
    told = container(command=["serve"], args=["--port", "$(PORT)"])
    expected, found = asked(options(told), entrypoint=["serve"], command=["--port", "1"])

    assert expected == found


def test_a_container_lives_in_its_pods_network_and_is_probed_by_kubelet_alone() -> None:
    expected, found = asked(options(container()), network_mode="container:sandbox", healthcheck={"test": ["NONE"]})

    assert expected == found


@pytest.mark.parametrize("user_of_image", ["", "root", "0", "understudy", "0:0"])
def test_a_root_is_refused_where_none_is_allowed(user_of_image: str) -> None:
    with pytest.raises(NotUnderstood, match="must not run as root"):
        check_user(container(), PodSecurity.model_validate({"runAsNonRoot": True}), user_of_image)


@pytest.mark.parametrize("user_of_image", ["10001", "10001:10001"])
def test_a_user_with_a_number_is_none(user_of_image: str) -> None:
    check_user(container(), PodSecurity.model_validate({"runAsNonRoot": True}), user_of_image)


def test_the_manifests_user_counts_more_than_the_images() -> None:
    own = container(securityContext={"runAsUser": 0, "runAsNonRoot": True})

    with pytest.raises(NotUnderstood, match="must not run as root"):
        check_user(own, PodSecurity(), "10001")
