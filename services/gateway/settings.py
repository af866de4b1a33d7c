"""What the gateway can be told, as `GATEWAY_…` in the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.client import Targets
from services.runtime.settings import ProcessSettings

DEFAULT_MAXIMUM_BODY_BYTES = 101 * 1024 * 1024
"""Postman's 100 MB for a collection, and room for the wrapper around it."""


class GatewaySettings(ProcessSettings):
    """Where the gateway listens, where the services answer, and how much a request may hold."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, extra="ignore")

    host: str = "0.0.0.0"  # noqa: S104 -- a service in a container is called from outside it
    port: int = Field(default=8081, ge=0, le=65535, description="0 takes any free port.")
    catalog_target: str = Field(default="localhost:7000", description="host:port of the catalog.")
    registry_target: str = Field(default="localhost:7000", description="host:port of the registry.")
    calllog_target: str = Field(default="localhost:7000", description="host:port of the call log.")
    maximum_body_bytes: int = Field(
        default=DEFAULT_MAXIMUM_BODY_BYTES, ge=1024, description="A larger body is refused with 413 before it is read."
    )
    documents_at_once: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Documents of more than 4 MiB on their way in or out at once; one of 100 MB takes some 900 MB.",
    )
    document_wait_seconds: float = Field(
        default=50,
        ge=0,
        description="How long a further one waits for its turn before it is answered with 503; "
        "many proxies give up after 60.",
    )

    @property
    def targets(self) -> Targets:
        """Return where the three services answer."""
        return Targets(catalog=self.catalog_target, registry=self.registry_target, calllog=self.calllog_target)
