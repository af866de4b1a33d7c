"""Misses and near misses: calls that got no example, and how far from one they were."""

from charts.dashboards.panels import Dashboard, Kind, Panel, Query, Row, Unit, number, rate, share

CALLS = rate("understudy_calls_total")

NEAR = '{@, reason=~"headers|body|selector"}'
"""Some example fits method and path, or method alone where a selector was sent: the call lacked one thing more."""

FAR = '{@, reason=~"path|method|no_examples"}'


def missed(reasons: str) -> str:
    """Return the share of calls that missed for these reasons."""
    return share(rate("understudy_unmatched_total", chosen=reasons), CALLS)


def with_outcome(outcome: str) -> str:
    """Return the share of calls with this outcome."""
    return share(rate("understudy_calls_total", chosen=f'{{@, outcome="{outcome}"}}'), CALLS)


UNMATCHED = Row(
    "Calls that no example answered",
    (
        number("Misses", "Share of calls that no example answered.", Unit.SHARE, missed("{@}"), (0.05, 0.25)),
        number(
            "Near misses",
            "Share of calls that found the place but not the example: headers, body or selector differ.",
            Unit.SHARE,
            missed(NEAR),
            (0.05, 0.25),
        ),
        number(
            "Unknown places",
            "Share of calls whose method or path no example has, or whose collection has no examples.",
            Unit.SHARE,
            missed(FAR),
            (0.05, 0.25),
        ),
        number(
            "Without a key",
            "Share of calls of private mocks without a valid API key.",
            Unit.SHARE,
            with_outcome("unauthorized"),
            (0.05, 0.25),
        ),
        number(
            "Over a limit",
            "Share of calls that a limit refused.",
            Unit.SHARE,
            with_outcome("limited"),
            (0.01, 0.1),
        ),
        number(
            "Given up",
            "Share of calls whose client left before the reply.",
            Unit.SHARE,
            with_outcome("aborted"),
            (0.05, 0.25),
        ),
        Panel(
            title="Near misses by reason",
            description="selector: no example of the method has the code, id or name that was asked for. headers, "
            "body: an example has the path, but not what must be equal. The call header x-mock-explain tells why.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_unmatched_total", "reason", NEAR), "{{reason}}"),),
            width=12,
            is_stacked=True,
        ),
        Panel(
            title="Other misses by reason",
            description="path, method: no example has it. no_examples: the collection has nothing that can be mocked.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_unmatched_total", "reason", FAR), "{{reason}}"),),
            width=12,
            is_stacked=True,
        ),
        Panel(
            title="Share of misses, by edge",
            description="Edges that differ here serve different mocks, or different versions of them.",
            unit=Unit.SHARE,
            queries=(
                Query(
                    f"{rate('understudy_unmatched_total', 'instance')} / {rate('understudy_calls_total', 'instance')}",
                    "{{instance}}",
                ),
            ),
            width=12,
        ),
        Panel(
            title="Mocks with the most misses",
            description="The ten mocks with the most unmatched calls in the chosen time.",
            unit=Unit.COUNT,
            queries=(
                Query(
                    "topk(10, sum by (mock_id) (increase("
                    'understudy_mock_calls_total{@, outcome="unmatched"}[$__range])))',
                    "{{mock_id}}",
                ),
            ),
            kind=Kind.BARS,
            width=12,
        ),
    ),
)

IMPORTS = Row(
    "What collections can answer",
    (
        Panel(
            title="Imported collections and examples",
            description="How many came in, in the chosen time; a collection without examples can answer nothing.",
            unit=Unit.COUNT,
            queries=(
                Query("sum(increase(understudy_imported_collections_total{@}[$__range]))", "collections"),
                Query("sum(increase(understudy_imported_examples_total{@}[$__range]))", "examples"),
            ),
            kind=Kind.BARS,
        ),
        Panel(
            title="Findings of imports",
            description="What the reports of imports said, in the chosen time: cannot_be_mocked and selector_only "
            "examples are misses to come.",
            unit=Unit.COUNT,
            queries=(Query("sum by (kind) (increase(understudy_import_findings_total{@}[$__range]))", "{{kind}}"),),
            kind=Kind.BARS,
        ),
        Panel(
            title="Mocks switched",
            description="Mocks deactivated because something they use was deleted, and active again since it is back, "
            "in the chosen time. A deactivated mock answers nobody.",
            unit=Unit.COUNT,
            queries=(Query("sum by (state) (increase(understudy_mocks_switched_total{@}[$__range]))", "{{state}}"),),
            kind=Kind.BARS,
        ),
    ),
)

MISSES_DASHBOARD = Dashboard(
    uid="understudy-misses",
    title="Understudy / Misses and near misses",
    description="Calls that got no example: how many, how far from one they were, of which mocks.",
    rows=(UNMATCHED, IMPORTS),
)
