"""Fixtures that every kind of test may use."""

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.postgres_plugin"]


@pytest.fixture(scope="session")
def corpus_files() -> list[Path]:
    """Return the JSON files of the corpus of real collections, whose folder UNDERSTUDY_CORPUS names."""
    folder = os.environ.get("UNDERSTUDY_CORPUS")
    if not folder:
        reason = "UNDERSTUDY_CORPUS does not name a folder of real collections"
        if os.environ.get("REQUIRE_CORPUS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return sorted(path for path in Path(folder).rglob("*") if path.is_file() and path.suffix != ".md")
