"""Nobody talks to anybody, but for the ways that the house draws."""

from typing import Any

import pytest

from tests.chart.rendering import COMPONENTS, GRPC_COMPONENTS, SETS, Rendered, rendered, rendered_with

GUARDED = [name for name in SETS if name != "evaluation"]

ARROWS = {
    ("edge", "registry", 7000),
    ("edge", "catalog", 7000),
    ("edge", "calllog", 7000),
    ("gateway", "catalog", 7000),
    ("gateway", "registry", 7000),
    ("gateway", "calllog", 7000),
    ("catalog", "registry", 7000),
    ("calllog", "registry", 7000),
    ("registry", "catalog", 7000),
    ("test", "catalog", 7000),
    ("test", "registry", 7000),
    ("test", "calllog", 7000),
    ("test", "edge", 8080),
}
"""The ways between pods in every installation."""

TO_BUNDLED_DATABASE = {(role, "postgresql", 5432) for role in (*GRPC_COMPONENTS, "migrations")}
FROM_BOOTSTRAP = {("bootstrap", called, 7000) for called in ("catalog", "registry")}

Arrow = tuple[str, str, int]


@pytest.mark.parametrize("name", GUARDED)
def test_everything_is_denied_first(name: str) -> None:
    policy = next(each for key, each in rendered(name).of_kind("NetworkPolicy").items() if key.endswith("-deny"))
    selector = policy["spec"]["podSelector"]["matchLabels"].items()

    assert ["Ingress", "Egress"] == policy["spec"]["policyTypes"]
    assert not {"ingress", "egress"} & policy["spec"].keys()
    assert all(selector <= pod.metadata["labels"].items() for pod in rendered(name).pods())


@pytest.mark.parametrize("name", GUARDED)
def test_every_pod_has_one_policy_of_its_own(name: str) -> None:
    chart = rendered(name)
    pods = sorted(pod.component for pod in chart.pods())

    assert pods == sorted(_component(each) for each in _policies(chart))


@pytest.mark.parametrize("name", GUARDED)
def test_the_ways_between_pods_are_the_drawn_ones_at_both_ends(name: str) -> None:
    chart = rendered(name)
    components = {pod.component for pod in chart.pods()}
    drawn = {each for each in ARROWS | TO_BUNDLED_DATABASE | FROM_BOOTSTRAP if {each[0], each[1]} <= components}

    assert drawn == _ways_in(chart)
    assert drawn == _ways_out(chart)


def test_there_is_no_policy_where_none_are_wanted() -> None:
    assert {} == rendered("evaluation").of_kind("NetworkPolicy")


def test_anyone_may_call_mocks_and_the_api_and_nobody_grpc() -> None:
    chart = rendered("defaults")

    assert {8080} == _ports_for_anyone(chart, "edge")
    assert {8081} == _ports_for_anyone(chart, "gateway")
    for component in GRPC_COMPONENTS:
        assert set() == _ports_for_anyone(chart, component)


def test_who_may_call_can_be_narrowed() -> None:
    chart = rendered("production")
    controller = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}

    assert {8080} == _ports_from(chart, "edge", controller)
    assert set() == _ports_for_anyone(chart, "edge") | _ports_for_anyone(chart, "gateway")


@pytest.mark.parametrize("component", GRPC_COMPONENTS)
def test_grpc_can_be_opened_to_some_or_to_all(component: str) -> None:
    controller = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}

    assert {7000} == _ports_from(rendered("ingress-nginx"), component, controller)
    assert {7000} == _ports_for_anyone(rendered("gateway-api"), component)


@pytest.mark.parametrize("component", COMPONENTS)
def test_metrics_are_for_prometheus(component: str) -> None:
    monitoring = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}

    assert {9090} == _ports_from(rendered("defaults"), component, monitoring)
    assert 9090 in _ports_for_anyone(rendered("observability"), component)


@pytest.mark.parametrize("name", GUARDED)
def test_names_can_be_resolved_by_whoever_calls_others(name: str) -> None:
    for policy in _policies(rendered(name)):
        dns = [rule for rule in policy["spec"].get("egress", []) if {"port": 53, "protocol": "UDP"} in rule["ports"]]

        assert (_component(policy) != "postgresql") == bool(dns)
        assert all(rule["to"] for rule in dns)


