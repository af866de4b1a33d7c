"""What an expression of PromQL speaks of: the series it selects, the labels it names, and whether promtool accepts it.

No parser: dashboards and alerts write a selector behind every series, and braces and brackets tell the rest.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

SELECTOR = re.compile(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
BARE = re.compile(r"\b((?:understudy|process|python)_[a-z0-9_]+)\b(?!\s*\{)")
MATCHER = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)\s*\"")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
TEXT = re.compile(r'"[^"]*"')

OF_TARGETS = frozenset({"namespace", "job", "instance", "worker"})
"""Labels that Prometheus adds to whatever it scrapes (and `up` for its workers)."""

VARIABLES: Mapping[str, str] = {
    "$__rate_interval": "5m",
    "$__range": "1h",
    "$namespace": ".*",
    "$job": ".*",
    "$instance": ".*",
    "$mock_id": ".*",
}
"""What Grafana would put in, with All chosen everywhere."""


def selections(expr: str) -> dict[str, frozenset[str]]:
    """Return each series that an expression selects, with the labels that its selectors name."""
    found: dict[str, set[str]] = {}
    for name, inside in SELECTOR.findall(expr):
        found.setdefault(name, set()).update(MATCHER.findall(inside))
    for name in BARE.findall(TEXT.sub('""', expr)):
        found.setdefault(name, set())
    return {name: frozenset(labels) for name, labels in found.items()}


def grouping_labels(expr: str) -> frozenset[str]:
    """Return the labels that an expression groups or joins by."""
    inside = (label.strip() for labels in GROUPING.findall(expr) for label in labels.split(","))
    return frozenset(filter(None, inside))


def filled_in(expr: str) -> str:
    """Return an expression as Grafana would send it."""
    for variable, value in VARIABLES.items():
        expr = expr.replace(variable, value)
    return expr


def command(name: str) -> str:
    """Return where `promtool` or `prometheus` is; skip the test without it, or fail with REQUIRE_PROMTOOL=1."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is missing: it comes with Debian's package prometheus"
        if os.environ.get("REQUIRE_PROMTOOL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def complaints(expressions: Mapping[str, str], folder: Path) -> str:
    """Return what promtool says against expressions, which are named; nothing where all are well-formed."""
    rules = [{"record": f"check:{number}", "expr": filled_in(expr)} for number, expr in enumerate(expressions.values())]
    path = folder / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "expressions", "rules": rules}]}), encoding="utf-8")
    checked = subprocess.run([command("promtool"), "check", "rules", path], capture_output=True, text=True, check=False)
    return checked.stderr if checked.returncode else ""
