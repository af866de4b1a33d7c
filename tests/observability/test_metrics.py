"""Every metric of the code is exposed by a running process, told apart by labels that are declared."""

from tests.observability.declared import declared_metrics
from tests.observability.exposition import Exposition, labels_by_series

ONLY_UNDER_UP = {
    "understudy_edge_workers": "counts the processes that `up` starts; in Kubernetes an edge is a pod",
    "understudy_edge_worker_restarts": "likewise; in Kubernetes the kubelet counts restarts",
}


def test_every_declared_metric_is_exposed_by_the_running_suite(expositions: dict[str, Exposition]) -> None:
    exposed = {series for exposition in expositions.values() for series in exposition.samples}
    missing = {
        metric.name
        for metric in declared_metrics()
        if not metric.series <= exposed and metric.name not in ONLY_UNDER_UP
    }

    assert set() == missing


def test_what_only_up_has_is_not_exposed_otherwise(expositions: dict[str, Exposition]) -> None:
    families = {family for exposition in expositions.values() for family in exposition.families}

    assert set() == families & ONLY_UNDER_UP.keys()
    assert ONLY_UNDER_UP.keys() <= {metric.name for metric in declared_metrics()}


def test_no_metric_is_exposed_that_the_source_does_not_declare(expositions: dict[str, Exposition]) -> None:
    declared = {series for metric in declared_metrics() for series in metric.series}
    exposed = {series for series in labels_by_series(expositions.values()) if series.startswith("understudy_")}

    assert set() == {series for series in exposed if not series.endswith("_created")} - declared


def test_exposed_series_have_the_labels_that_were_declared(expositions: dict[str, Exposition]) -> None:
    seen = labels_by_series(expositions.values())
    declared = {series: metric.series_labels for metric in declared_metrics() for series in metric.series}
    differing = {
        series: (labels, seen[series])
        for series, labels in declared.items()
        if series in seen and series != "understudy_build_info" and not seen[series] <= labels
    }

    assert {} == differing


def test_every_component_tells_which_it_is_and_that_it_is_ready(expositions: dict[str, Exposition]) -> None:
    for component, exposition in expositions.items():
        (build,) = exposition.samples["understudy_build_info"]

        assert component == build.labels["component"]
        assert build.labels["version"]
        assert exposition.value("understudy_ready") == 1
