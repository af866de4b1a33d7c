"""The image, where a Docker engine answers."""

import pytest

from tests.image.built import built_image
from tests.postgres import docker_answers, docker_is_required


@pytest.fixture(scope="session")
def image() -> str:
    """Return the tag of this checkout's image."""
    if not docker_answers() and not docker_is_required():
        pytest.skip("no Docker engine answers")
    return built_image()
