"""The nouns that dashboards are made of. What looks the same everywhere has no field here.

In an expression `{@}` stands for the time series of what is chosen at the top of the dashboard, and `{@, code="OK"}`
for some of them; `rate` and its like go over `$__rate_interval`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a panel shows its numbers; the values are Grafana's own names."""

    LINES = "timeseries"
    NUMBER = "stat"
    BARS = "bargauge"
    TABLE = "table"
    HEATMAP = "heatmap"


class Unit(StrEnum):
    """What a panel's numbers are; the values are Grafana's own names."""

    COUNT = "short"
    PER_SECOND = "reqps"
    EVENTS_PER_SECOND = "cps"
    SECONDS = "s"
    BYTES = "bytes"
    SHARE = "percentunit"
    YES_NO = "bool_yes_no"


@dataclass(frozen=True, slots=True)
class Query:
    """An expression of PromQL, and what its lines are called: Grafana puts labels in for `{{label}}`."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel.

    width: of the 24 columns of a row. steps: from which value on a number is yellow, and from which it is red.
    hidden_columns: of a table.
    """

    title: str
    description: str
    unit: Unit
    queries: tuple[Query, ...]
    kind: Kind = Kind.LINES
    width: int = 8
    height: int = 8
    is_stacked: bool = False
    steps: tuple[float, float] | None = None
    hidden_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """Panels of one subject, below its name."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A choice at the top of a dashboard: the values of a label, all of them unless told otherwise.

    values_of: the metric, with its selector, whose values of the label are offered.
    """

    name: str
    label: str
    values_of: str
    description: str
    is_multiple: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One dashboard; its `uid` is also its file's name and never changes, since people keep links."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()


def number(title: str, description: str, unit: Unit, expr: str, steps: tuple[float, float] | None = None) -> Panel:
    """Return a panel with one large number; six of them fill a row."""
    return Panel(
        title=title,
        description=description,
        unit=unit,
        queries=(Query(expr, title),),
        kind=Kind.NUMBER,
        width=4,
        height=4,
        steps=steps,
    )


def rate(counter: str, by: str = "", chosen: str = "{@}") -> str:
    """Return the rate per second of a counter, summed up, by these labels where there are any."""
    grouped = f" by ({by})" if by else ""
    return f"sum{grouped} (rate({counter}{chosen}[$__rate_interval]))"


def share(part: str, whole: str) -> str:
    """Return which share of the whole a part is; none where it has no series yet."""
    return f"({part} or vector(0)) / {whole}"


def quantile(share: float, histogram: str, by: str = "", chosen: str = "{@}") -> str:
    """Return a quantile of a histogram over all processes, by these labels where there are any."""
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({histogram}_bucket{chosen}[$__rate_interval])))"


def quantiles(histogram: str, shares: Iterable[float] = (0.5, 0.95, 0.99), chosen: str = "{@}") -> tuple[Query, ...]:
    """Return queries for some quantiles of a histogram."""
    return tuple(Query(quantile(share, histogram, chosen=chosen), f"p{share * 100:g}") for share in shares)


def lines(queries: Mapping[str, str]) -> tuple[Query, ...]:
    """Return queries from what their lines are called and their expressions."""
    return tuple(Query(expr, legend) for legend, expr in queries.items())
