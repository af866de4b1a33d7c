"""Ingress and Gateway API: mocks by path and by host, the REST API, and gRPC."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.chart.rendering import GRPC_COMPONENTS, rendered, rendered_with

PROTO = Path(__file__).parents[2] / "proto" / "understudy"
NGINX = "nginx.ingress.kubernetes.io"


def published(component: str) -> set[str]:
    """Return the full names of the gRPC services of a component, as the contracts have them."""
    folder = PROTO / component / "v1"
    return {
        f"understudy.{component}.v1.{name}"
        for path in folder.glob("*_service.proto")
        for name in re.findall(r"^service (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_mocks_answer_by_path_and_by_host() -> None:
    ingress = rendered("ingress-nginx").one("Ingress", "understudy-edge")

    assert ["mocks.example.com", "*.mock.example.com"] == _hosts(ingress)
    assert {"secretName": "mocks-tls", "hosts": _hosts(ingress)} == ingress["spec"]["tls"][0]
    assert "nginx" == ingress["spec"]["ingressClassName"]
    assert {"service": {"name": "understudy-edge", "port": {"name": "http"}}} == _backend(ingress)


def test_the_api_has_a_host_of_its_own() -> None:
    ingress = rendered("ingress-nginx").one("Ingress", "understudy-gateway")

    assert ["understudy.example.com"] == _hosts(ingress)
    assert {"service": {"name": "understudy-gateway", "port": {"name": "http"}}} == _backend(ingress)


@pytest.mark.parametrize("component", GRPC_COMPONENTS)
def test_grpc_is_chosen_by_the_service_that_a_call_names(component: str) -> None:
    ingress = rendered("ingress-nginx").one("Ingress", f"understudy-{component}")
    (rule,) = ingress["spec"]["rules"]

    assert "grpc.understudy.example.com" == rule["host"]
    assert published(component) == {path["path"].removeprefix("/") for path in rule["http"]["paths"]}
    assert {f"understudy-{component}"} == {path["backend"]["service"]["name"] for path in rule["http"]["paths"]}


@pytest.mark.parametrize("component", GRPC_COMPONENTS)
def test_nginx_shows_a_certificate_where_the_services_demand_one(component: str) -> None:
    annotations = rendered("ingress-nginx").one("Ingress", f"understudy-{component}")["metadata"]["annotations"]

    assert "GRPCS" == annotations[f"{NGINX}/backend-protocol"]
    assert "mocks/understudy-client-tls" == annotations[f"{NGINX}/proxy-ssl-secret"]
    assert "on" == annotations[f"{NGINX}/proxy-ssl-verify"]
    assert f"understudy-{component}" == annotations[f"{NGINX}/proxy-ssl-name"]


def test_nginx_speaks_plain_grpc_where_the_services_do() -> None:
    values = {
        "ingress": {"enabled": True, "grpc": {"host": "grpc.example.com", "tlsSecret": "grpc-tls"}},
        "networkPolicy": {"clients": {"grpc": {"anyone": True}}},
    }
    annotations = rendered_with(values).one("Ingress", "understudy-catalog")["metadata"]["annotations"]

    assert "GRPC" == annotations[f"{NGINX}/backend-protocol"]
    assert f"{NGINX}/proxy-ssl-secret" not in annotations


def test_nginx_waits_for_the_longest_delay_and_takes_the_largest_body() -> None:
    edge = rendered("ingress-nginx").one("Ingress", "understudy-edge")["metadata"]["annotations"]
    gateway = rendered("ingress-nginx").one("Ingress", "understudy-gateway")["metadata"]["annotations"]

    assert "195" == edge[f"{NGINX}/proxy-read-timeout"]
    assert "1048576" == edge[f"{NGINX}/proxy-body-size"]
    assert str(101 * 1024 * 1024) == gateway[f"{NGINX}/proxy-body-size"]


@pytest.mark.parametrize(("part", "size"), [("edge", 2097152), ("gateway", 209715200)])
def test_nginx_follows_the_settings_of_body_sizes(part: str, size: int) -> None:
    values = {part: {"settings": {"maximumBodyBytes": size}}}
    annotations = rendered_with(values, on="ingress-nginx").one("Ingress", f"understudy-{part}")["metadata"][
        "annotations"
    ]

    assert str(size) == annotations[f"{NGINX}/proxy-body-size"]


def test_annotations_of_the_users_own_come_before_the_charts() -> None:
    annotations = rendered("ingress-nginx").one("Ingress", "understudy-edge")["metadata"]["annotations"]

    assert "letsencrypt" == annotations["cert-manager.io/cluster-issuer"]
    assert "false" == annotations[f"{NGINX}/enable-access-log"]


def test_another_controller_gets_no_words_of_nginx() -> None:
    chart = rendered_with({"ingress": {"controller": "other"}}, on="ingress-nginx")

    for ingress in chart.of_kind("Ingress").values():
        assert f"{NGINX}/proxy-read-timeout" not in ingress["metadata"]["annotations"]


def test_only_parts_with_a_host_have_a_way_in() -> None:
    ingress = {"ingress": {"enabled": True, "gateway": {"host": "understudy.example.com"}}}
    routes = {"gatewayApi": {"enabled": True, "parentRefs": [{"name": "public"}], "gateway": {"host": "u.example.com"}}}

    assert {"understudy-gateway"} == rendered_with(ingress).of_kind("Ingress").keys()
    assert {"understudy-gateway"} == rendered_with(routes).of_kind("HTTPRoute").keys()
    assert {} == rendered_with(routes).of_kind("GRPCRoute")


def test_routes_of_mocks_belong_to_the_gateway_and_have_both_hosts() -> None:
    route = rendered("gateway-api").one("HTTPRoute", "understudy-edge")

    assert [{"name": "public", "namespace": "gateways", "sectionName": "https"}] == route["spec"]["parentRefs"]
    assert ["mocks.example.com", "*.mock.example.com"] == route["spec"]["hostnames"]
    assert [{"name": "understudy-edge", "port": 8080}] == route["spec"]["rules"][0]["backendRefs"]
    assert {"request": "195s"} == route["spec"]["rules"][0]["timeouts"]
    assert "60" == route["metadata"]["annotations"]["external-dns.alpha.kubernetes.io/ttl"]


def test_the_route_of_the_api_leads_to_the_gateway() -> None:
    route = rendered("gateway-api").one("HTTPRoute", "understudy-gateway")

    assert ["understudy.example.com"] == route["spec"]["hostnames"]
    assert [{"name": "understudy-gateway", "port": 8081}] == route["spec"]["rules"][0]["backendRefs"]
    assert "timeouts" not in route["spec"]["rules"][0]


def test_the_grpc_route_knows_every_service() -> None:
    route = rendered("gateway-api").one("GRPCRoute", "understudy-grpc")
    found = {
        rule["backendRefs"][0]["name"].removeprefix("understudy-"): {
            match["method"]["service"] for match in rule["matches"]
        }
        for rule in route["spec"]["rules"]
    }

    assert {component: published(component) for component in GRPC_COMPONENTS} == found
    assert {7000} == {rule["backendRefs"][0]["port"] for rule in route["spec"]["rules"]}


def test_nginx_takes_paths_with_dots_only_where_it_is_told_that_they_are_its_own_affair() -> None:
    # Its admission webhook lets a Prefix hold letters, digits, "-", "_" and "/" alone (strict-validate-path-type).
    ingresses = rendered("ingress-nginx").of_kind("Ingress")
    prefixes = [path["path"] for path in _paths(ingresses) if path["pathType"] == "Prefix"]

    assert {"/"} == set(prefixes)
    assert {"Prefix", "ImplementationSpecific"} == {path["pathType"] for path in _paths(ingresses)}


def test_another_controller_is_told_what_the_standard_has() -> None:
    chart = rendered_with({"ingress": {"controller": "other"}}, on="ingress-nginx")

    assert {"Prefix"} == {path["pathType"] for path in _paths(chart.of_kind("Ingress"))}


def _paths(ingresses: dict[str, Any]) -> list[dict[str, Any]]:
    rules = [rule for ingress in ingresses.values() for rule in ingress["spec"]["rules"]]
    return [path for rule in rules for path in rule["http"]["paths"]]


def _hosts(ingress: dict[str, Any]) -> list[str]:
    return [rule["host"] for rule in ingress["spec"]["rules"]]


def _backend(ingress: dict[str, Any]) -> dict[str, Any]:
    backend: dict[str, Any] = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]
    return backend
