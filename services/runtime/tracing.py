"""The switch of tracing: where it is off, which is the default, OpenTelemetry is not even imported.

A process that traces gets a Tracer and hands it to whatever has a hook for one. All that imports OpenTelemetry lies in
modules that are loaded where there is a tracer alone: `span_export` and `traced_http` here, and `tracing` in wire, edge
and gateway.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from services.core.errors import FailedPrecondition
from services.runtime.settings import ProcessSettings, variable_of

if TYPE_CHECKING:  # At run time this import is what a process without tracing is spared.
    from opentelemetry.trace import Tracer

Exporting = Callable[..., AbstractAsyncContextManager["Tracer"]]


@asynccontextmanager
async def tracing(
    settings: ProcessSettings, *, component: str, metrics: CollectorRegistry
) -> AsyncIterator["Tracer | None"]:
    """Yield what makes this process's spans, None where tracing is off; left means sent, or given up and counted.

    component: `catalog`, `edge` …; traces name the process `understudy-<component>`.
    Raises FailedPrecondition where an endpoint is set and OpenTelemetry is not installed.
    """
    if not settings.tracing_endpoint:
        yield None
        return
    exporting = _exporting(settings)
    async with exporting(
        settings.tracing_endpoint, ratio=settings.tracing_ratio, component=component, metrics=metrics
    ) as tracer:
        yield tracer


def _exporting(settings: ProcessSettings) -> Exporting:
    try:
        from services.runtime.span_export import exporting  # noqa: PLC0415 -- loaded where it is needed alone
    except ModuleNotFoundError as missing:
        raise FailedPrecondition(
            f"{variable_of(settings, 'tracing_endpoint')} is set, but {missing.name} is not installed: "
            'install it with `pip install "understudy[tracing]"`, or leave the endpoint empty.'
        ) from missing
    return exporting
