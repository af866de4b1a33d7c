"""The overview: what users of mocks see, and which processes serve them."""

from charts.dashboards.panels import (
    Dashboard,
    Kind,
    Panel,
    Query,
    Row,
    Unit,
    lines,
    number,
    quantile,
    quantiles,
    rate,
    share,
)

OUR_FAULT = '{@, outcome="error", code_class="5xx"}'
"""What the mock server got wrong; what a mock was told to answer is never counted so."""

AS_MOCKED = '{@, outcome=~"matched|server_response"}'

CALLS = rate("understudy_calls_total")

AT_A_GLANCE = Row(
    "At a glance",
    (
        number("Calls per second", "Mock calls that edges answered.", Unit.PER_SECOND, CALLS),
        number(
            "Answered as mocked",
            "Share of calls that an example or a server response answered.",
            Unit.SHARE,
            share(rate("understudy_calls_total", chosen=AS_MOCKED), CALLS),
        ),
        number(
            "Our errors",
            "Share of calls that failed through the mock server's own fault: an internal error, or a mock that could "
            "not be loaded.",
            Unit.SHARE,
            share(rate("understudy_calls_total", chosen=OUR_FAULT), CALLS),
            (0.001, 0.01),
        ),
        number(
            "Overhead, p99",
            "The edges' own time for a call, which 99 of 100 calls stay below: without the client's, without delays.",
            Unit.SECONDS,
            quantile(0.99, "understudy_call_overhead_seconds"),
            (0.02, 0.1),
        ),
        number(
            "Edges ready",
            "Edges that can serve any mock, also one that is not loaded yet.",
            Unit.COUNT,
            "sum(understudy_ready{@} * on (namespace, job, instance, worker) group_left () "
            'understudy_build_info{@, component="edge"})',
        ),
        number(
            "Calls lost from the log",
            "Calls answered in the chosen time that the call log will never have.",
            Unit.COUNT,
            "sum(increase(understudy_journal_dropped_total{@}[$__range]))",
            (1, 1),
        ),
    ),
)

TRAFFIC = Row(
    "Mock traffic",
    (
        Panel(
            title="Calls by outcome",
            description="How calls ended. Unmatched calls are told why; errors are the mock server's own or name a "
            "mock that does not exist.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_calls_total", "outcome"), "{{outcome}}"),),
            is_stacked=True,
        ),
        Panel(
            title="Calls by status",
            description="By the class of the status that was sent, whoever chose it: an example may well say 500.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_calls_total", "code_class"), "{{code_class}}"),),
            is_stacked=True,
        ),
        Panel(
            title="Calls by method",
            description="By HTTP method; methods that HTTP does not know are OTHER.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_calls_total", "method"), "{{method}}"),),
            is_stacked=True,
        ),
        Panel(
            title="Calls by edge",
            description="How evenly calls are spread over the edges.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_calls_total", "instance"), "{{instance}}"),),
            is_stacked=True,
        ),
        Panel(
            title="Errors of ours",
            description="Calls that failed through the mock server's own fault.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_calls_total", "instance, code_class", OUR_FAULT), "{{instance}}"),),
        ),
        Panel(
            title="Readiness of each edge",
            description="Yes while an edge can serve any mock; an edge that is not ready still answers those it holds.",
            unit=Unit.YES_NO,
            queries=(
                Query(
                    "understudy_ready{@} * on (namespace, job, instance, worker) group_left () "
                    'understudy_build_info{@, component="edge"}',
                    "{{instance}}",
                ),
            ),
        ),
    ),
)

LATENCY = Row(
    "Time",
    (
        Panel(
            title="Overhead",
            description="The edges' own time for a call, apart from the client's and from delays.",
            unit=Unit.SECONDS,
            queries=quantiles("understudy_call_overhead_seconds"),
        ),
        Panel(
            title="Overhead, spread",
            description="How many calls a second took how much of the edges' own time.",
            unit=Unit.SECONDS,
            queries=(Query(rate("understudy_call_overhead_seconds_bucket", "le"), "{{le}}"),),
            kind=Kind.HEATMAP,
        ),
        Panel(
            title="Choosing an example",
            description="From a call to its example, or to knowing that there is none.",
            unit=Unit.SECONDS,
            queries=quantiles("understudy_match_seconds"),
        ),
        Panel(
            title="Delays",
            description="What mocks were told to wait, of those calls that had a delay.",
            unit=Unit.SECONDS,
            queries=quantiles("understudy_call_delay_seconds"),
        ),
        Panel(
            title="Delayed calls",
            description="Calls a second that waited as their mock was told to.",
            unit=Unit.PER_SECOND,
            queries=lines({"delayed": rate("understudy_call_delay_seconds_count")}),
        ),
        Panel(
            title="A change until it is served",
            description="From a write through the API until edges that hold the mock serve it; promised is a second.",
            unit=Unit.SECONDS,
            queries=quantiles("understudy_propagation_seconds"),
        ),
    ),
)

GATEWAY = Row(
    "Gateway: Postman's API",
    (
        Panel(
            title="Requests by route",
            description="Requests that the gateway answered.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_gateway_requests_total", "method, route"), "{{method}} {{route}}"),),
            is_stacked=True,
        ),
        Panel(
            title="Failed requests",
            description="Requests answered 4xx (the caller's fault) and 5xx (ours, or a service behind is away).",
            unit=Unit.PER_SECOND,
            queries=(
                Query(
                    rate("understudy_gateway_requests_total", "code_class", '{@, code_class=~"4xx|5xx"}'),
                    "{{code_class}}",
                ),
            ),
        ),
        Panel(
            title="Time by route, p95",
            description="From a request's head to its reply's.",
            unit=Unit.SECONDS,
            queries=(
                Query(quantile(0.95, "understudy_gateway_request_seconds", "method, route"), "{{method}} {{route}}"),
            ),
        ),
    ),
)

VERSIONS = Row(
    "Processes and versions",
    (
        Panel(
            title="Processes",
            description="What runs, in which version. Two versions of one component are a rollout under way.",
            unit=Unit.COUNT,
            queries=(Query("count by (namespace, component, version, instance) (understudy_build_info{@})"),),
            kind=Kind.TABLE,
            width=16,
            hidden_columns=("Value",),
        ),
        Panel(
            title="Versions over time",
            description="How many processes of each version run.",
            unit=Unit.COUNT,
            queries=(Query("count by (component, version) (understudy_build_info{@})", "{{component}} {{version}}"),),
            is_stacked=True,
        ),
    ),
)

OVERVIEW = Dashboard(
    uid="understudy-overview",
    title="Understudy / Overview",
    description="What users of mocks see: how much is called, how it ends, how long it takes, and what serves it.",
    rows=(AT_A_GLANCE, TRAFFIC, LATENCY, GATEWAY, VERSIONS),
)
