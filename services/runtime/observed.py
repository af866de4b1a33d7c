"""What every process has beside its calls: probes and metrics on a port of their own, and how it leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from services.runtime.certificate_metrics import measure_certificate
from services.runtime.http_server import metrics_endpoint
from services.runtime.leaving import IsReady, Leaving
from services.runtime.settings import ProcessSettings
from services.runtime.vital_signs import vital_signs


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A process that can be probed and scraped.

    leaving: for the servers of its calls; once it has begun, `is_ready` says no.
    """

    leaving: Leaving
    is_ready: IsReady
    metrics_port: int


@asynccontextmanager
async def observed(
    settings: ProcessSettings, metrics: CollectorRegistry, *, is_ready: IsReady
) -> AsyncIterator[Observed]:
    """Serve probes and metrics until left. Raises OSError where the port is taken."""
    measure_certificate(settings.tls, metrics)
    leaving = Leaving(linger_seconds=settings.linger_seconds)
    is_ready = leaving.unless_begun(is_ready)
    async with (
        vital_signs(metrics, is_ready=is_ready),
        metrics_endpoint(
            metrics, host=settings.metrics_host, port=settings.metrics_port, is_ready=is_ready
        ) as metrics_port,
    ):
        yield Observed(leaving=leaving, is_ready=is_ready, metrics_port=metrics_port)
