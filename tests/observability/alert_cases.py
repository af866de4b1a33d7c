"""For each alert, what makes it fire and what is near enough to be mistaken for it.

Series are written as promtool reads them, one value a minute: `0x30` is 0 and then thirty times the same, `0+60x30`
grows by 60 a minute, `_x5` is five minutes of silence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.observability.alerts import ALERTS, alert_rules

EDGE = 'namespace="mocks", job="edge", instance="a"'
OTHER_EDGE = 'namespace="mocks", job="edge", instance="b"'
CATALOG = 'namespace="mocks", job="catalog", instance="c"'
AN_EDGE = {"namespace": "mocks", "job": "edge", "instance": "a"}

Series = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One alert.

    minute: when it is looked at. firing, quiet: the series with which it fires then, and those with which it does not.
    passing: what ends by itself (one slow call on a quiet suite, a start, a failover), with which it never fires.
    labels: of the alert that fires, without its severity. value: how its text says the value.
    """

    alert: str
    minute: int
    firing: Series
    quiet: Series
    labels: Mapping[str, str]
    value: str = ""
    passing: Series = field(default_factory=dict)


def build(where: str, component: str, version: str = "1") -> str:
    """Return the series that tells what a process is."""
    return f'understudy_build_info{{{where}, component="{component}", version="{version}"}}'


def calls(outcome: str, code_class: str) -> str:
    """Return the series that counts an edge's calls."""
    return f'understudy_calls_total{{{EDGE}, outcome="{outcome}", code_class="{code_class}"}}'


def requests(code_class: str) -> str:
    """Return the series that counts what the gateway answered."""
    return f'understudy_gateway_requests_total{{namespace="mocks", code_class="{code_class}"}}'


def database_failures(reason: str) -> str:
    """Return the series that counts how often the catalog's database failed it."""
    return f'understudy_database_failures_total{{namespace="mocks", service="catalog", reason="{reason}"}}'


def grpc_calls(method: str, code: str) -> str:
    """Return the series that counts the catalog's gRPC calls."""
    return f'understudy_grpc_calls_total{{{CATALOG}, grpc_method="/x/{method}", code="{code}"}}'


def buckets(name: str, where: str, fast: str, slow: str, bounds: tuple[str, str]) -> Series:
    """Return a histogram of two buckets: what lies below the first bound, and below the second."""
    bounded = dict(zip((*bounds, "+Inf"), (fast, slow, slow), strict=True))
    return {f'{name}_bucket{{{where}, le="{bound}"}}': values for bound, values in bounded.items()}


