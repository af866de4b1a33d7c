"""The settings of an edge worker: `EDGE_…` in the environment."""

import tempfile
from pathlib import Path
from typing import Self

import platformdirs
from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services.core.rendering.sources import IMAGES
from services.runtime.settings import ProcessSettings

MEBIBYTE = 1024 * 1024


def default_journal_dir() -> Path:
    """Return where journals lie unless told otherwise: a place that survives the process, where there is one."""
    try:
        return platformdirs.user_state_path("understudy") / "journal"
    except RuntimeError:  # A user without a home directory, as in some containers.
        return Path(tempfile.gettempdir()) / "understudy" / "journal"


class EdgeSettings(ProcessSettings):
    """What an edge worker can be told."""

    model_config = SettingsConfigDict(env_prefix="EDGE_", frozen=True, extra="ignore")

    host: str = "0.0.0.0"  # noqa: S104 -- mocks are called from outside the container
    port: int = Field(default=8080, ge=0, le=65535, description="Mock traffic; 0 takes any free port.")
    listen_fd: int | None = Field(
        default=None, ge=0, description="A listening socket that was inherited, instead of host and port."
    )
    parent_fd: int | None = Field(
        default=None, ge=0, description="A pipe from the parent process: when it ends, this process stops too."
    )
    mock_domain: str = Field(
        default="mock.localhost", description="Mocks answer at <mock id>.<this domain>; empty means only by path."
    )
    path_prefix: str = Field(default="/mocks", description="Mocks answer below <this prefix>/<mock id>/ on any host.")
    image_url: str = Field(default=IMAGES, description="What the URLs of $randomImageUrl and its like begin with.")
    registry_target: str = Field(default="localhost:7000", description="host:port of registry.")
    catalog_target: str = Field(default="localhost:7000", description="host:port of catalog.")
    calllog_target: str = Field(default="localhost:7000", description="host:port of calllog.")
    maximum_body_bytes: int = Field(default=MEBIBYTE, ge=0, description="The largest request body that is taken.")
    snapshot_bytes: int = Field(
        default=512 * MEBIBYTE, ge=MEBIBYTE, description="About how much memory loaded mocks may take up."
    )
    journal_dir: Path = Field(default_factory=default_journal_dir, description="Where calls wait to be shipped.")
    journal_segment_bytes: int = Field(default=8 * MEBIBYTE, ge=4096, description="The size of one journal file.")
    journal_bytes: int = Field(default=256 * MEBIBYTE, ge=8192, description="The most that a worker's journal holds.")
    log_body_bytes: int = Field(default=64 * 1024, ge=0, description="How much of a body the call log keeps.")
    ship_seconds: float = Field(default=0.2, gt=0, le=60, description="How long entries gather before they are sent.")
    ship_drain_seconds: float = Field(
        default=5, ge=0, description="How long a worker that stops goes on shipping; the rest stays in the journal."
    )

    @field_validator("mock_domain")
    @classmethod
    def _domain_without_dots_around(cls, domain: str) -> str:
        return domain.strip(".").lower()

    @field_validator("path_prefix")
    @classmethod
    def _prefix_of_whole_segments(cls, prefix: str) -> str:
        trimmed = "/" + prefix.strip("/")
        if trimmed == "/" or trimmed.startswith("/_understudy"):
            raise ValueError("must be a path of its own such as /mocks, and not below /_understudy")
        return trimmed

    @model_validator(mode="after")
    def _journal_of_two_segments(self) -> Self:
        if self.journal_bytes < 2 * self.journal_segment_bytes:
            raise ValueError("EDGE_JOURNAL_BYTES must be at least twice EDGE_JOURNAL_SEGMENT_BYTES")
        return self
