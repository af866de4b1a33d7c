"""Helm takes the chart with every set of values, and Kubernetes what comes out, the oldest and the newest."""

from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped] # it publishes no types
import pytest
import yaml

from tests.chart.rendering import (
    SETS,
    Manifest,
    lint,
    packaged,
    rendered,
    rendered_for,
    rendered_text,
    rendered_with,
)

OLDEST = "1.27"
NEWEST = kubernetes_validate.latest_version()

CUSTOM = {"cert-manager.io/v1", "gateway.networking.k8s.io/v1", "monitoring.coreos.com/v1"}
"""What Kubernetes itself does not know; their contents are asserted where they are tested."""


@pytest.mark.parametrize("name", SETS)
def test_helm_lint_finds_nothing(name: str) -> None:
    assert "0 chart(s) failed" in lint(name).stdout


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("name", SETS)
def test_every_object_is_one_of_kubernetes(name: str, version: str) -> None:
    built_in = [each for each in rendered(name).manifests if each["apiVersion"] not in CUSTOM]

    for manifest in built_in:
        kubernetes_validate.validate(manifest, version, strict=True)
    assert len(built_in) > 15


@pytest.mark.parametrize("name", SETS)
def test_no_two_objects_share_a_name(name: str) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in rendered(name).manifests]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", SETS)
def test_custom_kinds_are_there_only_where_asked_for(name: str) -> None:
    asked_for = {
        "cert-manager": {"cert-manager.io/v1"},
        "ingress-nginx": {"cert-manager.io/v1"},
        "gateway-api": {"gateway.networking.k8s.io/v1"},
        "observability": {"monitoring.coreos.com/v1"},
    }

    assert asked_for.get(name, set()) == {each["apiVersion"] for each in rendered(name).manifests} & CUSTOM


@pytest.mark.parametrize("name", SETS)
def test_every_object_tells_what_it_belongs_to(name: str) -> None:
    for manifest in _own_manifests(name):
        labels = manifest["metadata"]["labels"]

        assert {
            "app.kubernetes.io/name",
            "app.kubernetes.io/instance",
            "app.kubernetes.io/version",
            "app.kubernetes.io/managed-by",
            "app.kubernetes.io/part-of",
        } <= labels.keys()
        assert "mocks" == manifest["metadata"]["namespace"]


@pytest.mark.parametrize("name", SETS)
def test_every_pod_is_known_by_its_component(name: str) -> None:
    pods = rendered(name).pods()

    assert {"catalog", "registry", "calllog", "edge", "gateway", "migrations"} <= {pod.component for pod in pods}
    for pod in pods:
        assert "understudy" == pod.metadata["labels"]["app.kubernetes.io/instance"]


def test_names_begin_with_the_release() -> None:
    assert "understudy-edge" in rendered_with({}).of_kind("Deployment")
    assert "shop-understudy-edge" in rendered_with({}, release="shop").of_kind("Deployment")
    assert "my-understudy-edge" in rendered_with({}, release="my-understudy").of_kind("Deployment")


def test_clusters_that_are_too_old_are_refused() -> None:
    assert rendered_for("1.27.0").manifests
    with pytest.raises(AssertionError, match=r"requires kubeVersion: >=1\.27"):
        rendered_for("1.26.9")


def test_the_package_holds_what_installs_and_explains(tmp_path: Path) -> None:
    names = packaged(tmp_path)

    assert {
        "understudy/values.yaml",
        "understudy/values.schema.json",
        "understudy/README.md",
        "understudy/RUNBOOKS.md",
        "understudy/files/alerts.yaml",
        "understudy/files/postgresql.sh",
    } <= names
    assert "understudy/README.in.md" not in names


def test_the_longest_release_name_still_gives_valid_names() -> None:
    objects = rendered_with({}, release="r" * 53).manifests

    # Names of Services and labels may have 63 characters, those of ConfigMaps 253.
    assert max(len(each["metadata"]["name"]) for each in objects if each["kind"] != "ConfigMap") <= 63


def test_long_release_names_that_begin_alike_stay_apart() -> None:
    one = rendered_with({}, release="payments-checkout-integration-tests-main-first")
    other = rendered_with({}, release="payments-checkout-integration-tests-main-second")

    assert set() == one.of_kind("Service").keys() & other.of_kind("Service").keys()


def test_no_label_of_the_users_hides_an_object_from_those_who_look_for_it() -> None:
    labels = {
        "app.kubernetes.io/name": "shop",
        "app.kubernetes.io/managed-by": "platform",
        "app.kubernetes.io/part-of": "platform",
    }
    chart = rendered_with({"commonLabels": labels, "defaults": {"podLabels": {"app.kubernetes.io/component": "x"}}})
    service = chart.one("Service", "understudy-edge")

    assert service["spec"]["selector"].items() <= chart.pod("edge").metadata["labels"].items()
    assert "Helm" == service["metadata"]["labels"]["app.kubernetes.io/managed-by"]
    assert "platform" == service["metadata"]["labels"]["app.kubernetes.io/part-of"]


def test_no_key_is_written_twice() -> None:
    text = rendered_text({"commonLabels": {"app.kubernetes.io/part-of": "platform"}, "commonAnnotations": {"a": "b"}})

    assert list(yaml.load_all(text, Loader=_Strict))


def test_common_labels_and_annotations_are_on_every_object_and_pod() -> None:
    for manifest in _own_manifests("production"):
        assert "platform" == manifest["metadata"]["labels"]["team"]
        assert "platform@example.com" == manifest["metadata"]["annotations"]["contact"]
    for pod in rendered("production").pods():
        assert "platform" == pod.metadata["labels"]["team"]
        assert "platform@example.com" == pod.metadata["annotations"]["contact"]


def test_objects_of_the_users_own_are_rendered() -> None:
    config_maps = rendered("production").of_kind("ConfigMap")

    assert {"greeting": "understudy"} == config_maps["extra"]["data"]
    assert {"made": "by a text"} == config_maps["understudy-mocks-text"]["data"]


def _own_manifests(name: str) -> list[Manifest]:
    return [each for each in rendered(name).manifests if not _is_the_users(each)]


def _is_the_users(manifest: Manifest) -> bool:
    return manifest["metadata"]["name"] in {"extra", "understudy-mocks-text"}


class _Strict(yaml.CSafeLoader):
    """Refuses a map that has a key twice, as Kubernetes' strict validation does."""


def _map_of(loader: _Strict, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value]

    assert sorted(set(keys)) == sorted(keys)
    return loader.construct_mapping(node, deep=True)


_Strict.add_constructor("tag:yaml.org,2002:map", _map_of)
