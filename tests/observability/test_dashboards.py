"""The dashboards are current, uniform, and speak only of what the running suite exposes; nothing is forgotten."""

from itertools import pairwise
from pathlib import Path

import pytest

from charts.dashboards.__main__ import files, stale
from tests.observability.alerts import alert_rules
from tests.observability.conftest import Observed
from tests.observability.dashboards import DASHBOARDS, expressions, panels
from tests.observability.declared import declared_metrics
from tests.observability.exposition import Exposition, labels_by_series
from tests.observability.promql import OF_TARGETS, command, complaints, grouping_labels, selections
from tests.observability.test_metrics import ONLY_UNDER_UP

SOURCE = {"type": "prometheus", "uid": "${datasource}"}

CHOICES = ["datasource", "namespace", "job", "instance"]

MADE_BY_QUERIES = frozenset({"grpc_service"})
"""Labels that an expression makes itself, with label_replace."""

EMPTY_WHEN_ALL_IS_WELL = {
    "understudy-overview / Errors of ours / A",
    "understudy-platform / Failed calls by method / A",
}
"""Expressions that give nothing while nothing fails, since they choose by what went wrong."""

SHOWN_NOWHERE: dict[str, str] = {}
"""Metrics that no dashboard and no alert shows, each with the reason."""


def alerted() -> dict[str, str]:
    return {rule["alert"]: rule["expr"] for rule in alert_rules()}


def test_the_files_are_what_the_tables_make() -> None:
    assert [] == stale(files())


def test_a_file_that_was_changed_by_hand_or_is_of_no_dashboard_is_found() -> None:
    wanted = files()
    path = next(iter(wanted))

    assert [path] == stale(wanted | {path: "{}"})
    assert [path] == stale({other: text for other, text in wanted.items() if other != path})


def test_every_dashboard_can_be_found_and_leads_to_the_others() -> None:
    titles = {dashboard["title"] for dashboard in DASHBOARDS.values()}

    assert ["understudy-misses", "understudy-mock", "understudy-overview", "understudy-platform"] == list(DASHBOARDS)
    assert len(DASHBOARDS) == len(titles)
    for uid, dashboard in DASHBOARDS.items():
        (link,) = dashboard["links"]

        assert uid == dashboard["uid"]
        assert dashboard["tags"] == link["tags"] == ["understudy"]
        assert (link["includeVars"], link["keepTime"]) == (True, True)
        assert dashboard["description"].endswith(".")


def test_every_dashboard_lets_people_choose_what_is_shown() -> None:
    for dashboard in DASHBOARDS.values():
        variables = dashboard["templating"]["list"]

        assert CHOICES == [variable["name"] for variable in variables][: len(CHOICES)]
        for variable in variables:
            assert variable["label"]
            assert variable["description"].endswith(".")
            assert variable["type"] == "datasource" or variable["datasource"] == SOURCE


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_every_panel_says_what_it_shows_in_which_unit_and_from_the_chosen_source(uid: str) -> None:
    for panel in panels(DASHBOARDS[uid]):
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"] == SOURCE
        assert panel["targets"]
        for target in panel["targets"]:
            assert target["datasource"] == SOURCE


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_panels_have_ids_of_their_own_and_titles_of_their_own_within_a_dashboard(uid: str) -> None:
    everything = DASHBOARDS[uid]["panels"]
    titles = [panel["title"] for panel in panels(DASHBOARDS[uid])]

    assert list(range(1, len(everything) + 1)) == [panel["id"] for panel in everything]
    assert len(titles) == len(set(titles))
    for panel in panels(DASHBOARDS[uid]):
        references = [target["refId"] for target in panel["targets"]]
        assert len(references) == len(set(references))


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_panels_lie_within_the_grid_and_on_nothing_else(uid: str) -> None:
    taken = set[tuple[int, int]]()
    for panel in DASHBOARDS[uid]["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }

        assert place["x"] + place["w"] <= 24
        assert set() == taken & cells, panel["title"]
        taken |= cells
    tops = [panel["gridPos"]["y"] for panel in DASHBOARDS[uid]["panels"]]
    assert all(above <= below for above, below in pairwise(tops))


def test_every_series_of_a_dashboard_is_narrowed_to_what_was_chosen() -> None:
    for place, expr in expressions().items():
        for series, labels in selections(expr).items():
            assert set(CHOICES[1:]) <= labels, f"{place}: {series}"


def test_rates_go_over_the_interval_that_grafana_knows_to_be_long_enough() -> None:
    for place, expr in expressions().items():
        for function in ("rate(", "increase(", "changes("):
            ranges = expr.count("[$__rate_interval]") + expr.count("[$__range]")
            assert expr.count(function) <= ranges, place
        assert "irate(" not in expr, place


def test_quantiles_are_of_sums_that_keep_the_bounds_of_buckets() -> None:
    for place, expr in (expressions() | alerted()).items():
        if "histogram_quantile(" in expr:
            assert "le" in grouping_labels(expr), place


def test_promtool_accepts_every_expression(tmp_path: Path) -> None:
    assert complaints(expressions(), tmp_path) == ""


def test_promtool_refuses_an_expression_that_is_none(tmp_path: Path) -> None:
    assert "could not parse expression" in complaints({"bad": "sum(rate(understudy_calls_total{@}[5m])"}, tmp_path)


def test_prometheus_answers_every_expression_with_what_the_suite_tells(observed: Observed) -> None:
    command("prometheus")
    wrong = {place: rows for place, rows in observed.answers.items() if isinstance(rows, str)}
    empty = {place for place, rows in observed.answers.items() if not rows}

    assert expressions().keys() == observed.answers.keys()
    assert {} == wrong
    assert empty <= EMPTY_WHEN_ALL_IS_WELL


def test_whatever_dashboards_and_alerts_name_is_exposed_with_these_labels(
    expositions: dict[str, Exposition],
) -> None:
    exposed = labels_by_series(expositions.values())
    declared = {series: metric.series_labels for metric in declared_metrics() for series in metric.series}
    wrong = {}
    for place, expr in (expressions() | alerted()).items():
        selected = selections(expr)
        unknown = selected.keys() - exposed.keys()
        labels = {series: declared.get(series, frozenset()) | exposed.get(series, frozenset()) for series in selected}
        strange = {series for series in selected if not selected[series] <= labels[series] | OF_TARGETS}
        grouped = grouping_labels(expr) - frozenset().union(*labels.values()) - OF_TARGETS - MADE_BY_QUERIES
        if unknown or strange or grouped:
            wrong[place] = (unknown, strange, grouped)

    assert {} == wrong


def test_every_metric_of_the_code_is_shown_somewhere() -> None:
    shown = {series for expr in (expressions() | alerted()).values() for series in selections(expr)}
    forgotten = {metric.name for metric in declared_metrics() if not metric.series & shown}

    assert set() == forgotten - ONLY_UNDER_UP.keys() - SHOWN_NOWHERE.keys()
    assert set() == SHOWN_NOWHERE.keys() - forgotten


def test_variables_offer_the_values_of_labels_that_exist(expositions: dict[str, Exposition]) -> None:
    exposed = labels_by_series(expositions.values())
    for dashboard in DASHBOARDS.values():
        for variable in dashboard["templating"]["list"][1:]:
            values_of, label = variable["definition"].removeprefix("label_values(").rsplit(", ", 1)
            series = values_of.split("{")[0]

            assert series in exposed
            assert label.removesuffix(")") in exposed[series] | OF_TARGETS
