"""Everything of an `up` that runs in its own process: catalog, registry and calllog on one gRPC port, and the gateway.

To traces it is one process too, `understudy-up`: what each service does is told apart by the names of its methods.

Importing this takes about a second, so that `up` does it while PostgreSQL starts.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.calllog.app import calllog_parts
from services.calllog.settings import CallLogSettings
from services.catalog.app import catalog_parts
from services.catalog.settings import CatalogSettings
from services.cli.variables import named_variables
from services.edge.settings import EdgeSettings
from services.gateway.app import gateway_http
from services.gateway.settings import GatewaySettings
from services.registry.app import registry_parts
from services.registry.settings import RegistrySettings
from services.runtime.grpc_server import RunningServer, grpc_server
from services.runtime.parts import Parts
from services.runtime.tracing import tracing_to
from services.wire.authentication import KeyRing
from services.wire.interceptors import server_interceptors

if TYPE_CHECKING:  # OpenTelemetry is an extra, and loaded by processes that trace alone.
    from opentelemetry.trace import Tracer

DRAIN_SECONDS = 5.0
"""How long calls in flight may take when a person presses Ctrl-C and watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteSettings:
    """What `up` tells the services; the rest they read from their own variables in the environment.

    database_urls: of each service, as its own role.
    mock_url_template: holds `{mock_id}`.
    tracing_endpoint: where traces go; empty, nothing is traced.
    """

    host: str
    grpc_port: int
    gateway_port: int
    administrator_key: str
    service_token: str
    mock_url_template: str
    database_urls: Mapping[str, str]
    tracing_endpoint: str = ""

    @property
    def grpc_target(self) -> str:
        """Return where the services answer."""
        return f"localhost:{self.grpc_port}"


@dataclass(frozen=True, slots=True)
class RunningSuite:
    """A suite that answers: the gateway's port, and the parts that know whether they are ready."""

    gateway_port: int
    parts: tuple[Parts, ...]

    async def is_ready(self) -> bool:
        """Tell whether every service can do its work."""
        return all(await asyncio.gather(*(part.is_ready() for part in self.parts)))


@asynccontextmanager
async def running_suite(settings: SuiteSettings, metrics: CollectorRegistry) -> AsyncIterator[RunningSuite]:
    """Run the services and the gateway until left.

    Raises OSError where a port is taken, InvalidInput where a variable of the environment is not valid,
    FailedPrecondition where traces are wanted and OpenTelemetry is not installed.
    """
    told = _told(settings)
    async with (
        tracing_to(settings.tracing_endpoint, component="up", metrics=metrics, told_by="--tracing-endpoint") as tracer,
        catalog_parts(told.catalog, metrics) as catalog_part,
        calllog_parts(told.calllog, metrics) as calllog_part,
        registry_parts(told.registry, metrics, tracer) as registry_part,
    ):
        await registry_part.bootstrap(administrator_key=settings.administrator_key)
        parts = (catalog_part, registry_part, calllog_part)
        async with (
            _served(parts, registry_part.keys, settings, metrics, tracer),
            gateway_http(told.gateway, metrics, tracer=tracer) as gateway_port,
        ):
            yield RunningSuite(gateway_port, parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """The settings of each service."""

    catalog: CatalogSettings
    calllog: CallLogSettings
    registry: RegistrySettings
    gateway: GatewaySettings


def _told(settings: SuiteSettings) -> _Told:
    """Return what each service is told, by `up` and by the environment. Raises InvalidInput."""
    token = SecretStr(settings.service_token)
    urls = {service: SecretStr(url) for service, url in settings.database_urls.items()}
    with named_variables("EDGE_"):
        EdgeSettings()  # The workers read theirs again; what is wrong with them is said here.
    with named_variables("CATALOG_"):
        catalog = CatalogSettings(service_token=token, database_url=urls["catalog"])
    with named_variables("CALLLOG_"):
        calllog = CallLogSettings(service_token=token, database_url=urls["calllog"])
    with named_variables("REGISTRY_"):
        registry = RegistrySettings(
            service_token=token,
            database_url=urls["registry"],
            mock_url_template=settings.mock_url_template,
            catalog_target=settings.grpc_target,
        )
    with named_variables("GATEWAY_"):
        return _Told(catalog=catalog, calllog=calllog, registry=registry, gateway=_gateway(settings))


def _served(
    parts: Sequence[Parts],
    keys: KeyRing,
    settings: SuiteSettings,
    metrics: CollectorRegistry,
    tracer: "Tracer | None",
) -> AbstractAsyncContextManager[RunningServer]:
    """Serve the parts on the one gRPC port; registry's own keys are the keys of all."""
    return grpc_server(
        [service for part in parts for service in part.services],
        host=settings.host,
        port=settings.grpc_port,
        interceptors=server_interceptors(keys, service_token=settings.service_token, metrics=metrics, tracer=tracer),
        drain_seconds=DRAIN_SECONDS,
    )


def _gateway(settings: SuiteSettings) -> GatewaySettings:
    return GatewaySettings(
        host=settings.host,
        port=settings.gateway_port,
        catalog_target=settings.grpc_target,
        registry_target=settings.grpc_target,
        calllog_target=settings.grpc_target,
    )