CASES = (
    Case(
        alert="UnderstudyComponentGone",
        minute=30,
        firing={build(EDGE, "edge"): "1x10 _x40", build(CATALOG, "catalog"): "1x50"},
        quiet={build(EDGE, "edge"): "1x10 _x40", build(OTHER_EDGE, "edge"): "_x10 1x40"},
        passing={build(EDGE, "edge"): "1x10 stale _x3 1x45", build(CATALOG, "catalog"): "_x5 1x55"},
        labels={"namespace": "mocks", "component": "edge"},
    ),
    Case(
        alert="UnderstudyComponentNotReady",
        minute=10,
        firing={
            build(EDGE, "edge"): "1x20",
            build(OTHER_EDGE, "edge"): "1x20",
            f"understudy_ready{{{EDGE}}}": "0x20",
            f"understudy_ready{{{OTHER_EDGE}}}": "0x20",
        },
        quiet={
            build(EDGE, "edge"): "1x20",
            build(OTHER_EDGE, "edge"): "1x20",
            f"understudy_ready{{{EDGE}}}": "0x20",
            f"understudy_ready{{{OTHER_EDGE}}}": "1x20",
        },
        passing={build(CATALOG, "catalog"): "_x5 1x55", f"understudy_ready{{{CATALOG}}}": "_x5 0x4 1x51"},
        labels={"namespace": "mocks", "component": "edge"},
    ),
    Case(
        alert="UnderstudyInstanceNotReady",
        minute=20,
        firing={f"understudy_ready{{{EDGE}}}": "0x30", f"understudy_ready{{{OTHER_EDGE}}}": "1x30"},
        quiet={f"understudy_ready{{{EDGE}}}": "0x10 1x20"},
        labels=AN_EDGE,
    ),
    Case(
        alert="UnderstudyCallsFail",
        minute=20,
        firing={
            calls("matched", "2xx"): "0+97x30",
            calls("error", "5xx"): "0+3x30",
        },
        quiet={
            calls("matched", "2xx"): "0+50x30",
            calls("matched", "5xx"): "0+50x30",
            calls("error", "4xx"): "0+50x30",
        },
        passing={
            calls("matched", "2xx"): "0x60",
            calls("error", "5xx"): "0x10 1x50",
        },
        labels={"namespace": "mocks"},
        value="3%",
    ),
    Case(
        alert="UnderstudyCallsSlow",
        minute=30,
        firing=buckets("understudy_call_overhead_seconds", EDGE, "0+90x40", "0+100x40", ("0.1", "0.5")),
        quiet=buckets("understudy_call_overhead_seconds", EDGE, "0+995x40", "0+1000x40", ("0.1", "0.5")),
        passing=buckets("understudy_call_overhead_seconds", EDGE, "0x60", "0x10 1x50", ("0.1", "0.5")),
        labels={"namespace": "mocks"},
        value="460ms",
    ),
    Case(
        alert="UnderstudyEdgeSaturated",
        minute=30,
        firing=buckets("understudy_event_loop_lag_seconds", EDGE, "0+90x40", "0+100x40", ("0.1", "0.25")),
        quiet=buckets("understudy_event_loop_lag_seconds", EDGE, "0+99x40", "0+100x40", ("0.1", "0.25")),
        labels=AN_EDGE,
        value="175ms",
    ),
    Case(
        alert="UnderstudyGatewayFails",
        minute=30,
        firing={
            requests("2xx"): "0+90x40",
            requests("5xx"): "0+10x40",
        },
        quiet={
            requests("4xx"): "0+90x40",
            requests("5xx"): "0+2x40",
        },
        passing={
            requests("2xx"): "0x60",
            requests("5xx"): "0x10 1x50",
        },
        labels={"namespace": "mocks"},
        value="10%",
    ),
    Case(
        alert="UnderstudyCallsLost",
        minute=20,
        firing={f"understudy_journal_dropped_total{{{EDGE}}}": "0x10 15x20"},
        quiet={f"understudy_journal_dropped_total{{{EDGE}}}": "15x30"},
        labels=AN_EDGE,
        value="15",
    ),
    Case(
        alert="UnderstudyJournalFills",
        minute=10,
        firing={
            f"understudy_journal_bytes{{{EDGE}}}": "60x20",
            f"understudy_journal_limit_bytes{{{EDGE}}}": "100x20",
        },
        quiet={
            f"understudy_journal_bytes{{{EDGE}}}": "40x20",
            f"understudy_journal_limit_bytes{{{EDGE}}}": "100x20",
        },
        labels=AN_EDGE,
        value="60%",
    ),
    Case(
        alert="UnderstudyCallLogBehind",
        minute=10,
        firing={f"understudy_journal_oldest_seconds{{{EDGE}}}": "0+60x20"},
        quiet={f"understudy_journal_oldest_seconds{{{EDGE}}}": "0+60x6 0x14"},
        labels=AN_EDGE,
        value="10m 0s",
    ),
    Case(
        alert="UnderstudyWatchDisconnected",
        minute=10,
        firing={f'understudy_watch_connected{{{EDGE}, stream="catalog"}}': "1x3 0x20"},
        quiet={f'understudy_watch_connected{{{EDGE}, stream="catalog"}}': "1x3 0x2 1x20"},
        labels=AN_EDGE | {"stream": "catalog"},
    ),
    Case(
        alert="UnderstudyChangesSlow",
        minute=40,
        firing=buckets("understudy_propagation_seconds", EDGE, "0+80x50", "0+100x50", ("2.5", "5")),
        quiet=buckets("understudy_propagation_seconds", EDGE, "0+99x50", "0+100x50", ("1", "5")),
        passing=buckets("understudy_propagation_seconds", EDGE, "0x60", "0x10 1x50", ("2.5", "5")),
        labels={"namespace": "mocks"},
        value="4.375s",
    ),
    Case(
        alert="UnderstudyMixedVersions",
        minute=90,
        firing={build(EDGE, "edge"): "1x120", build(OTHER_EDGE, "edge", "2"): "1x120"},
        quiet={
            build(EDGE, "edge"): "1x30 _x90",
            build(EDGE, "edge", "2"): "_x31 1x90",
            build(OTHER_EDGE, "edge", "2"): "1x120",
            build(CATALOG, "catalog", "1"): "1x120",
        },
        labels={"namespace": "mocks", "component": "edge"},
        value="2",
    ),
    Case(
        alert="UnderstudyDatabaseAway",
        minute=10,
        firing={database_failures("away"): "0+6x20"},
        quiet={
            database_failures("away"): "0x5 1x15",
            database_failures("lost"): "0+6x20",
        },
        passing={database_failures("away"): "0x5 0+9x3 27x50"},
        labels={"namespace": "mocks", "service": "catalog"},
    ),
    Case(
        alert="UnderstudyDatabasePoolExhausted",
        minute=15,
        firing={database_failures("exhausted"): "0+6x20"},
        quiet={database_failures("away"): "0+6x20"},
        labels={"namespace": "mocks", "service": "catalog"},
        value="30",
    ),
    Case(
        alert="UnderstudyCertificateExpires",
        minute=60,
        firing={
            f"understudy_certificate_not_before_timestamp_seconds{{{EDGE}}}": "-86400x90",
            f"understudy_certificate_not_after_timestamp_seconds{{{EDGE}}}": "7200x90",
        },
        quiet={
            f"understudy_certificate_not_before_timestamp_seconds{{{EDGE}}}": "-86400x90",
            f"understudy_certificate_not_after_timestamp_seconds{{{EDGE}}}": "43200x90",
        },
        labels=AN_EDGE,
        value="3.846%",
    ),
    Case(
        alert="UnderstudyGrpcFails",
        minute=30,
        firing={
            grpc_calls("Get", "OK"): "0+90x40",
            grpc_calls("Get", "UNAVAILABLE"): "0+10x40",
        },
        quiet={
            grpc_calls("Get", "OK"): "0+50x40",
            grpc_calls("Get", "NOT_FOUND"): "0+50x40",
        },
        passing={
            grpc_calls("Get", "OK"): "0x60",
            grpc_calls("Watch", "UNAVAILABLE"): "0x10 5x50",
        },
        labels={"namespace": "mocks", "job": "catalog"},
        value="10%",
    ),
)


