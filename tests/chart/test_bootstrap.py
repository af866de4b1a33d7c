"""Collections, environments and mocks from files: what is mounted where, and read by whom."""

import json

from tests.chart.rendering import rendered, rendered_with

FOLDER = "/etc/understudy/bootstrap"


def test_without_files_there_is_nothing_to_apply_them() -> None:
    assert "understudy-bootstrap" not in rendered("defaults").of_kind("Deployment")
    assert "understudy-bootstrap" not in rendered("defaults").of_kind("ServiceAccount")


def test_files_are_applied_for_as_long_as_they_may_change() -> None:
    deployment = rendered("gitops").one("Deployment", "mocks-bootstrap")

    assert ["apply", "--watch", FOLDER] == rendered("gitops").pod("bootstrap").container["args"]
    assert 1 == deployment["spec"]["replicas"]
    assert {"type": "Recreate"} == deployment["spec"]["strategy"]


def test_what_the_values_hold_becomes_files() -> None:
    data = rendered("gitops").one("ConfigMap", "mocks-bootstrap")["data"]

    assert {"collection-shop.json", "environment-staging.json", "mocks.json"} == data.keys()
    assert "Shop" == json.loads(data["collection-shop.json"])["info"]["name"]
    assert "Staging" == json.loads(data["environment-staging.json"])["name"]
    assert {
        "mocks": [{"name": "Shop", "collection": "Shop", "environment": "Staging", "private": True, "delay": 300}]
    } == json.loads(data["mocks.json"])


def test_every_config_map_is_mounted_below_the_folder() -> None:
    pod = rendered("gitops").pod("bootstrap")
    config_maps = {each["name"]: each["configMap"]["name"] for each in pod.spec["volumes"] if "configMap" in each}
    mounted = {config_maps[each["name"]]: each["mountPath"] for each in pod.container["volumeMounts"][1:]}

    assert {
        "mocks-bootstrap": f"{FOLDER}/_values",
        "more-mocks": f"{FOLDER}/more-mocks",
        "other-mocks": f"{FOLDER}/other-mocks",
    } == mounted


def test_no_config_map_takes_the_place_of_another() -> None:
    pod = rendered_with({"bootstrap": {"configMaps": ["values", "own", "tmp"]}}, on="gitops").pod("bootstrap")
    places = [each["mountPath"] for each in pod.container["volumeMounts"]]
    names = [each["name"] for each in pod.spec["volumes"]]

    assert sorted(set(places)) == sorted(places)
    assert sorted(set(names)) == sorted(names)


def test_config_maps_alone_are_enough() -> None:
    chart = rendered("cert-manager")

    assert "understudy-bootstrap" in chart.of_kind("Deployment")
    assert "understudy-bootstrap" not in chart.of_kind("ConfigMap")


def test_new_content_needs_no_new_pod() -> None:
    values = {"bootstrap": {"mocks": [{"name": "Other", "collection": "Shop"}]}}

    assert rendered_with(values, on="gitops").pod("bootstrap") == rendered("gitops").pod("bootstrap")


def test_it_acts_as_the_administrator_on_the_services() -> None:
    environment = rendered("gitops").pod("bootstrap").environment

    assert "mocks-catalog:7000" == environment["UNDERSTUDY_CATALOG_SERVER"]
    assert "mocks-registry:7000" == environment["UNDERSTUDY_REGISTRY_SERVER"]
    assert "secretKeyRef" in environment["UNDERSTUDY_API_KEY"]
