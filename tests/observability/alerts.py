"""The chart's alert rules as data."""

from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "charts" / "understudy"

ALERTS = CHART / "files" / "alerts.yaml"

RUNBOOKS = CHART / "RUNBOOKS.md"


def alert_rules() -> list[dict[str, Any]]:
    """Return every rule of every group."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]
