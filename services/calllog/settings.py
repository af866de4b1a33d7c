"""The settings of the calllog service, read from `CALLLOG_…`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.runtime.grpc_settings import GrpcServiceSettings


class CallLogSettings(GrpcServiceSettings):
    """What the calllog service can be told."""

    model_config = SettingsConfigDict(env_prefix="CALLLOG_")

    registry_target: str = Field(default="localhost:7000", description="Where registry answers, for API keys.")
    retention_days: int = Field(
        default=30, ge=0, le=36_500, description="Entries older than this are deleted; 0 keeps them for ever."
    )
    metric_mocks: int = Field(
        default=100, ge=0, le=10_000, description="How many mocks are counted by name; the rest counts as __other__."
    )
