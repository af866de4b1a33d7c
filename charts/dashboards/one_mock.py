"""One mock, or a few: how it is used. The numbers are calllog's, which knows mocks by name up to a bound."""

from charts.dashboards.panels import Dashboard, Kind, Panel, Query, Row, Unit, Variable, number, rate, share

MOCK = '{@, mock_id=~"$mock_id"}'
CALLS = rate("understudy_mock_calls_total", chosen=MOCK)


def in_range(selection: str) -> str:
    """Return how many of a mock's calls were stored in the time that the dashboard shows."""
    return f"sum(increase(understudy_mock_calls_total{selection}[$__range]))"


def with_outcome(outcomes: str) -> str:
    """Return the share of the mock's calls with one of these outcomes."""
    return share(in_range(f'{{@, mock_id=~"$mock_id", outcome=~"{outcomes}"}}'), in_range(MOCK))


USE = Row(
    "Use",
    (
        number(
            "Calls", "Calls in the chosen time, as far as they have reached the call log.", Unit.COUNT, in_range(MOCK)
        ),
        number(
            "Calls per second", "Calls as they are stored, moments after they were answered.", Unit.PER_SECOND, CALLS
        ),
        number(
            "Answered as mocked",
            "Share of calls that an example or a server response answered.",
            Unit.SHARE,
            with_outcome("matched|server_response"),
        ),
        number(
            "Unmatched",
            "Share of calls that no example answered; the call log says of each why.",
            Unit.SHARE,
            with_outcome("unmatched"),
            (0.05, 0.25),
        ),
        number(
            "Refused",
            "Share of calls without a valid key for a private mock, or over a limit.",
            Unit.SHARE,
            with_outcome("unauthorized|limited"),
            (0.05, 0.25),
        ),
        number(
            "Given up",
            "Share of calls whose client left before the reply, which long delays invite.",
            Unit.SHARE,
            with_outcome("aborted"),
            (0.05, 0.25),
        ),
        Panel(
            title="Calls by outcome",
            description="How the mock's calls ended.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_mock_calls_total", "outcome", MOCK), "{{outcome}}"),),
            width=12,
            is_stacked=True,
        ),
        Panel(
            title="Calls by status",
            description="By the class of the status that was sent; none where the client left before.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_mock_calls_total", "code_class", MOCK), "{{code_class}}"),),
            width=12,
            is_stacked=True,
        ),
    ),
)

AMONG_OTHERS = Row(
    "Among others",
    (
        Panel(
            title="The chosen mocks",
            description="Calls of each chosen mock. __other__ are all that came after the bound on mocks that are "
            "counted by name (calllog's setting metricMocks).",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_mock_calls_total", "mock_id", MOCK), "{{mock_id}}"),),
            width=12,
            is_stacked=True,
        ),
        Panel(
            title="The busiest mocks",
            description="The ten mocks of all that were called most in the chosen time.",
            unit=Unit.COUNT,
            queries=(
                Query("topk(10, sum by (mock_id) (increase(understudy_mock_calls_total{@}[$__range])))", "{{mock_id}}"),
            ),
            kind=Kind.BARS,
            width=12,
        ),
    ),
)

ONE_MOCK = Dashboard(
    uid="understudy-mock",
    title="Understudy / One mock",
    description="How a mock is used: calls, outcomes and statuses, and its place among the others.",
    rows=(USE, AMONG_OTHERS),
    variables=(
        Variable(
            name="mock_id",
            label="Mock",
            values_of='understudy_mock_calls_total{namespace=~"$namespace"}',
            description="The mock's id, as in its URL.",
        ),
    ),
)
