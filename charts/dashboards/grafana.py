"""Dashboards as the JSON that Grafana 10 and newer read.

No data source, namespace or job is written into a dashboard: they are chosen at its top. Ids follow from the order of
the panels, so the same tables make the same bytes.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from charts.dashboards.panels import Dashboard, Kind, Panel, Query, Row, Unit, Variable

Json = dict[str, object]

SCHEMA_VERSION: Final = 39
"""Of Grafana 10.4; newer ones read it and bring it up to date themselves."""

COLUMNS: Final = 24

SOURCE: Final[Json] = {"type": "prometheus", "uid": "${datasource}"}

TAG: Final = "understudy"

CHOSEN: Final = 'namespace=~"$namespace", job=~"$job", instance=~"$instance"'

TARGETS: Final = (
    Variable(
        name="namespace",
        label="Namespace",
        values_of="understudy_build_info",
        description="The namespaces in which the suite was installed.",
    ),
    Variable(
        name="job",
        label="Job",
        values_of='understudy_build_info{namespace=~"$namespace"}',
        description="The parts of the suite, as Prometheus calls what it scrapes.",
    ),
    Variable(
        name="instance",
        label="Instance",
        values_of='understudy_build_info{namespace=~"$namespace", job=~"$job"}',
        description="The processes.",
    ),
)
"""Outside Kubernetes there is no namespace; "All" fits that too."""


def grafana_dashboard(dashboard: Dashboard) -> Json:
    """Return a dashboard as Grafana imports it."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": [TAG],
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "annotations": {"list": []},
        "links": [_links()],
        "templating": {"list": [_source_variable(), *map(_variable, (*TARGETS, *dashboard.variables))]},
        "panels": list(_panels(dashboard.rows)),
    }


def selected(expr: str) -> str:
    """Return an expression with `{@}` replaced by what is chosen at the top."""
    return expr.replace("{@", "{" + CHOSEN)


def _links() -> Json:
    return {
        "title": "Understudy",
        "type": "dashboards",
        "tags": [TAG],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
        "icon": "external link",
        "targetBlank": False,
        "tooltip": "The suite's other dashboards, for the same time and choice",
        "url": "",
    }


def _source_variable() -> Json:
    return {
        "name": "datasource",
        "label": "Data source",
        "description": "The Prometheus that scrapes the suite.",
        "type": "datasource",
        "query": "prometheus",
        "current": {},
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": 1,
        "regex": "",
        "skipUrlSync": False,
    }


def _variable(variable: Variable) -> Json:
    query = f"label_values({variable.values_of}, {variable.name})"
    return {
        "name": variable.name,
        "label": variable.label,
        "description": variable.description,
        "type": "query",
        "datasource": SOURCE,
        "definition": query,
        "query": {"query": query, "refId": f"variable-{variable.name}"},
        "current": {"text": "All", "value": "$__all"} if variable.is_multiple else {},
        "allValue": ".*" if variable.is_multiple else None,
        "includeAll": variable.is_multiple,
        "multi": variable.is_multiple,
        "hide": 0,
        "options": [],
        "refresh": 2,
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
    }


def _panels(rows: Sequence[Row]) -> Iterator[Json]:
    """Yield rows and panels from left to right and from top to bottom."""
    number, top = 0, 0
    for row in rows:
        number += 1
        yield _row(number, row, top)
        top += 1
        left, tallest = 0, 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                top, left, tallest = top + tallest, 0, 0
            number += 1
            yield _panel(number, panel, left, top)
            left, tallest = left + panel.width, max(tallest, panel.height)
        top += tallest


def _row(number: int, row: Row, top: int) -> Json:
    return {
        "id": number,
        "type": "row",
        "title": row.title,
        "collapsed": False,
        "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": 1},
        "panels": [],
    }


def _panel(number: int, panel: Panel, left: int, top: int) -> Json:
    return {
        "id": number,
        "type": panel.kind.value,
        "title": panel.title,
        "description": panel.description,
        "datasource": SOURCE,
        "gridPos": {"x": left, "y": top, "w": panel.width, "h": panel.height},
        "fieldConfig": {"defaults": _field(panel), "overrides": []},
        "options": _OPTIONS[panel.kind](panel),
        "targets": [_target(place, query, panel.kind) for place, query in enumerate(panel.queries)],
        "transformations": _transformations(panel),
    }


def _target(place: int, query: Query, kind: Kind) -> Json:
    is_instant = kind in (Kind.TABLE, Kind.BARS)
    return {
        "refId": chr(ord("A") + place),
        "datasource": SOURCE,
        "editorMode": "code",
        "expr": selected(query.expr),
        "legendFormat": query.legend or "__auto",
        "format": {Kind.TABLE: "table", Kind.HEATMAP: "heatmap"}.get(kind, "time_series"),
        "instant": is_instant,
        "range": not is_instant,
    }


def _transformations(panel: Panel) -> list[Json]:
    if panel.kind is not Kind.TABLE:
        return []
    hidden = dict.fromkeys(("Time", *panel.hidden_columns), True)
    return [{"id": "organize", "options": {"excludeByName": hidden, "indexByName": {}, "renameByName": {}}}]


def _field(panel: Panel) -> Json:
    field: Json = {"unit": panel.unit.value, "thresholds": _thresholds(panel.steps)}
    if panel.unit is not Unit.COUNT or panel.kind is Kind.LINES:
        field["min"] = 0
    if panel.unit is Unit.SHARE:
        field["max"] = 1
    if panel.kind is Kind.LINES:
        field["custom"] = _line_style(panel)
        field["color"] = {"mode": "palette-classic"}
    return field


def _line_style(panel: Panel) -> Json:
    return {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 25 if panel.is_stacked else 8,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"mode": "normal" if panel.is_stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if panel.steps else "off"},
    }


def _thresholds(steps: tuple[float, float] | None) -> Json:
    coloured: list[Json] = [{"color": "green", "value": None}]
    if steps:
        yellow, red = steps
        coloured += [{"color": "yellow", "value": yellow}, {"color": "red", "value": red}]
    return {"mode": "absolute", "steps": coloured}


def _line_options(_panel: Panel) -> Json:
    return {
        "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["mean", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


def _number_options(panel: Panel) -> Json:
    return {
        "colorMode": "value" if panel.steps else "none",
        "graphMode": "area",
        "justifyMode": "auto",
        "orientation": "auto",
        "textMode": "value",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }


def _bar_options(_panel: Panel) -> Json:
    return {
        "displayMode": "basic",
        "orientation": "horizontal",
        "valueMode": "color",
        "showUnfilled": False,
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }


def _table_options(_panel: Panel) -> Json:
    return {"cellHeight": "sm", "showHeader": True, "footer": {"show": False, "reducer": ["sum"], "countRows": False}}


def _heatmap_options(panel: Panel) -> Json:
    return {
        "calculate": False,
        "cellGap": 1,
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64, "exponent": 0.5, "fill": "dark-orange"},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "tooltip": {"mode": "single", "yHistogram": True},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": panel.unit.value},
    }


_OPTIONS: Final = {
    Kind.LINES: _line_options,
    Kind.NUMBER: _number_options,
    Kind.BARS: _bar_options,
    Kind.TABLE: _table_options,
    Kind.HEATMAP: _heatmap_options,
}
