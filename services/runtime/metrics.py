"""The registry of a process's metrics: made by whoever starts it and passed down, never at import time."""

from importlib.metadata import version

from prometheus_client import CollectorRegistry, Info
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector


def process_registry(component: str) -> CollectorRegistry:
    """Return a new registry that already tells about the process: what it is, memory, CPU, files, garbage collection.

    component: `catalog`, `edge` …; `up` for the process that holds most of them.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    build = Info(
        "understudy_build", "Which part of the suite this process is, and of which version.", registry=registry
    )
    build.info({"component": component, "version": version("understudy")})
    return registry
