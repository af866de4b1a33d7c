"""Write, or with `--check` compare, what is generated about the chart's values."""

import sys

from charts.manual.files import CHART, generated, outdated


def main() -> int:
    """Return 0 where everything is current now, 1 where `--check` found that it is not."""
    if "--check" in sys.argv[1:]:
        stale = outdated()
        for path in stale:
            sys.stderr.write(f"{path} is not current: run python -m charts.manual\n")
        return 1 if stale else 0
    for name, text in generated().items():
        (CHART / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
