"""The chart's dashboards as Grafana reads them."""

import json
from collections.abc import Iterator
from typing import Any

from charts.dashboards.__main__ import FOLDER

Json = dict[str, Any]

DASHBOARDS: dict[str, Json] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}


def panels(dashboard: Json) -> Iterator[Json]:
    """Yield a dashboard's panels, without the rows that they stand in."""
    yield from (panel for panel in dashboard["panels"] if panel["type"] != "row")


def expressions() -> dict[str, str]:
    """Return each expression of each dashboard, named by its panel."""
    return {
        f"{uid} / {panel['title']} / {target['refId']}": target["expr"]
        for uid, dashboard in DASHBOARDS.items()
        for panel in panels(dashboard)
        for target in panel["targets"]
    }
