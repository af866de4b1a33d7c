"""Secrets are existing ones, or generated once; never values."""

import json

import pytest

from services.core.access.api_keys import check_chosen_key
from tests.chart.kubernetes_api import kubernetes_api
from tests.chart.rendering import CHART, COMPONENTS, rendered, rendered_in, rendered_with


def test_what_is_missing_is_generated() -> None:
    secrets = rendered("defaults").of_kind("Secret")

    assert {"service-token", "administrator-key"} == secrets["understudy-secrets"]["stringData"].keys()
    assert {f"{role}-password" for role in ("owner", "catalog", "registry", "calllog")} == secrets[
        "understudy-database"
    ]["stringData"].keys()


def test_what_is_generated_is_long_and_different_each_time() -> None:
    first = rendered_with({}).of_kind("Secret")
    second = rendered_with({}).of_kind("Secret")

    for name, secret in first.items():
        for key, text in secret["stringData"].items():
            assert len(text) >= 40
            assert text != second[name]["stringData"][key]


def test_the_generated_administrators_key_is_one_that_the_registry_takes() -> None:
    key = rendered("defaults").one("Secret", "understudy-secrets")["stringData"]["administrator-key"]

    check_chosen_key(key, "REGISTRY_ADMINISTRATOR_KEY")
    assert key.startswith("USK-")


def test_generated_secrets_outlive_the_release() -> None:
    for secret in rendered("defaults").of_kind("Secret").values():
        assert "keep" == secret["metadata"]["annotations"]["helm.sh/resource-policy"]


def test_existing_secrets_are_used_as_they_are() -> None:
    chart = rendered("gitops")

    assert {} == chart.of_kind("Secret")
    assert {"secretKeyRef": {"name": "mocks-secrets", "key": "token"}} == chart.pod("edge").environment[
        "EDGE_SERVICE_TOKEN"
    ]
    assert {"secretKeyRef": {"name": "mocks-secrets", "key": "key"}} == chart.pod("registry").environment[
        "REGISTRY_ADMINISTRATOR_KEY"
    ]
    assert {"secretKeyRef": {"name": "mocks-secrets", "key": "key"}} == chart.pod("bootstrap").environment[
        "UNDERSTUDY_API_KEY"
    ]


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_service_has_the_same_token(component: str) -> None:
    token = {"secretKeyRef": {"name": "understudy-secrets", "key": "service-token"}}

    assert token == rendered("defaults").pod(component).environment[f"{component.upper()}_SERVICE_TOKEN"]


def test_only_who_acts_as_the_administrator_has_the_key() -> None:
    holders = {pod.component for pod in rendered("cert-manager").pods() if "administrator-key" in str(pod.spec)}

    assert {"registry", "bootstrap", "test"} == holders


@pytest.mark.parametrize("component", COMPONENTS)
def test_pods_are_replaced_when_generated_secrets_change(component: str) -> None:
    checksums = {rendered_with({}).pod(component).metadata["annotations"]["checksum/secrets"] for _ in range(2)}

    assert 2 == len(checksums)


def test_one_rendering_has_one_checksum() -> None:
    pods = [pod for pod in rendered("defaults").pods() if pod.component in COMPONENTS]

    assert 1 == len({pod.metadata["annotations"]["checksum/secrets"] for pod in pods})


def test_an_upgrade_keeps_what_was_generated() -> None:
    kept = {name: secret["stringData"] for name, secret in rendered_with({}).of_kind("Secret").items()}

    with kubernetes_api(kept) as cluster:
        upgraded = rendered_in(cluster)

    assert kept == {name: secret["stringData"] for name, secret in upgraded.of_kind("Secret").items()}


def test_an_upgrade_replaces_no_pod_for_its_secrets() -> None:
    installed = rendered_with({})
    kept = {name: secret["stringData"] for name, secret in installed.of_kind("Secret").items()}

    with kubernetes_api(kept) as cluster:
        upgraded = rendered_in(cluster)

    assert installed.pods() == upgraded.pods()


def test_what_an_earlier_release_did_not_know_is_added() -> None:
    with kubernetes_api({"understudy-secrets": {"service-token": "known"}}) as cluster:
        secret = rendered_in(cluster).one("Secret", "understudy-secrets")

    assert "known" == secret["stringData"]["service-token"]
    assert secret["stringData"]["administrator-key"].startswith("USK-")


def test_no_value_holds_a_secret() -> None:
    text = json.dumps(json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))["properties"])

    assert '"password"' not in text
    assert '"existingSecret"' in text
