"""How many pods there are, where they run, and how many may be away."""

import pytest

from tests.chart.rendering import COMPONENTS, rendered, rendered_with

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
