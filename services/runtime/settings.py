"""The settings that every process has; each service extends them with its own prefix (`CATALOG_`, `EDGE_` …).

Settings are read once, at the start, frozen, and passed down; nothing below reads the environment.
"""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

LogFormat = Literal["text", "json"]


class ProcessSettings(BaseSettings):
    """What any process of the suite can be told."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: LogFormat = "json"
    metrics_host: str = "0.0.0.0"  # noqa: S104 -- probes and scrapers come from outside the container
    metrics_port: int = Field(default=9090, ge=0, le=65535, description="Metrics and probes; 0 takes any free port.")
    service_token: SecretStr = Field(
        default=SecretStr(""), description="What services prove themselves with; the same for the whole suite."
    )
    drain_seconds: float = Field(default=10, ge=0, description="How long calls in flight may take after SIGTERM.")


class GrpcServiceSettings(ProcessSettings):
    """What a gRPC service with a database can be told."""

    grpc_host: str = "0.0.0.0"  # noqa: S104 -- a service in a container is called from outside it
    grpc_port: int = Field(default=7000, ge=0, le=65535, description="0 takes any free port.")
    database_url: SecretStr = Field(description="postgresql://role:password@host:port/database")
    database_pool_size: int = Field(default=10, ge=1, le=200, description="Connections a process keeps at most.")
