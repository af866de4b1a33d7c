"""The settings that every process has; each service extends them with its own prefix (`CATALOG_`, `EDGE_` …).

Settings are read once, at the start, frozen, and passed down; nothing below reads the environment.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LogFormat = Literal["text", "json"]

OptionalFile = Annotated[Path | None, BeforeValidator(lambda value: value or None)]
"""A file that may be left out; an empty variable, as charts and shells set it, leaves it out too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """The certificate of a process with its key, and the authorities by whose certificates it knows others; all PEM."""

    certificate: Path
    key: Path
    authority: Path


class ProcessSettings(BaseSettings):
    """What any process of the suite can be told."""

    # Errors must not show what was given: passwords are among it.
    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: LogFormat = "json"
    metrics_host: str = "0.0.0.0"  # noqa: S104 -- probes and scrapers come from outside the container
    metrics_port: int = Field(default=9090, ge=0, le=65535, description="Metrics and probes; 0 takes any free port.")
    service_token: SecretStr = Field(
        default=SecretStr(""), description="What services prove themselves with; the same for the whole suite."
    )
    linger_seconds: float = Field(
        default=0,
        ge=0,
        description="How long after SIGTERM calls are still accepted, while those who send them learn to go elsewhere.",
    )
    drain_seconds: float = Field(
        default=10, ge=0, description="How long calls in flight may take then; a process leaves as soon as they ended."
    )
    tls_certificate_file: OptionalFile = Field(
        default=None,
        description="This process's certificate, PEM, shown to services and by them; read when it changes.",
    )
    tls_key_file: OptionalFile = Field(default=None, description="The certificate's private key, PEM.")
    tls_authority_file: OptionalFile = Field(
        default=None, description="The authorities that sign the certificates of the suite, PEM, one or several."
    )
    tracing_endpoint: str = Field(
        default="",
        description="Where traces go: an OpenTelemetry collector that takes OTLP over gRPC, such as "
        "http://collector:4317 (https:// with TLS). Empty: no tracing. Needs the extra understudy[tracing].",
    )
    tracing_ratio: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="The share of the traces begun here that is kept; a caller's own traces are continued as it says.",
    )

    @property
    def tls(self) -> TlsFiles | None:
        """Return the files of mutual TLS between the services, None where they talk in the clear."""
        if self.tls_certificate_file is None or self.tls_key_file is None or self.tls_authority_file is None:
            return None
        return TlsFiles(certificate=self.tls_certificate_file, key=self.tls_key_file, authority=self.tls_authority_file)

    @field_validator("tracing_endpoint")
    @classmethod
    def _endpoint_with_scheme_and_host(cls, endpoint: str) -> str:
        return checked_endpoint(endpoint)

    @model_validator(mode="after")
    def _all_files_of_tls_or_none(self) -> Self:
        fields = ("tls_certificate_file", "tls_key_file", "tls_authority_file")
        missing = [variable_of(self, field) for field in fields if getattr(self, field) is None]
        if 0 < len(missing) < len(fields):
            raise ValueError(f"TLS needs its three files or none of them: {' and '.join(missing)} must be set too")
        return self


def checked_endpoint(endpoint: str) -> str:
    """Return a collector's endpoint that has scheme and host, or is empty. Raises ValueError for others."""
    parts = urlsplit(endpoint)
    if endpoint and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0):
        raise ValueError("must be http://host:port or https://host:port, such as http://collector:4317, or empty")
    return endpoint


def variable_of(settings: BaseSettings, field: str) -> str:
    """Return the name of the environment variable that fills a field."""
    return f"{settings.model_config.get('env_prefix', '')}{field}".upper()
