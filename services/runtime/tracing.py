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
    told_by = variable_of(settings, "tracing_endpoint")
    async with tracing_to(
        settings.tracing_endpoint, ratio=settings.tracing_ratio, component=component, metrics=metrics, told_by=told_by
    ) as tracer:
        yield tracer


@asynccontextmanager
async def tracing_to(
    endpoint: str, *, ratio: float = 1.0, component: str, metrics: CollectorRegistry, told_by: str
) -> AsyncIterator["Tracer | None"]:
    """Do what `tracing` does for an endpoint that `told_by`, a variable or an option, has named."""
    if not endpoint:
        yield None
        return
    exporting = _exporting(told_by)
    async with exporting(endpoint, ratio=ratio, component=component, metrics=metrics) as tracer:
        yield tracer


def _exporting(told_by: str) -> Exporting:
    try:
        from services.runtime.span_export import exporting  # noqa: PLC0415 -- loaded where it is needed alone
    except ModuleNotFoundError as missing:
        raise FailedPrecondition(
            f"{told_by} is set, but {missing.name} is not installed: "
            'install it with `pip install "understudy[tracing]"`, or leave the endpoint empty.'
        ) from missing
    return exporting