def unit_tests() -> str:
    """Return the file that promtool runs: each case once with what makes it fire, and once with what does not."""
    tests = [test for case in CASES for test in (_test(case, fires=True), _test(case, fires=False))]
    tests += [_passing_test(case) for case in CASES if case.passing]
    return yaml.safe_dump({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": tests})


def _test(case: Case, *, fires: bool) -> dict[str, Any]:
    series = case.firing if fires else case.quiet
    looks = [{"eval_time": f"{case.minute}m", "alertname": case.alert, "exp_alerts": [_alert(case)] if fires else []}]
    return _seen(f"{case.alert} {'fires' if fires else 'keeps quiet'}", series, looks)


def _passing_test(case: Case) -> dict[str, Any]:
    looks = [{"eval_time": f"{minute}m", "alertname": case.alert, "exp_alerts": []} for minute in range(60)]
    return _seen(f"{case.alert} keeps quiet about what ends by itself", case.passing, looks)


def _seen(name: str, series: Series, looks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": looks,
    }


def _alert(case: Case) -> dict[str, Any]:
    (rule,) = (rule for rule in alert_rules() if rule["alert"] == case.alert)
    return {
        "exp_labels": {**rule["labels"], **case.labels},
        "exp_annotations": {name: _filled(text, case) for name, text in rule["annotations"].items()},
    }


def _filled(text: str, case: Case) -> str:
    """Return an annotation as Prometheus fills it in."""
    text = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: case.labels[found[1]], text)
    return re.sub(r"\{\{ \$value[^}]*\}\}", case.value, text)
