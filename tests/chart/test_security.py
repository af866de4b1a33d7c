"""The Pod Security Standard "restricted", line by line, for every pod of every set of values."""

import pytest

from tests.chart.rendering import SETS, rendered, rendered_with

every_set = pytest.mark.parametrize("name", SETS)


@every_set
def test_nothing_runs_as_root(name: str) -> None:
    for pod in rendered(name).pods():
        assert pod.spec["securityContext"]["runAsNonRoot"] is True
        assert pod.spec["securityContext"]["runAsUser"] > 0
        assert pod.spec["securityContext"]["runAsGroup"] > 0
        assert pod.container["securityContext"]["runAsNonRoot"] is True


@every_set
def test_system_calls_are_filtered(name: str) -> None:
    for pod in rendered(name).pods():
        assert {"type": "RuntimeDefault"} == pod.spec["securityContext"]["seccompProfile"]
        assert {"type": "RuntimeDefault"} == pod.container["securityContext"]["seccompProfile"]


@every_set
def test_no_privilege_is_held_or_gained(name: str) -> None:
    for pod in rendered(name).pods():
        security = pod.container["securityContext"]

        assert {"drop": ["ALL"]} == security["capabilities"]
        assert security["allowPrivilegeEscalation"] is False
        assert "privileged" not in security
        assert not {"hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"} & pod.spec.keys()
        assert all("hostPort" not in port for port in pod.container.get("ports", []))


@every_set
def test_the_root_file_system_cannot_be_written(name: str) -> None:
    for pod in rendered(name).pods():
        assert pod.container["securityContext"]["readOnlyRootFilesystem"] is True


@every_set
def test_what_can_be_written_is_bounded(name: str) -> None:
    for pod in rendered(name).pods():
        scratch = {each["name"]: each["emptyDir"] for each in pod.spec["volumes"] if "emptyDir" in each}

        assert "tmp" in scratch
        for volume_name, volume in scratch.items():
            assert "sizeLimit" in volume or volume_name == "data"


@every_set
def test_no_volume_is_of_the_node(name: str) -> None:
    for pod in rendered(name).pods():
        allowed = {"emptyDir", "secret", "configMap"}

        assert all(each.keys() - {"name"} <= allowed for each in pod.spec["volumes"])


@every_set
def test_secrets_and_config_maps_are_mounted_read_only(name: str) -> None:
    for pod in rendered(name).pods():
        given = {each["name"] for each in pod.spec["volumes"] if "secret" in each or "configMap" in each}

        assert all(each["readOnly"] for each in pod.container["volumeMounts"] if each["name"] in given)


@every_set
def test_the_group_of_volumes_is_the_pods(name: str) -> None:
    for pod in rendered(name).pods():
        security = pod.spec["securityContext"]

        assert security["runAsGroup"] == security["fsGroup"]
        assert "OnRootMismatch" == security["fsGroupChangePolicy"]


@every_set
def test_no_pod_has_a_token_for_the_api_of_kubernetes(name: str) -> None:
    for pod in rendered(name).pods():
        assert pod.spec["automountServiceAccountToken"] is False
        assert pod.spec["enableServiceLinks"] is False


@every_set
def test_no_secret_is_written_into_a_pod(name: str) -> None:
    for pod in rendered(name).pods():
        secret = {each for each in pod.environment if each.endswith(("_PASSWORD", "_TOKEN", "_KEY", "_URL"))}

        for variable in secret - {"UNDERSTUDY_EDGE_URL"}:
            assert {"secretKeyRef"} == pod.environment[variable].keys()


@every_set
def test_every_kind_of_pod_has_an_account_of_its_own_without_a_token(name: str) -> None:
    accounts = rendered(name).of_kind("ServiceAccount")

    assert sorted(pod.spec["serviceAccountName"] for pod in rendered(name).pods()) == sorted(accounts)
    assert all(each["automountServiceAccountToken"] is False for each in accounts.values())


@every_set
def test_memory_is_asked_for(name: str) -> None:
    for pod in rendered(name).pods():
        assert {"cpu", "memory"} == pod.container["resources"]["requests"].keys()


def test_openshift_gives_users_itself() -> None:
    for pod in rendered_with({"security": {"setUser": False}}).pods():
        assert pod.spec["securityContext"]["runAsNonRoot"] is True
        assert not {"runAsUser", "runAsGroup", "fsGroup"} & pod.spec["securityContext"].keys()


def test_the_bundled_database_runs_as_the_images_user() -> None:
    assert 999 == rendered("defaults").pod("postgresql").spec["securityContext"]["runAsUser"]
    assert 100 == rendered("evaluation").pod("postgresql").spec["securityContext"]["runAsUser"]
