"""values.yaml is the manual: nothing in it goes without a word, and what is made from it is current."""

import tomllib
from pathlib import Path

import pytest
import yaml

from charts.manual.files import CHART, generated
from charts.manual.values import Value, read_values
from tests.chart.rendering import COMPONENTS, SETS, notes

ROOT = Path(__file__).parents[2]

MANUAL = read_values((CHART / "values.yaml").read_text(encoding="utf-8"))

CHAPTERS = (
    "Install",
    "Size",
    "Secure",
    "Upgrade",
    "Back up",
    "Restore",
    "Uninstall",
    "Contents from files",
    "Dashboards and alerts",
)


@pytest.mark.parametrize("value", MANUAL, ids=[value.name for value in MANUAL])
def test_every_value_says_what_it_does(value: Value) -> None:
    assert len(value.comment) >= 10 or value.comment == "sha256:…"
    assert value.chapter


@pytest.mark.parametrize("name", ["values.schema.json", "README.md"])
def test_what_is_made_from_the_manual_is_current(name: str) -> None:
    assert generated()[name] == (CHART / name).read_text(encoding="utf-8")


def test_the_chart_has_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))

    assert project["version"] == chart["version"] == chart["appVersion"]
    assert ">=1.27.0-0" == chart["kubeVersion"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_readme_has_a_chapter_for(chapter: str) -> None:
    assert f"\n## {chapter}\n" in (CHART / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_no_value_that_is_not_there() -> None:
    chapters = (CHART / "README.in.md").read_text(encoding="utf-8")
    inherited = {
        ".".join((component, *value.path[1:]))
        for component in COMPONENTS
        for value in MANUAL
        if value.path[0] == "defaults"
    }
    names = {value.name for value in MANUAL} | inherited
    sections = tuple(f"{value.path[0]}." for value in MANUAL if value.is_section)
    mentioned = {word for word in _code_words(chapters) if word.startswith(sections) and " " not in word}

    assert mentioned - names == set()


@pytest.mark.parametrize("name", SETS)
def test_the_notes_tell_the_next_three_commands(name: str) -> None:
    text = notes(name)

    assert ["1.", "2.", "3."] == [line[:2] for line in text.splitlines() if line[:1].isdigit()]
    assert "kubectl --namespace default wait" in text
    assert "get secret" in text
    assert "/mocks" in text


def test_the_notes_warn_of_the_bundled_database() -> None:
    assert "FOR EVALUATION" in notes("defaults")
    assert "gone with its pod" in notes("evaluation")
    assert "FOR EVALUATION" not in notes("production")


def test_the_notes_warn_of_missing_policies() -> None:
    assert "THERE ARE NO NETWORK POLICIES" in notes("evaluation")
    assert "THERE ARE NO NETWORK POLICIES" not in notes("defaults")


def _code_words(text: str) -> set[str]:
    """Return what stands between single backticks."""
    return {
        part for line in text.splitlines() if not line.startswith(("    ", "```")) for part in line.split("`")[1::2]
    }
