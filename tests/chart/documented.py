"""values.yaml as Helm reads it."""

from functools import cache
from typing import Any

import yaml

from tests.chart.rendering import CHART


@cache
def documented_values() -> dict[str, Any]:
    """Return the values of values.yaml."""
    loaded: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    return loaded


def at(values: dict[str, Any], path: str) -> Any:
    """Return the value at a path such as edge.journal.bytes. Raises KeyError where there is none."""
    found: Any = values
    for key in path.split("."):
        found = found[key]
    return found