@pytest.mark.parametrize("component", [*GRPC_COMPONENTS, "migrations"])
def test_an_external_database_is_reached_where_it_is(component: str) -> None:
    block = {"ipBlock": {"cidr": "10.20.0.0/24"}}

    assert [[block]] == [rule["to"] for rule in _egress_to(rendered("external-database"), component, 6432)]
    assert ["to" in rule for rule in _egress_to(rendered("hook-migrations"), component, 5433)] == [False]


@pytest.mark.parametrize("component", ["edge", "gateway"])
def test_who_needs_no_database_reaches_none(component: str) -> None:
    assert [] == _egress_to(rendered("external-database"), component, 6432)


@pytest.mark.parametrize("component", COMPONENTS)
def test_the_collector_of_traces_is_reached(component: str) -> None:
    (rule,) = _egress_to(rendered("observability"), component, 4317)

    assert [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}] == rule["to"]
    assert [] == _egress_to(rendered("defaults"), component, 4317)


@pytest.mark.parametrize(
    ("endpoint", "port"),
    [
        ("http://collector:4317", 4317),
        ("https://collector", 443),
        ("http://collector2/", 443),
        ("http://10.20.0.5", 443),
        ("http://10.20.0.5:55/", 55),
    ],
)
def test_the_port_of_the_collector_follows_from_its_address(endpoint: str, port: int) -> None:
    chart = rendered_with({"tracing": {"endpoint": endpoint}})

    assert [{"ports": [{"port": port, "protocol": "TCP"}]}] == _egress_to(chart, "edge", port)


def test_the_dns_may_listen_at_several_ports() -> None:
    chart = rendered_with({"networkPolicy": {"dns": {"ports": [53, 5353]}}})
    (rule,) = _egress_to(chart, "edge", 5353)

    assert {(53, "UDP"), (53, "TCP"), (5353, "UDP"), (5353, "TCP")} == {
        (each["port"], each["protocol"]) for each in rule["ports"]
    }


def test_the_bundled_database_calls_nobody() -> None:
    (policy,) = [each for each in _policies(rendered("defaults")) if _component(each) == "postgresql"]

    assert "egress" not in policy["spec"]


def _policies(chart: Rendered) -> list[dict[str, Any]]:
    return [each for name, each in chart.of_kind("NetworkPolicy").items() if not name.endswith("-deny")]


def _component(policy: dict[str, Any]) -> str:
    return str(policy["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"])


def _ways_in(chart: Rendered) -> set[Arrow]:
    return {
        (peer, _component(policy), port["port"])
        for policy in _policies(chart)
        for rule in policy["spec"].get("ingress", [])
        for peer in _pods_among(rule.get("from", []))
        for port in rule["ports"]
    }


def _ways_out(chart: Rendered) -> set[Arrow]:
    return {
        (_component(policy), peer, port["port"])
        for policy in _policies(chart)
        for rule in policy["spec"].get("egress", [])
        for peer in _pods_among(rule.get("to", []))
        for port in rule["ports"]
    }


def _pods_among(peers: list[dict[str, Any]]) -> list[str]:
    return [
        each["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for each in peers if "podSelector" in each
    ]


def _ports_for_anyone(chart: Rendered, component: str) -> set[int]:
    return {port["port"] for rule in _ingress(chart, component) if "from" not in rule for port in rule["ports"]}


def _ports_from(chart: Rendered, component: str, peer: dict[str, Any]) -> set[int]:
    return {
        port["port"] for rule in _ingress(chart, component) if peer in rule.get("from", []) for port in rule["ports"]
    }


def _ingress(chart: Rendered, component: str) -> list[dict[str, Any]]:
    (policy,) = [each for each in _policies(chart) if _component(each) == component]
    return list(policy["spec"]["ingress"])


def _egress_to(chart: Rendered, component: str, port: int) -> list[dict[str, Any]]:
    (policy,) = [each for each in _policies(chart) if _component(each) == component]
    return [rule for rule in policy["spec"]["egress"] if port in [each["port"] for each in rule["ports"]]]
