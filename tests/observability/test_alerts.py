"""Alerts are well-formed, fire when they should and only then, and lead to a runbook that says what to do."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.observability.alert_cases import CASES, unit_tests
from tests.observability.alerts import ALERTS, RUNBOOKS, alert_rules
from tests.observability.promql import command

RULES = {rule["alert"]: rule for rule in alert_rules()}

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


@pytest.mark.parametrize("alert", RULES)
def test_a_runbook_answers_the_questions_of_whoever_was_woken(alert: str) -> None:
    asked = re.findall(r"^\*\*(.+?)\.\*\*", runbook_entries()[alert], flags=re.MULTILINE)

    assert list(QUESTIONS) == asked
