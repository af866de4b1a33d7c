"""The chart's files that are generated, and those that they are generated from."""

import json
from pathlib import Path

from charts.manual.page import page
from charts.manual.schema import schema
from charts.manual.values import read_values

CHART = Path(__file__).parents[1] / "understudy"


def generated() -> dict[str, str]:
    """Return the text of each generated file by its name below the chart."""
    values = read_values((CHART / "values.yaml").read_text(encoding="utf-8"))
    chapters = (CHART / "README.in.md").read_text(encoding="utf-8")
    return {
        "values.schema.json": json.dumps(schema(values), indent=2, ensure_ascii=False) + "\n",
        "README.md": page(chapters, values),
    }


def outdated() -> list[Path]:
    """Return those generated files that are not what they would be now."""
    return [CHART / name for name, text in generated().items() if _text(CHART / name) != text]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
