"""What the tests of the rendered chart share: the image, and the table of figures."""

from collections.abc import Iterator

import docker
import pytest

from tests.cluster.figures import MEBIBYTE, Figures
from tests.image.built import BASE, built_image
from tests.postgres import docker_answers, docker_is_required

FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin the table."""
    config.stash[FIGURES] = Figures()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    lines = config.stash[FIGURES].table()
    if lines:
        terminalreporter.section("the rendered chart, run with Docker")
        terminalreporter.write_line("\n".join(lines))


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    """Return the table."""
    return pytestconfig.stash[FIGURES]


@pytest.fixture(scope="session")
def user_of_postgres() -> tuple[int, int]:
    """Return the user and the group that PostgreSQL has in the image of this machine."""
    client = docker.from_env()
    command = ["-c", 'echo "$(id -u postgres) $(id -g postgres)"']
    said = client.containers.run("postgres:15-bookworm", command, entrypoint="sh", remove=True)
    client.close()
    user, group = said.split()
    return int(user), int(group)


@pytest.fixture(scope="session")
def image(figures: Figures) -> Iterator[str]:
    """Return the image of this checkout, which is built where it is not there."""
    if not docker_answers():
        reason = "no Docker engine answers"
        if docker_is_required():
            pytest.fail(reason)
        pytest.skip(reason)
    tag = built_image()
    client = docker.from_env()
    size, base = (client.images.get(name).attrs["Size"] / MEBIBYTE for name in (tag, BASE))
    figures.note(f"image {tag}", f"{size:.0f} MiB, {size - base:.0f} MiB above its base")
    yield tag
    client.close()
