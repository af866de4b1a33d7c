"""The metrics that the code declares, read from its source: what no test happens to touch is found too."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "services"

SUFFIXES = {
    "Counter": ("_total",),
    "Gauge": ("",),
    "Histogram": ("_bucket", "_sum", "_count"),
    "Info": ("_info",),
}


@dataclass(frozen=True, slots=True, order=True)
class Declared:
    """One metric: its kind, the name it was given, and its labels."""

    name: str
    kind: str
    labels: tuple[str, ...]

    @property
    def series(self) -> frozenset[str]:
        """Return the names that Prometheus knows it by."""
        base = self.name.removesuffix("_total") if self.kind == "Counter" else self.name
        return frozenset(base + suffix for suffix in SUFFIXES[self.kind])

    @property
    def series_labels(self) -> frozenset[str]:
        """Return the labels its series may have."""
        return frozenset(self.labels) | ({"le"} if self.kind == "Histogram" else set())


def declared_metrics() -> tuple[Declared, ...]:
    """Return every metric that a module of the services declares."""
    return tuple(sorted(metric for path in SOURCES.rglob("*.py") for metric in _declared_in(path)))


def _declared_in(path: Path) -> Iterator[Declared]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name_of(node.func) in SUFFIXES and node.args:
            name, labels = node.args[0], node.args[2] if len(node.args) > 2 else ast.List([])
            if isinstance(name, ast.Constant) and str(name.value).startswith("understudy"):
                yield Declared(str(name.value), _name_of(node.func), tuple(ast.literal_eval(labels)))


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
