"""Under which names the components are called, from inside and from outside."""

from typing import Any

import pytest

from tests.chart.rendering import COMPONENTS, GRPC_COMPONENTS, rendered, rendered_with

HTTP_COMPONENTS = ("edge", "gateway")

every_component = pytest.mark.parametrize("component", COMPONENTS)


@every_component
def test_every_component_has_a_service_of_its_name(component: str) -> None:
    service = rendered("defaults").one("Service", f"understudy-{component}")
    ports = {each["name"]: (each["port"], each["targetPort"]) for each in service["spec"]["ports"]}
    main = ("grpc", 7000) if component in GRPC_COMPONENTS else ("http", 8080 if component == "edge" else 8081)

    assert {main[0]: (main[1], main[0]), "metrics": (9090, "metrics")} == ports


@pytest.mark.parametrize("component", GRPC_COMPONENTS)
def test_proxies_are_told_that_grpc_is_plain_where_it_is(component: str) -> None:
    plain = rendered("defaults").one("Service", f"understudy-{component}")["spec"]["ports"]
    encrypted = rendered("cert-manager").one("Service", f"understudy-{component}")["spec"]["ports"]

    assert "kubernetes.io/h2c" == next(port["appProtocol"] for port in plain if port["name"] == "grpc")
    assert not [port for port in encrypted if "appProtocol" in port]


@pytest.mark.parametrize("component", HTTP_COMPONENTS)
def test_proxies_are_told_to_speak_http_1_1(component: str) -> None:
    ports = rendered("defaults").one("Service", f"understudy-{component}")["spec"]["ports"]

    assert "http" == next(port["appProtocol"] for port in ports if port["name"] == "http")


@pytest.mark.parametrize("component", GRPC_COMPONENTS)
def test_a_grpc_service_has_a_headless_name_for_the_suite(component: str) -> None:
    service = rendered("defaults").one("Service", f"understudy-{component}-headless")

    assert "None" == service["spec"]["clusterIP"]
    assert [7000] == [each["port"] for each in service["spec"]["ports"]]


@pytest.mark.parametrize("name", ["defaults", "production"])
def test_every_service_selects_the_pods_of_one_component(name: str) -> None:
    pods = rendered(name).pods()

    for service in rendered(name).of_kind("Service").values():
        selector = service["spec"]["selector"].items()

        assert 1 == len([pod for pod in pods if selector <= pod.metadata["labels"].items()])


@pytest.mark.parametrize(
    ("component", "called"),
    [
        ("catalog", {"REGISTRY"}),
        ("registry", {"CATALOG"}),
        ("calllog", {"REGISTRY"}),
        ("edge", {"REGISTRY", "CATALOG", "CALLLOG"}),
        ("gateway", {"REGISTRY", "CATALOG", "CALLLOG"}),
    ],
)
def test_a_component_is_told_where_those_it_calls_answer(component: str, called: set[str]) -> None:
    environment = rendered("defaults").pod(component).environment
    targets = {name: value for name, value in environment.items() if name.endswith("_TARGET")}

    assert {
        f"{component.upper()}_{each}_TARGET": f"dns:///understudy-{each.lower()}-headless:7000" for each in called
    } == targets


def test_the_cloud_is_told_about_services_and_accounts() -> None:
    service = rendered("production").one("Service", "understudy-mocks-edge")
    account = rendered("production").one("ServiceAccount", "understudy-mocks-edge")

    assert "auto" == service["metadata"]["annotations"]["service.kubernetes.io/topology-mode"]
    assert "edge" == account["metadata"]["annotations"]["example.com/account"]


@pytest.mark.parametrize(
    ("values", "url", "domain"),
    [
        ({}, "http://understudy-edge.mocks:8080/mocks/{mock_id}", ""),
        (
            {"mocks": {"domain": "mock.example.com"}},
            "https://{mock_id}.mock.example.com",
            "mock.example.com",
        ),
        (
            {"ingress": {"enabled": True, "edge": {"host": "m.example.com"}}},
            "https://m.example.com/mocks/{mock_id}",
            "",
        ),
        (
            {
                "gatewayApi": {"enabled": True, "parentRefs": [{"name": "g"}], "edge": {"host": "m.example.com"}},
                "mocks": {"scheme": "http"},
                "edge": {"settings": {"pathPrefix": "/fakes/"}},
            },
            "http://m.example.com/fakes/{mock_id}",
            "",
        ),
        ({"mocks": {"urlTemplate": "https://x/{mock_id}"}}, "https://x/{mock_id}", ""),
    ],
)
def test_the_url_of_a_mock_follows_from_how_the_edge_is_reached(values: dict[str, Any], url: str, domain: str) -> None:
    chart = rendered_with(values)

    assert url == chart.pod("registry").environment["REGISTRY_MOCK_URL_TEMPLATE"]
    assert domain == chart.pod("edge").environment["EDGE_MOCK_DOMAIN"]
