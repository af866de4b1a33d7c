"""Values that cannot be are refused, each with a sentence that says what to do; misspelled ones by the schema."""

import json
import re
from functools import cache
from typing import Any

import pytest

from charts.manual.rules import RETIRED
from tests.chart.rendering import CHART, DEFAULTS, refusal, rendered_with

DIGEST = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (
        DEFAULTS,
        {"image": {"tag": "1", "digest": DIGEST}},
        "image.tag and image.digest are both set: leave one of them empty.",
    ),
    (
        DEFAULTS,
        {"database": {"bundled": {"image": {"tag": "1", "digest": DIGEST}}}},
        "database.bundled.image.tag and database.bundled.image.digest are both set: leave one of them empty.",
    ),
    (
        DEFAULTS,
        {"secrets": {"generate": False}},
        "so secrets.existingSecret must name a Secret with the service token and the administrator's key.",
    ),
    (
        DEFAULTS,
        {"secrets": {"generate": False, "existingSecret": "mine"}},
        "but a bundled database needs generated passwords: set database.mode to external.",
    ),
    (
        DEFAULTS,
        {"database": {"mode": "external"}},
        "set database.external.host, or database.external.urlsSecret to a Secret with whole URLs.",
    ),
    (
        DEFAULTS,
        {"database": {"mode": "external", "external": {"host": "db"}}},
        "set database.external.existingSecret to the Secret with the roles' passwords.",
    ),
    (
        DEFAULTS,
        {"database": {"mode": "external", "external": {"host": "db", "urlsSecret": "urls"}}},
        "leave database.external.host and existingSecret empty, or use those and no urlsSecret.",
    ),
    (
        DEFAULTS,
        {"database": {"mode": "external", "external": {"urlsSecret": "urls", "createRoles": True}}},
        "use host and existingSecret instead of urlsSecret, or create the roles yourself.",
    ),
    (
        "gitops",
        {"database": {"external": {"tls": {"mode": "verify-full"}}}},
        "set database.external.tls.authoritySecret to the Secret with the authority's certificate.",
    ),
    (
        DEFAULTS,
        {"database": {"external": {"host": "db"}}},
        "database.external is filled in, but database.mode is bundled: set database.mode to external.",
    ),
    (
        DEFAULTS,
        {"migrations": {"mode": "hook"}},
        "set migrations.mode to job, or use an external database.",
    ),
    (
        DEFAULTS,
        {"edge": {"replicas": 0}},
        "edge.replicas is 0: set it to 1 or more; to stop a service for a while, scale it with kubectl.",
    ),
    (
        DEFAULTS,
        {"edge": {"autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 3}}},
        "edge.autoscaling.minReplicas (5) is above maxReplicas (3).",
    ),
    (
        DEFAULTS,
        {"edge": {"autoscaling": {"enabled": True, "cpuUtilization": 0}}},
        "edge.autoscaling has nothing to go by: set cpuUtilization or callsPerSecond, or enabled to false.",
    ),
    (
        DEFAULTS,
        {"catalog": {"autoscaling": {"enabled": True, "cpuUtilization": 0}}},
        "catalog.autoscaling has nothing to go by: set cpuUtilization, or enabled to false.",
    ),
    (
        DEFAULTS,
        {"edge": {"lingerSeconds": 8}},
        "edge.preStopSeconds and lingerSeconds, and the seconds in which it ships its journal",
    ),
    (
        DEFAULTS,
        {"gateway": {"lingerSeconds": 13}},
        "gateway.preStopSeconds and lingerSeconds must stay below 15 together",
    ),
    (
        DEFAULTS,
        {"edge": {"podDisruptionBudget": {"maxUnavailable": 0}}},
        "edge.podDisruptionBudget.maxUnavailable is 0, which no drain of a node gets past: set it to 1 or more.",
    ),
    (
        DEFAULTS,
        {"defaults": {"rollingUpdate": {"maxSurge": 0}}},
        "catalog.rollingUpdate has maxSurge and maxUnavailable at 0, so no pod could ever be replaced",
    ),
    (
        DEFAULTS,
        {"tls": {"existingSecrets": {"edge": "tls-edge"}}},
        "tls.existingSecrets is filled in, but not used: set tls.enabled to true and tls.source to existing.",
    ),
    (
        "given-certificates",
        {"tls": {"existingSecrets": {"edge": "", "client": ""}}},
        "tls.source is existing: set tls.existingSecrets.client, tls.existingSecrets.edge.",
    ),
    (
        "given-certificates",
        {"tls": {"certManager": {"issuerRef": {"name": "company"}}}},
        "tls.certManager.issuerRef is filled in, but not used: set tls.enabled to true and tls.source to cert-manager.",
    ),
    (
        DEFAULTS,
        {"ingress": {"enabled": True}},
        "ingress.enabled is true, but nothing has a host: set ingress.edge.host, gateway.host or grpc.host",
    ),
    (
        DEFAULTS,
        {"ingress": {"edge": {"host": "mocks.example.com"}}},
        "ingress has hosts, but ingress.enabled is false: set it to true, or leave the hosts empty.",
    ),
    (
        DEFAULTS,
        {"gatewayApi": {"enabled": True, "edge": {"host": "mocks.example.com"}}},
        "set gatewayApi.parentRefs to the Gateways that the routes belong to.",
    ),
    (
        "gateway-api",
        {"tls": {"enabled": True}},
        "use ingress.grpc, or a TLSRoute with passthrough in extraObjects.",
    ),
    (
        DEFAULTS,
        {"ingress": {"enabled": True, "grpc": {"host": "grpc.example.com"}}},
        "ingress-nginx speaks gRPC over TLS alone: set ingress.grpc.tlsSecret.",
    ),
    (
        DEFAULTS,
        {"mocks": {"domain": "*.mock.example.com"}},
        "mocks.domain is *.mock.example.com, and must be a bare domain such as mock.example.com",
    ),
    (
        DEFAULTS,
        {"fullnameOverride": "1st.release"},
        "Names would begin with 1st.release, and those of Services begin with a lower-case letter",
    ),
    (
        DEFAULTS,
        {"edge": {"journal": {"bytes": 1073741824, "persistence": {"enabled": True, "size": "2Gi"}}}},
        "edge.journal.persistence.size is 2Gi, which is less than twice edge.journal.bytes and 64 MiB",
    ),
    (
        DEFAULTS,
        {"ingress": {"enabled": True, "grpc": {"host": "grpc.example.com", "tlsSecret": "grpc-tls"}}},
        "ingress.grpc has a host, but no network policy lets its calls in: name the namespace they come from",
    ),
    (
        DEFAULTS,
        {"bootstrap": {"collections": {"a/b": "{}"}}},
        "bootstrap.collections has the name a/b, and names may hold letters, digits, '.', '_' and '-' only.",
    ),
    (
        DEFAULTS,
        {"bootstrap": {"environments": {"staging": "{nothing"}}},
        "bootstrap.environments.staging is not the text of a JSON object.",
    ),
]

UNKNOWN: list[tuple[dict[str, Any], str]] = [
    ({"egde": {"replicas": 2}}, "egde"),
    ({"edge": {"replica": 2}}, "replica"),
    ({"edge": {"settings": {"maximumBodySize": 1}}}, "maximumBodySize"),
    ({"edge": {"drainSeconds": 20}}, "drainSeconds"),
    ({"edge": {"settings": {"journalBytes": 1}}}, "journalBytes"),
    ({"database": {"external": {"password": "secret"}}}, "password"),
    ({"tls": {"enable": True}}, "enable"),
    ({"edge": {"resources": {"request": {}}}}, "request"),
]

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"database": {"mode": "embedded"}}, "database.mode"),
    ({"image": {"digest": "latest"}}, "image.digest"),
    ({"edge": {"replicas": "two"}}, "replicas"),
    ({"edge": {"settings": {"maximumBodyBytes": -1}}}, "edge.settings.maximumBodyBytes"),
    ({"log": {"level": "loud"}}, "log.level"),
    ({"tracing": {"ratio": 2}}, "tracing.ratio"),
    ({"tracing": {"endpoint": "collector:4317"}}, "tracing.endpoint"),
    ({"mocks": {"urlTemplate": "https://mocks.example.com"}}, "mocks.urlTemplate"),
    ({"bootstrap": {"mocks": [{"name": "Shop"}]}}, "collection"),
]


