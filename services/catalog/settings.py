"""What the catalog can be told: environment variables that begin with `CATALOG_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.runtime.grpc_settings import GrpcServiceSettings


class CatalogSettings(GrpcServiceSettings):
    """The catalog's settings."""

    model_config = SettingsConfigDict(env_prefix="CATALOG_", frozen=True, extra="ignore")

    registry_target: str = Field(default="localhost:7000", description="Where registry tells which API keys are valid.")
    uploads_at_once: int = Field(
        default=16, ge=1, le=1_000, description="Documents received at once; each may fill 100 MB of memory."
    )
    documents_at_once: int = Field(
        default=2, ge=1, le=64, description="Documents parsed at once; a large one takes some 600 MB while it is read."
    )
