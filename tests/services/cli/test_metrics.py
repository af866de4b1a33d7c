"""Merging the metrics of several processes into one exposition."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from services.cli.merged_metrics import merged, with_label


def test_a_family_of_several_processes_is_told_once_with_all_samples() -> None:
    own, worker = CollectorRegistry(), CollectorRegistry()
    for registry, amount in ((own, 1), (worker, 2)):
        Counter("calls", "Calls.", registry=registry).inc(amount)
    Gauge("journal_bytes", "Bytes.", registry=worker).set(7)

    families = {
        family.name: family for family in merged([*own.collect(), *with_label(worker.collect(), "worker", "0")])
    }

    assert ["calls", "journal_bytes"] == sorted(families)
    totals = [sample for sample in families["calls"].samples if sample.name == "calls_total"]
    assert [({}, 1.0), ({"worker": "0"}, 2.0)] == [(sample.labels, sample.value) for sample in totals]


def test_the_registry_that_was_merged_from_is_left_as_it_was() -> None:
    own = CollectorRegistry()
    Counter("calls", "Calls.", registry=own).inc()
    before = generate_latest(own)

    list(merged([*own.collect(), *own.collect()]))

    assert before == generate_latest(own)
