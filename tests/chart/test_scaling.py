"""How many pods there are, where they run, and how many may be away."""

import pytest

from tests.chart.kubernetes_api import kubernetes_api
from tests.chart.rendering import COMPONENTS, SETS, rendered, rendered_in, rendered_with

every_component = pytest.mark.parametrize("component", COMPONENTS)


@every_component
def test_pods_are_spread_over_zones_and_nodes_where_that_is_possible(component: str) -> None:
    spread = rendered("defaults").pod(component).spec["topologySpreadConstraints"]

    assert ["topology.kubernetes.io/zone", "kubernetes.io/hostname"] == [each["topologyKey"] for each in spread]
    for constraint in spread:
        assert "ScheduleAnyway" == constraint["whenUnsatisfiable"]
        assert component == constraint["labelSelector"]["matchLabels"]["app.kubernetes.io/component"]


def test_a_spread_of_the_users_own_gets_the_selector() -> None:
    (constraint,) = rendered("production").pod("edge").spec["topologySpreadConstraints"]

    assert "DoNotSchedule" == constraint["whenUnsatisfiable"]
    assert "edge" == constraint["labelSelector"]["matchLabels"]["app.kubernetes.io/component"]


@every_component
def test_a_rollout_spreads_its_own_pods_and_counts_no_leaving_ones(component: str) -> None:
    spread = rendered("defaults").pod(component).spec["topologySpreadConstraints"]

    assert [["pod-template-hash"], ["pod-template-hash"]] == [each["matchLabelKeys"] for each in spread]


def test_pods_of_a_stateful_set_have_no_hash_to_be_told_apart_by() -> None:
    values = {"edge": {"journal": {"persistence": {"enabled": True}}}}
    spread = rendered_with(values).pod("edge").spec["topologySpreadConstraints"]

    assert all("matchLabelKeys" not in each for each in spread)


@pytest.mark.parametrize(("there", "asked_for"), [(7, 7), (0, 2)])
def test_turning_autoscaling_on_takes_no_pod_away(there: int, asked_for: int) -> None:
    values = {"edge": {"autoscaling": {"enabled": True}}}

    with kubernetes_api({}, replicas={"understudy-edge": there}) as cluster:
        workload = rendered_in(cluster, values).workload("edge")

    assert asked_for == workload["spec"]["replicas"]


def test_a_first_installation_leaves_the_number_to_the_autoscaler() -> None:
    with kubernetes_api({}) as cluster:
        workload = rendered_in(cluster, {"edge": {"autoscaling": {"enabled": True}}}).workload("edge")

    assert "replicas" not in workload["spec"]


@pytest.mark.parametrize("name", SETS)
def test_no_scratch_directory_keeps_a_node_alive(name: str) -> None:
    key = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"

    for pod in rendered(name).pods():
        scratch = {each["name"] for each in pod.spec["volumes"] if "emptyDir" in each}
        if pod.kind in {"Deployment", "StatefulSet"}:
            assert scratch - {"data"} == set(pod.metadata["annotations"][key].split(","))


def test_there_is_no_budget_for_a_single_pod() -> None:
    assert {} == rendered("defaults").of_kind("PodDisruptionBudget")


def test_there_is_a_budget_where_there_are_several_pods() -> None:
    budgets = rendered("production").of_kind("PodDisruptionBudget")

    assert {f"understudy-mocks-{each}" for each in ("catalog", "registry", "calllog", "edge")} == budgets.keys()
    assert 1 == budgets["understudy-mocks-edge"]["spec"]["maxUnavailable"]
    assert "50%" == budgets["understudy-mocks-calllog"]["spec"]["maxUnavailable"]
    assert {"AlwaysAllow"} == {each["spec"]["unhealthyPodEvictionPolicy"] for each in budgets.values()}


def test_edges_grow_by_cpu_and_by_calls() -> None:
    autoscaler = rendered("production").one("HorizontalPodAutoscaler", "understudy-mocks-edge")["spec"]
    cpu, calls = autoscaler["metrics"]

    assert (3, 20) == (autoscaler["minReplicas"], autoscaler["maxReplicas"])
    assert {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}} == cpu["resource"]
    assert "understudy_calls_per_second" == calls["pods"]["metric"]["name"]
    assert {"type": "AverageValue", "averageValue": "1500"} == calls["pods"]["target"]
    assert {"scaleDown": {"stabilizationWindowSeconds": 600}} == autoscaler["behavior"]


@pytest.mark.parametrize("component", ["edge", "registry"])
def test_an_autoscaler_names_the_workload_and_alone_says_how_many_pods(component: str) -> None:
    workload = rendered("production").workload(component)
    target = rendered("production").one("HorizontalPodAutoscaler", f"understudy-mocks-{component}")["spec"]

    assert {
        "apiVersion": "apps/v1",
        "kind": workload["kind"],
        "name": workload["metadata"]["name"],
    } == target["scaleTargetRef"]
    assert "replicas" not in workload["spec"]


def test_a_service_without_autoscaling_has_as_many_pods_as_are_asked_for() -> None:
    assert 2 == rendered("production").workload("catalog")["spec"]["replicas"]
    assert 5 == rendered_with({"edge": {"replicas": 5}}).workload("edge")["spec"]["replicas"]