VALIDATION = CHART / "templates" / "_validation.tpl"


@pytest.mark.parametrize(("on", "values", "sentence"), REFUSED, ids=[each[2][:60] for each in REFUSED])
def test_values_that_cannot_be_are_refused_with_a_remedy(on: str, values: dict[str, Any], sentence: str) -> None:
    assert sentence in _said(json.dumps(values), on)


@pytest.mark.parametrize("name", RETIRED)
def test_names_of_other_charts_are_refused_with_this_charts(name: str) -> None:
    said = refusal({name: {} if name != "replicaCount" else 3})

    assert f"{name} is not a value of this chart: write " in said


@pytest.mark.parametrize(("values", "name"), UNKNOWN, ids=[each[1] for each in UNKNOWN])
def test_misspelled_values_are_refused(values: dict[str, Any], name: str) -> None:
    assert f"Additional property {name} is not allowed" in refusal(values)


@pytest.mark.parametrize(("values", "name"), WRONG, ids=[each[1] for each in WRONG])
def test_values_of_another_kind_are_refused(values: dict[str, Any], name: str) -> None:
    said = refusal(values)

    assert "values don't meet the specifications of the schema" in said
    assert name in said


def test_every_sentence_has_a_test() -> None:
    said = "".join(_said(json.dumps(values), on) for on, values, _ in REFUSED)
    sentences = re.findall(r'^- (?:\{\{ printf )?"(.*?)"', VALIDATION.read_text(encoding="utf-8"), re.MULTILINE)
    untested = [each for each in sentences if not re.search(_pattern(each), said) and "not a value" not in each]

    assert len(sentences) >= 25
    assert [] == untested


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = refusal({"edge": {"replicas": 0}, "image": {"tag": "1", "digest": DIGEST}, "replicaCount": 3})

    assert said.count("\n  - ") == 3


def test_a_chart_that_this_one_is_part_of_may_hand_down_its_own() -> None:
    assert rendered_with({"global": {"imageRegistry": "x"}, "enabled": True}).manifests


@cache
def _said(values: str, on: str) -> str:
    """Return what Helm says about values, written as JSON so that they can be remembered."""
    return refusal(json.loads(values), on=on)


def _pattern(sentence: str) -> str:
    """Return what a sentence of the template looks like with its blanks filled in."""
    return ".*?".join(re.escape(part) for part in re.split("%[sd]", sentence))
