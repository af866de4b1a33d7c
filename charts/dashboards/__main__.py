"""Write the dashboards' JSON into the chart, or prove that it is current.

python -m charts.dashboards [--check]
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from charts.dashboards.grafana import grafana_dashboard
from charts.dashboards.misses import MISSES_DASHBOARD
from charts.dashboards.one_mock import ONE_MOCK
from charts.dashboards.overview import OVERVIEW
from charts.dashboards.platform import PLATFORM

DASHBOARDS: Final = (OVERVIEW, ONE_MOCK, MISSES_DASHBOARD, PLATFORM)

FOLDER: Final = Path(__file__).parent.parent / "understudy" / "files" / "dashboards"


def files() -> dict[Path, str]:
    """Return what each file must hold."""
    return {
        FOLDER / f"{dashboard.uid}.json": json.dumps(grafana_dashboard(dashboard), indent=2, ensure_ascii=False) + "\n"
        for dashboard in DASHBOARDS
    }


def write(wanted: Mapping[Path, str]) -> None:
    """Write the files, and remove those of dashboards that are no more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in set(FOLDER.glob("*.json")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")


def stale(wanted: Mapping[Path, str]) -> list[Path]:
    """Return the files that are not what they must be: missing, different, or of no dashboard."""
    there = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    return sorted(path for path in {*there, *wanted} if there.get(path) != wanted.get(path))


def main() -> int:
    """Run the command and return its status."""
    parser = argparse.ArgumentParser(prog="python -m charts.dashboards", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a file is not current")
    if not parser.parse_args().check:
        write(files())
        return 0
    differing = stale(files())
    for path in differing:
        sys.stderr.write(f"{path.name} is not current: run `python -m charts.dashboards`\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
