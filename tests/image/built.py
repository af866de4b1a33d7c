"""The image of this checkout, built once however many tests and workers want it.

Docker's own cache decides what has to be built again, so that asking costs a second where nothing changed. What the
network of the build needs is taken from the variables of the environment that pip itself reads.
"""

import fcntl
import os
import subprocess
import tempfile
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

BASE = "python:3.11-slim-bookworm"
"""What the Dockerfile stands on unless told otherwise."""

BUILD_SECONDS = 600
"""A build from nothing takes half a minute here; a slow mirror may take ten times as long."""

OF_THE_NETWORK = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_DEFAULT_TIMEOUT")
"""The variables that the Dockerfile takes as arguments."""


@cache
def built_image() -> str:
    """Return the tag of this checkout's image, which is built where it is not there. Raises CalledProcessError."""
    tag = f"understudy:{version()}"
    with _lock_of_the_build().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        build(tag)
    return tag


def build(tag: str, *options: str, context: Path = ROOT) -> None:
    """Build the image of a checkout under a tag, with further options of `docker build`. Raises CalledProcessError."""
    arguments = [f"--build-arg={name}" for name in OF_THE_NETWORK if name in os.environ]
    arguments.append(f"--build-arg=VERSION={version()}")
    command = ["docker", "build", "--quiet", "--network=host", "--file=services/Dockerfile", f"--tag={tag}"]
    subprocess.run(
        [*command, *arguments, *options, "."], cwd=context, check=True, timeout=BUILD_SECONDS, stdout=subprocess.PIPE
    )


def version() -> str:
    """Return the version of this checkout."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def _lock_of_the_build() -> Path:
    return Path(tempfile.gettempdir()) / f"understudy-image-{os.getuid()}.lock"
