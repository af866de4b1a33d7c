"""The settings that every gRPC service has: its port, its health port, its database, and what any process has."""

from pydantic import Field

from services.runtime.database_settings import DatabaseSettings
from services.runtime.settings import ProcessSettings


class GrpcServiceSettings(DatabaseSettings, ProcessSettings):
    """What a gRPC service with a database can be told."""

    grpc_host: str = "0.0.0.0"  # noqa: S104 -- a service in a container is called from outside it
    grpc_port: int = Field(default=7000, ge=0, le=65535, description="0 takes any free port.")
    health_port: int = Field(
        default=7001, ge=0, le=65535, description="Probes by gRPC, never by TLS; 0 takes any free port."
    )
    database_pool_size: int = Field(default=10, ge=1, le=200, description="Connections a process keeps at most.")
