"""The metrics of an `up` in one place: its own, and each edge worker's with the label `worker`.

Workers have registries of their own, because prometheus_client's way of sharing one among processes loses exemplars.
Families that several processes have are merged by name: the format allows each only once.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence

import httpx
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

SCRAPE_SECONDS = 2.0
"""Well below the ten seconds after which Prometheus gives up on us."""

OPENMETRICS = {"accept": "application/openmetrics-text; version=1.0.0"}
"""The form that carries exemplars."""


class MergedMetrics(Collector):
    """Collects the process's own registry and what the workers said when they were asked last."""

    def __init__(self, own: CollectorRegistry, ports: Callable[[], Sequence[int]]) -> None:
        """Take the own registry, and a function that tells the workers' ports, by place."""
        self._own = own
        self._ports = ports
        self._of_workers: list[Metric] = []
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def describe(self) -> Iterable[Metric]:
        """Say nothing beforehand: what there is turns out at each collection."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield each family once, with the samples of all processes."""
        yield from merged([*self._own.collect(), *self._of_workers])

    async def refresh(self) -> None:
        """Ask every worker; one that does not answer in time is left out."""
        async with httpx.AsyncClient(timeout=SCRAPE_SECONDS, headers=OPENMETRICS, trust_env=False) as client:
            scrapes = [_scrape(client, place, port) for place, port in enumerate(self._ports())]
            self._of_workers = [family for families in await asyncio.gather(*scrapes) for family in families]


def merged(families: Iterable[Metric]) -> Iterator[Metric]:
    """Yield the families, those of one name as one."""
    by_name: dict[str, Metric] = {}
    for family in families:
        known = by_name.setdefault(family.name, Metric(family.name, family.documentation, family.type, family.unit))
        known.samples += family.samples
    yield from by_name.values()


def with_label(families: Iterable[Metric], name: str, value: str) -> Iterator[Metric]:
    """Yield the families with a label added to each sample."""
    for family in families:
        family.samples = [_labelled(sample, name, value) for sample in family.samples]
        yield family


async def _scrape(client: httpx.AsyncClient, place: int, port: int) -> list[Metric]:
    try:
        reply = await client.get(f"http://127.0.0.1:{port}/metrics")
        return list(with_label(_families(reply.text), "worker", str(place)))
    except (httpx.TransportError, ValueError):
        return []


def _families(text: str) -> Iterator[Metric]:
    yield from text_string_to_metric_families(text)  # type: ignore[no-untyped-call] # the library left it untyped


def _labelled(sample: Sample, name: str, value: str) -> Sample:
    return sample._replace(labels={**sample.labels, name: value})
