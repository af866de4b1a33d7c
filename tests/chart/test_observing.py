"""What Prometheus, Grafana and a collector of traces get, and what `helm test` runs."""

import json
from typing import Any

import pytest
import yaml

from tests.chart.rendering import CHART, COMPONENTS, rendered

DASHBOARDS = sorted((CHART / "files" / "dashboards").glob("*.json"))


def test_prometheus_finds_the_metrics_of_every_component() -> None:
    chart = rendered("observability")
    monitor = chart.one("ServiceMonitor", "understudy")
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    scraped = {
        service["metadata"]["labels"]["app.kubernetes.io/component"]
        for service in chart.of_kind("Service").values()
        if wanted <= service["metadata"]["labels"].items()
        and "metrics" in [port["name"] for port in service["spec"]["ports"]]
    }

    assert set(COMPONENTS) == scraped
    assert [{"port": "metrics", "path": "/metrics", "interval": "15s"}] == monitor["spec"]["endpoints"]
    assert "kube-prometheus-stack" == monitor["metadata"]["labels"]["release"]
    assert {"matchNames": ["mocks"]} == monitor["spec"]["namespaceSelector"]


def test_no_pod_is_scraped_twice() -> None:
    services = rendered("observability").of_kind("Service")

    for name, service in services.items():
        assert not (name.endswith("-headless") and "metrics" in [port["name"] for port in service["spec"]["ports"]])


def test_alerts_are_those_of_the_file_and_lead_to_the_runbooks() -> None:
    rule = rendered("observability").one("PrometheusRule", "understudy")
    written = yaml.safe_load((CHART / "files" / "alerts.yaml").read_text(encoding="utf-8"))
    alerts = [alert for group in rule["spec"]["groups"] for alert in group["rules"]]

    assert _alerts(written) == [each["alert"] for each in alerts]
    assert all(each["annotations"]["runbook_url"].startswith("https://runbooks.example.com/") for each in alerts)
    assert "RUNBOOKS_URL" not in str(rule)
    assert "{{ $labels" in str(rule)


@pytest.mark.parametrize("path", DASHBOARDS, ids=[path.stem for path in DASHBOARDS])
def test_every_dashboard_is_a_labelled_config_map(path: Any) -> None:
    config_map = rendered("observability").one("ConfigMap", f"understudy-dashboard-{path.stem}")

    assert "1" == config_map["metadata"]["labels"]["grafana_dashboard"]
    assert "Understudy" == config_map["metadata"]["annotations"]["grafana_folder"]
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(config_map["data"][path.name])


def test_dashboards_are_there_unless_they_are_not_wanted() -> None:
    assert len(DASHBOARDS) >= 4
    assert len(DASHBOARDS) == len([each for each in rendered("defaults").of_kind("ConfigMap") if "dashboard" in each])
    assert [] == [each for each in rendered("evaluation").of_kind("ConfigMap") if "dashboard" in each]


@pytest.mark.parametrize("component", COMPONENTS)
def test_traces_go_where_they_are_wanted(component: str) -> None:
    traced = rendered("observability").pod(component).environment
    untraced = rendered("defaults").pod(component).environment
    prefix = f"{component.upper()}_TRACING"

    assert "http://collector.observability:4317" == traced[f"{prefix}_ENDPOINT"]
    assert "0.05" == traced[f"{prefix}_RATIO"]
    assert not [name for name in untraced if "TRACING" in name]


def test_helm_test_uses_the_suite_as_its_users_do() -> None:
    pod = rendered("defaults").one("Pod", "understudy-test")
    environment = rendered("defaults").pod("test").environment

    assert {
        "helm.sh/hook": "test",
        "helm.sh/hook-delete-policy": "before-hook-creation",
    } == pod["metadata"]["annotations"]
    assert ["check"] == pod["spec"]["containers"][0]["args"]
    assert "http://understudy-edge:8080" == environment["UNDERSTUDY_EDGE_URL"]
    assert "understudy-calllog:7000" == environment["UNDERSTUDY_CALLLOG_SERVER"]
    assert "Never" == pod["spec"]["restartPolicy"]


def test_there_is_no_test_pod_where_none_is_wanted() -> None:
    assert {} == rendered("evaluation").of_kind("Pod")


def _alerts(written: dict[str, Any]) -> list[str]:
    return [alert["alert"] for group in written["groups"] for alert in group["rules"]]
