"""What a process exposes to Prometheus: the series' names, and the labels seen on each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


@dataclass(frozen=True, slots=True)
class Exposition:
    """The samples of one scrape, by their names; families that have none yet are named too."""

    families: frozenset[str]
    samples: Mapping[str, tuple[Sample, ...]]

    def value(self, sample: str, **labels: str) -> float:
        """Return the value of a sample; 0 where there is none."""
        found = (each.value for each in self.samples.get(sample, ()) if labels.items() <= each.labels.items())
        return next(found, 0.0)


def exposition_of(text: str) -> Exposition:
    """Read what an endpoint answered."""
    families = list(text_string_to_metric_families(text))
    samples: dict[str, list[Sample]] = {}
    for family in families:
        for sample in family.samples:
            samples.setdefault(sample.name, []).append(sample)
    return Exposition(
        frozenset(family.name for family in families), {name: tuple(all_) for name, all_ in samples.items()}
    )


def labels_by_series(expositions: Iterable[Exposition]) -> dict[str, frozenset[str]]:
    """Return the labels that each series was seen with, over all processes."""
    labels: dict[str, set[str]] = {}
    for exposition in expositions:
        for name, samples in exposition.samples.items():
            labels.setdefault(name, set()).update(*(sample.labels for sample in samples))
    return {name: frozenset(seen) for name, seen in labels.items()}
