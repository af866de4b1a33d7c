"""Generate the Python of the contracts into `proto/gen`, or with `--check` prove that it is current.

Run by `make proto` and `make verify/proto`. The generated files are committed and never edited.
"""

import filecmp
import shutil
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

HERE = Path(__file__).resolve().parent
GENERATED = HERE / "gen"
BIN = Path(sys.executable).parent


def main() -> int:
    """Generate in place, or compare a fresh generation with what is committed."""
    if "--check" not in sys.argv:
        generate(GENERATED)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        stale = differences(Path(scratch), GENERATED)
    for name in stale:
        print(f"not current: proto/gen/{name}: run `make proto` and commit the result")
    return 1 if stale else 0


def generate(target: Path) -> None:
    """Write the generated package `understudy` into `target`."""
    shutil.rmtree(target / "understudy", ignore_errors=True)
    sources = sorted(str(path.relative_to(HERE)) for path in HERE.glob("understudy/**/*.proto"))
    target.mkdir(exist_ok=True)
    subprocess.run([*protoc(), *outputs(target), *sources], cwd=HERE, check=True)
    for folder in [target / "understudy", *(target / "understudy").glob("**/")]:
        (folder / "__init__.py").write_text('"""Generated from proto/understudy; do not edit."""\n')


def protoc() -> list[str]:
    """Return the compiler's command with its import paths and plugins."""
    well_known = str(resources.files("grpc_tools") / "_proto")
    plugins = [
        f"--plugin={name}={BIN / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc") if (BIN / name).exists()
    ]
    return [sys.executable, "-m", "grpc_tools.protoc", "-I.", f"-I{well_known}", *plugins]


def outputs(target: Path) -> list[str]:
    """Return one output option for each kind of generated file."""
    return [f"--{kind}_out={target}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]


def differences(fresh: Path, committed: Path) -> list[str]:
    """Name the files that differ between two trees, or stand in only one of them."""
    names = {path.relative_to(root).as_posix() for root in (fresh, committed) for path in root.rglob("*.py*")}
    return sorted(name for name in names if "__pycache__" not in name and not same(fresh / name, committed / name))


def same(one: Path, other: Path) -> bool:
    """Tell whether both files exist and hold the same bytes."""
    return one.exists() and other.exists() and filecmp.cmp(one, other, shallow=False)


if __name__ == "__main__":
    sys.exit(main())
