"""The five services from one template: how they are started, watched, replaced, spread and multiplied."""

import pytest

from tests.chart.rendering import COMPONENTS, GRPC_COMPONENTS, rendered, rendered_with

HTTP_COMPONENTS = ("edge", "gateway")

every_component = pytest.mark.parametrize("component", COMPONENTS)


@every_component
def test_a_component_serves_itself_from_the_one_image(component: str) -> None:
    container = rendered("defaults").pod(component).container

    assert ["serve", component] == container["args"]
    assert "understudy:0.1.0" == container["image"]


def test_an_image_can_be_named_by_its_digest() -> None:
    digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

    assert {f"registry.example.com/tools/understudy@{digest}"} == {
        pod.container["image"] for pod in rendered("production").pods()
    }
    assert {"name": "registry-credentials"} in rendered("production").pod("edge").spec["imagePullSecrets"]


@pytest.mark.parametrize("component", GRPC_COMPONENTS)
def test_grpc_services_are_probed_by_grpc(component: str) -> None:
    container = rendered("defaults").pod(component).container

    assert {"port": 7001, "service": "liveness"} == container["startupProbe"]["grpc"]
    assert {"port": 7001, "service": "liveness"} == container["livenessProbe"]["grpc"]
    assert {"port": 7001, "service": "readiness"} == container["readinessProbe"]["grpc"]


@pytest.mark.parametrize("component", HTTP_COMPONENTS)
def test_http_services_are_probed_by_http(component: str) -> None:
    container = rendered("defaults").pod(component).container

    assert {"path": "/livez", "port": "metrics"} == container["startupProbe"]["httpGet"]
    assert {"path": "/livez", "port": "metrics"} == container["livenessProbe"]["httpGet"]
    assert {"path": "/readyz", "port": "metrics"} == container["readinessProbe"]["httpGet"]


@every_component
def test_a_slow_start_is_not_taken_for_a_hang(component: str) -> None:
    container = rendered("defaults").pod(component).container
    startup, liveness = container["startupProbe"], container["livenessProbe"]

    assert startup["periodSeconds"] * startup["failureThreshold"] >= 60
    assert "initialDelaySeconds" not in liveness


def test_an_edge_may_take_its_longest_delay_and_fifteen_seconds_to_leave() -> None:
    pod = rendered("defaults").pod("edge")

    assert 180 + 15 == pod.spec["terminationGracePeriodSeconds"]
    assert "180" == pod.environment["EDGE_DRAIN_SECONDS"]
    assert 10 + 15 == rendered("evaluation").pod("edge").spec["terminationGracePeriodSeconds"]


@every_component
def test_leaving_fits_into_the_time_that_a_pod_has_for_it(component: str) -> None:
    pod = rendered("defaults").pod(component)
    prefix = component.upper()
    pause = float(pod.container["lifecycle"]["preStop"]["exec"]["command"][1])
    ships = 5.0 if component == "edge" else 0.0
    told = float(pod.environment[f"{prefix}_LINGER_SECONDS"]) + float(pod.environment[f"{prefix}_DRAIN_SECONDS"])

    assert pause + told + ships < pod.spec["terminationGracePeriodSeconds"]


@every_component
def test_a_leaving_pod_pauses_shortly(component: str) -> None:
    assert ["sleep", "2"] == rendered("defaults").pod(component).container["lifecycle"]["preStop"]["exec"]["command"]
    assert "lifecycle" not in rendered("evaluation").pod(component).container


@every_component
def test_a_rollout_adds_a_pod_before_it_takes_one(component: str) -> None:
    strategy = rendered("defaults").workload(component)["spec"]["strategy"]

    assert {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}} == strategy


@every_component
def test_what_defaults_say_holds_for_every_component(component: str) -> None:
    pod = rendered("production").pod(component)

    assert "business" == pod.spec["priorityClassName"]
    assert {"kubernetes.io/arch": "amd64"} == pod.spec["nodeSelector"]
    assert "dedicated" == pod.spec["tolerations"][0]["key"]
    assert "backend" == pod.metadata["labels"]["tier"]
    assert "false" == pod.metadata["annotations"]["sidecar.istio.io/inject"]


def test_a_component_can_have_more_of_everything() -> None:
    edge = rendered("production").pod("edge")

    assert "UTC" == edge.environment["TZ"]
    assert {"name": "extra", "configMap": {"name": "extra"}} in edge.spec["volumes"]
    assert "/etc/extra" in [each["mountPath"] for each in edge.container["volumeMounts"]]
    assert [{"configMapRef": {"name": "proxies"}}] == rendered("production").pod("registry").container["envFrom"]
    assert "podAntiAffinity" in edge.spec["affinity"]
    assert "affinity" not in rendered("production").pod("registry").spec


def test_an_empty_value_of_a_component_overrides_the_default() -> None:
    values = {"defaults": {"nodeSelector": {"disk": "ssd"}, "lingerSeconds": 5}, "edge": {"lingerSeconds": 0}}

    assert "0" == rendered_with(values).pod("edge").environment["EDGE_LINGER_SECONDS"]


def test_the_journal_lies_in_the_pod_unless_it_has_volumes() -> None:
    (journal,) = [each for each in rendered("defaults").pod("edge").spec["volumes"] if each["name"] == "journal"]

    assert "Deployment" == rendered("defaults").workload("edge")["kind"]
    assert {"sizeLimit": "576Mi"} == journal["emptyDir"]


def test_an_emptied_journal_volume_holds_two_journals() -> None:
    pod = rendered_with({"edge": {"journal": {"bytes": 1073741824}}}).pod("edge")
    (journal,) = [each for each in pod.spec["volumes"] if each["name"] == "journal"]

    assert {"sizeLimit": "2112Mi"} == journal["emptyDir"]
    assert "1073741824" == pod.environment["EDGE_JOURNAL_BYTES"]


def test_an_edge_with_volumes_is_a_stateful_set() -> None:
    workload = rendered("production").workload("edge")
    (claim,) = workload["spec"]["volumeClaimTemplates"]

    assert "StatefulSet" == workload["kind"]
    assert "Parallel" == workload["spec"]["podManagementPolicy"]
    assert "journal" == claim["metadata"]["name"]
    assert {"requests": {"storage": "3Gi"}} == claim["spec"]["resources"]
    assert "fast" == claim["spec"]["storageClassName"]
    assert workload["spec"]["serviceName"] in rendered("production").of_kind("Service")
    assert "journal" not in [each["name"] for each in workload["spec"]["template"]["spec"]["volumes"]]


@pytest.mark.parametrize(("component", "seconds"), [("catalog", 120), ("gateway", 120), ("registry", 15)])
def test_a_large_document_on_its_way_is_not_cut_off(component: str, seconds: int) -> None:
    pod = rendered("defaults").pod(component)

    assert str(seconds) == pod.environment[f"{component.upper()}_DRAIN_SECONDS"]
    assert seconds + 15 == pod.spec["terminationGracePeriodSeconds"]
