"""One object for a program that provisions: the suite's three services, with one caller's credentials."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.wire.authentication import Metadata, credentials_of
from services.wire.calllog_client import CallLogClient
from services.wire.catalog_client import CatalogClient
from services.wire.certificates import TlsFiles
from services.wire.channel import open_channel
from services.wire.registry_client import RegistryClient

if TYPE_CHECKING:  # OpenTelemetry is an extra, and loaded by processes that trace alone.
    from opentelemetry.trace import Tracer


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Where the services answer, each as `host:port`."""

    catalog: str
    registry: str
    calllog: str

    @classmethod
    def at(cls, server: str) -> "Targets":
        """Return the targets of a suite that serves all three on one port, as `understudy up` does."""
        return cls(catalog=server, registry=server, calllog=server)

    def all(self) -> tuple[str, str, str]:
        """Return the three targets."""
        return self.catalog, self.registry, self.calllog


@dataclass(frozen=True, slots=True)
class Understudy:
    """The services as one caller sees them. Every method raises errors of `services.core.errors`."""

    catalog: CatalogClient
    registry: RegistryClient
    calllog: CallLogClient

    def acting_as(self, credentials: Metadata) -> "Understudy":
        """Return the same services, on the same connections, for another caller."""
        return Understudy(
            self.catalog.acting_as(credentials),
            self.registry.acting_as(credentials),
            self.calllog.acting_as(credentials),
        )


@asynccontextmanager
async def connect(
    targets: Targets, *, api_key: str, tls: TlsFiles | None = None, tracer: "Tracer | None" = None
) -> AsyncIterator[Understudy]:
    """Yield the services for the holder of an API key. Connections are made when first needed.

    With `tls` they are protected: `ClientTls()` believes this machine's authorities, and its fields name files that are
    read again when they change. Raises FailedPrecondition where those cannot be used. With OpenTelemetry's `tracer`
    calls made within a span have spans of their own, and the services continue its trace.
    """
    credentials = credentials_of(api_key)
    async with AsyncExitStack() as channels:
        opened = {
            target: await channels.enter_async_context(open_channel(target, tls, tracer=tracer))
            for target in set(targets.all())
        }
        yield Understudy(
            CatalogClient(opened[targets.catalog], credentials),
            RegistryClient(opened[targets.registry], credentials),
            CallLogClient(opened[targets.calllog], credentials),
        )
