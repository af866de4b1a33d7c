"""Mutual TLS between the services, by cert-manager or with given certificates."""

import pytest

from tests.chart.rendering import COMPONENTS, GRPC_COMPONENTS, rendered

CLIENTS = ("bootstrap", "test")
FILES = {
    "TLS_CERTIFICATE_FILE": "/etc/understudy/tls/tls.crt",
    "TLS_KEY_FILE": "/etc/understudy/tls/tls.key",
    "TLS_AUTHORITY_FILE": "/etc/understudy/tls/ca.crt",
}


@pytest.mark.parametrize("component", [*COMPONENTS, *CLIENTS])
def test_every_process_is_told_its_certificate(component: str) -> None:
    pod = rendered("cert-manager").pod(component)
    prefix = "UNDERSTUDY" if component in CLIENTS else component.upper()
    owner = "client" if component in CLIENTS else component

    assert {f"{prefix}_{name}": path for name, path in FILES.items()}.items() <= pod.environment.items()
    assert {"secretName": f"understudy-{owner}-tls", "defaultMode": 0o440} in [
        each.get("secret") for each in pod.spec["volumes"]
    ]
    assert {"name": "tls", "mountPath": "/etc/understudy/tls", "readOnly": True} in pod.container["volumeMounts"]


def test_without_tls_there_are_no_certificates() -> None:
    for pod in rendered("defaults").pods():
        assert not [name for name in pod.environment if name.endswith(tuple(FILES))]
        assert "tls" not in [each["name"] for each in pod.spec["volumes"]]


@pytest.mark.parametrize("component", COMPONENTS)
def test_given_certificates_are_used(component: str) -> None:
    pod = rendered("given-certificates").pod(component)

    assert f"tls-{component}" in [each.get("secret", {}).get("secretName") for each in pod.spec["volumes"]]
    assert {} == rendered("given-certificates").of_kind("Certificate")


def test_probes_stay_in_the_clear() -> None:
    for component in GRPC_COMPONENTS:
        assert 7001 == rendered("cert-manager").pod(component).container["readinessProbe"]["grpc"]["port"]


def test_without_an_issuer_the_release_has_an_authority_of_its_own() -> None:
    chart = rendered("cert-manager")
    authority = chart.one("Certificate", "understudy-authority")["spec"]

    assert {"selfSigned": {}} == chart.one("Issuer", "understudy-self-signed")["spec"]
    assert {"ca": {"secretName": "understudy-authority"}} == chart.one("Issuer", "understudy-authority")["spec"]
    assert authority["isCA"] is True
    assert "Never" == authority["privateKey"]["rotationPolicy"]
    assert "understudy-authority" == authority["secretName"]
    assert "understudy-self-signed" == authority["issuerRef"]["name"]


@pytest.mark.parametrize("owner", [*COMPONENTS, "client"])
def test_every_process_has_a_certificate_for_both_ends_of_a_call(owner: str) -> None:
    certificate = rendered("cert-manager").one("Certificate", f"understudy-{owner}")["spec"]

    assert f"understudy-{owner}-tls" == certificate["secretName"]
    assert {"server auth", "client auth"} <= set(certificate["usages"])
    assert "understudy-authority" == certificate["issuerRef"]["name"]
    assert "Always" == certificate["privateKey"]["rotationPolicy"]


@pytest.mark.parametrize("component", GRPC_COMPONENTS)
def test_a_certificate_has_every_name_that_its_service_is_called_by(component: str) -> None:
    chart = rendered("cert-manager")
    names = set(chart.one("Certificate", f"understudy-{component}")["spec"]["dnsNames"])
    called = {
        value.removeprefix("dns:///").partition(":")[0]
        for pod in chart.pods()
        for name, value in pod.environment.items()
        if name.endswith((f"{component.upper()}_TARGET", f"{component.upper()}_SERVER"))
    }

    assert {f"understudy-{component}", f"understudy-{component}-headless"} == called
    assert {f"{name}{suffix}" for name in called for suffix in ("", ".mocks", ".mocks.svc")} == names


def test_an_issuer_of_the_users_own_signs() -> None:
    chart = rendered("ingress-nginx")
    certificates = chart.of_kind("Certificate").values()

    assert {} == chart.of_kind("Issuer")
    assert 6 == len(certificates)
    for certificate in certificates:
        assert {"name": "company", "kind": "ClusterIssuer", "group": "cert-manager.io"} == certificate["spec"][
            "issuerRef"
        ]
        assert ("720h", "240h") == (certificate["spec"]["duration"], certificate["spec"]["renewBefore"])
