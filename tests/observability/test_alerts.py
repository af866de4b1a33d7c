"""Alerts are well-formed, fire when they should and only then, and lead to a runbook that says what to do."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic.alias_generators import to_snake

from services.edge.settings import EdgeSettings
from tests.observability.alert_cases import CASES, unit_tests
from tests.observability.alerts import ALERTS, CHART, RUNBOOKS, alert_rules
from tests.observability.dashboards import DASHBOARDS, Json, panels
from tests.observability.promql import command

RULES = {rule["alert"]: rule for rule in alert_rules()}

SERVICES = Path(__file__).parents[2] / "services"

TEXT = RUNBOOKS.read_text(encoding="utf-8")

MISSING = object()

NO_LINES_OF_A_LOG = frozenset({"helm test", "helm upgrade", "registry keys", "registry mocks"})
"""What else is written as code in the runbooks, in several words: commands, and the names of streams."""

QUESTIONS = (
    "What it means",
    "What users see",
    "How to look",
    "What to do",
    "How to be sure that it is over",
)


def runbook_entries() -> dict[str, str]:
    """Return the text of each alert's entry, by the alert's name."""
    parts = re.split(r"^## (\w+)$", RUNBOOKS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def titles_of(dashboard: Json) -> Iterator[str]:
    """Yield the titles by which the runbooks name a dashboard and its panels."""
    yield dashboard["title"].rpartition(" / ")[2]
    yield from (panel["title"] for panel in panels(dashboard))


def value_at(path: str) -> Any:
    """Return the chart's default of a value; MISSING where the chart has no such value."""
    found = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    found["edge"] = found["defaults"] | found["edge"]
    for name in path.split("."):
        found = found.get(name, MISSING) if isinstance(found, dict) else MISSING
    return found


def test_promtool_accepts_the_rules() -> None:
    checked = subprocess.run(
        [command("promtool"), "check", "rules", ALERTS], capture_output=True, text=True, check=False
    )

    assert (0, "") == (checked.returncode, checked.stderr)


def test_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    path = tmp_path / "alerts_test.yaml"
    path.write_text(unit_tests(), encoding="utf-8")
    tested = subprocess.run([command("promtool"), "test", "rules", path], capture_output=True, text=True, check=False)

    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_has_its_case() -> None:
    assert sorted(RULES) == sorted(case.alert for case in CASES)


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_says_how_bad_it_is_what_happens_and_where_to_read_on(alert: str) -> None:
    rule = RULES[alert]

    assert alert.startswith("Understudy")
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert {"summary", "description", "runbook_url"} == rule["annotations"].keys()
    assert rule["annotations"]["summary"].endswith(".")
    assert "namespace" in rule["expr"]
    assert "{{" in rule["annotations"]["summary"]
    assert f"RUNBOOKS_URL#{alert.lower()}" == rule["annotations"]["runbook_url"]


def test_every_alert_has_its_entry_in_the_runbooks_and_every_entry_its_alert() -> None:
    assert list(RULES) == list(runbook_entries())


def test_the_runbooks_call_dashboards_and_panels_by_their_titles() -> None:
    titles = {title for dashboard in DASHBOARDS.values() for title in titles_of(dashboard)}
    named = {re.sub(r"\s+", " ", title) for title in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", TEXT)}

    assert set() == named - titles
    assert {"Overview", "Platform"} <= named


def test_the_runbooks_name_values_and_settings_that_exist() -> None:
    values = set(re.findall(r"`((?:edge|networkPolicy)\.[\w.]+)`", TEXT))
    settings = {path for path in values if path.startswith("edge.settings.")}

    assert set() == {path for path in values - settings if value_at(path) is MISSING}
    assert set() == {path for path in settings if to_snake(path.rpartition(".")[2]) not in EdgeSettings.model_fields}
    assert {"edge.replicas", "networkPolicy.metrics.from"} <= values
    assert settings


def test_the_runbooks_quote_lines_that_the_services_log() -> None:
    quoted = set(re.findall(r"`([a-z]+(?: [a-z;]+){1,4})`", TEXT)) - NO_LINES_OF_A_LOG
    sources = "\n".join(path.read_text(encoding="utf-8") for path in SERVICES.rglob("*.py"))

    assert set() == {line for line in quoted if f'"{line}' not in sources}
    assert "database away" in quoted


@pytest.mark.parametrize("alert", RULES)
def test_a_runbook_answers_the_questions_of_whoever_was_woken(alert: str) -> None:
    asked = re.findall(r"^\*\*(.+?)\.\*\*", runbook_entries()[alert], flags=re.MULTILINE)

    assert list(QUESTIONS) == asked
