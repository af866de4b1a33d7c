"""What Helm renders, as it was when somebody last looked at it: a change of a template shows where it shows.

`UPDATE_SNAPSHOTS=1 pytest tests/chart/test_snapshots.py` writes them anew; read the difference before you share it.
The defaults are kept whole; of another set of values, what differs from the defaults, object by object.
"""

import difflib
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.rendering import DEFAULTS, SETS, Rendered, rendered

SNAPSHOTS = Path(__file__).parent / "snapshots"

SUFFIX = {True: "yaml", False: "diff"}


@pytest.mark.parametrize("name", SETS)
def test_what_is_rendered_is_what_was_looked_at(name: str) -> None:
    path = _path(name)
    text = _snapshot(name)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == text


def test_every_snapshot_is_of_a_set_of_values() -> None:
    assert {_path(name) for name in SETS} == set(SNAPSHOTS.iterdir())


def _path(name: str) -> Path:
    return SNAPSHOTS / f"{name}.{SUFFIX[name == DEFAULTS]}"


def _snapshot(name: str) -> str:
    objects = _objects(rendered(name))
    if name == DEFAULTS:
        return "".join(f"# {key}\n{text}---\n" for key, text in sorted(objects.items()))
    usual = _objects(rendered(DEFAULTS))
    return "".join(_difference(key, usual, objects) for key in sorted({*usual, *objects}))


def _difference(key: str, usual: dict[str, str], objects: dict[str, str]) -> str:
    """Return how an object differs from the defaults'; a new one differs in everything, a missing one is named."""
    if key not in objects:
        return f"=== {key}: not there\n"
    lines = difflib.unified_diff(
        usual.get(key, "").splitlines(keepends=True), objects[key].splitlines(keepends=True), n=1
    )
    body = "".join(line for line in lines if not line.startswith(("--- ", "+++ ")))
    return f"=== {key}\n{body}" if body else ""


def _objects(chart: Rendered) -> dict[str, str]:
    """Return the text of each object by its kind and its name, without what all names begin with."""
    fullname = chart.workload("edge")["metadata"]["name"].removesuffix("-edge")
    return {
        f"{each['kind']} {each['metadata']['name'].removeprefix(fullname).strip('-')}".strip(): _text(each)
        for each in chart.manifests
        if "-dashboard-" not in each["metadata"]["name"] and each["kind"] != "PrometheusRule"
    }


def _text(manifest: dict[str, Any]) -> str:
    text: str = yaml.dump(_without_chance(manifest), Dumper=yaml.CSafeDumper, width=120, allow_unicode=True)
    return text


def _without_chance(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the object without what is drawn anew at each rendering."""
    if manifest["kind"] == "Secret":
        return manifest | {"stringData": dict.fromkeys(manifest["stringData"], "generated")}
    return {key: _without_checksum(each) for key, each in manifest.items()}


def _without_checksum(value: Any) -> Any:
    match value:
        case dict():
            return {key: "…" if key == "checksum/secrets" else _without_checksum(each) for key, each in value.items()}
        case list():
            return [_without_checksum(each) for each in value]
        case _:
            return value
