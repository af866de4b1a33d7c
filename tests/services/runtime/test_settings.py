"""Settings that belong together: mistakes are told in one sentence that names the variables, and shows no password."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from services.calllog.settings import CallLogSettings
from services.catalog.settings import CatalogSettings
from services.edge.settings import EdgeSettings
from services.gateway.settings import GatewaySettings
from services.registry.settings import RegistrySettings
from services.runtime.database_settings import OwnerDatabaseSettings
from services.runtime.settings import TlsFiles

URL = "postgresql://somebody:secret@db:6432/here"

CERTIFICATE, KEY, AUTHORITY = (f"CATALOG_TLS_{name}_FILE" for name in ("CERTIFICATE", "KEY", "AUTHORITY"))

MISTAKES = [
    ({}, "CATALOG_DATABASE_URL is missing: set it, or CATALOG_DATABASE_HOST and the variables beside it"),
    ({"HOST": "", "URL": ""}, "CATALOG_DATABASE_URL is missing"),
    ({"URL": "nonsense"}, "CATALOG_DATABASE_URL is no URL; write postgresql://role:password@host:port/database"),
    ({"URL": "postgresql://db:port/here"}, "CATALOG_DATABASE_URL is no URL"),
    ({"URL": "mysql://db/here"}, "CATALOG_DATABASE_URL is a URL of mysql, not of PostgreSQL"),
    ({"URL": f"{URL}?channel_binding=require"}, "has the parameter channel_binding, which is not known; known are"),
    ({"URL": f"{URL}?sslmode=require&sslmode=disable"}, "has the parameter sslmode more than once"),
    ({"URL": f"{URL}?sslmode=verify"}, "sslmode is 'verify', which is none of disable, allow, prefer"),
    ({"URL": f"{URL}?sslmode=verify-ca"}, "verify-ca, which needs an authority"),
    ({"HOST": "db", "TLS": "verify-ca"}, "verify-ca, which needs an authority"),
    ({"URL": f"{URL}?sslmode=require&sslrootcert=system"}, "system, which needs sslmode=verify-full, not require"),
    ({"URL": URL, "HOST": "other"}, "CATALOG_DATABASE_URL says otherwise than CATALOG_DATABASE_HOST: leave one"),
    ({"URL": URL, "PORT": "5432"}, "CATALOG_DATABASE_URL says otherwise than CATALOG_DATABASE_PORT"),
    ({"URL": URL, "NAME": "there"}, "CATALOG_DATABASE_URL says otherwise than CATALOG_DATABASE_NAME"),
    ({"URL": URL, "USER": "other"}, "CATALOG_DATABASE_URL says otherwise than CATALOG_DATABASE_USER"),
    ({"URL": URL, "PASSWORD": "other"}, "CATALOG_DATABASE_URL says otherwise than CATALOG_DATABASE_PASSWORD"),
    ({"URL": f"{URL}?sslmode=disable", "TLS": "require"}, "says otherwise than CATALOG_DATABASE_TLS"),
    (
        {"URL": f"{URL}?sslmode=verify-full&sslrootcert=/a", "AUTHORITY_FILE": "/b"},
        "says otherwise than CATALOG_DATABASE_AUTHORITY_FILE",
    ),
]
"""What is set, without `CATALOG_DATABASE_`, and the sentence."""

WHERE = [
    ({"URL": URL}, f"{URL}?sslmode=prefer"),
    ({"URL": "postgres://db/here"}, "postgresql://catalog@db/here?sslmode=prefer"),
    ({"URL": "postgresql://db/here", "USER": "u", "PASSWORD": "@"}, "postgresql://u:%40@db/here?sslmode=prefer"),
    ({"URL": URL, "TLS": "require"}, f"{URL}?sslmode=require"),
    ({"URL": URL, "HOST": "db", "PORT": "6432", "NAME": "here", "PASSWORD": "secret"}, f"{URL}?sslmode=prefer"),
    ({"URL": f"{URL}?sslmode=verify-full"}, f"{URL}?sslmode=verify-full"),
    ({"URL": "postgresql://u@/d?host=/run/pg"}, "postgresql://u@/d?host=%2Frun%2Fpg&sslmode=prefer"),
    ({"HOST": "db"}, "postgresql://catalog@db:5432/understudy?sslmode=prefer"),
    ({"HOST": "::1", "PASSWORD": "a:b@c"}, "postgresql://catalog:a%3Ab%40c@[::1]:5432/understudy?sslmode=prefer"),
    (
        {"HOST": "db", "TLS": "verify-ca", "AUTHORITY_FILE": "/ca.crt"},
        "postgresql://catalog@db:5432/understudy?sslmode=verify-ca&sslrootcert=%2Fca.crt",
    ),
    ({"HOST": "db", "URL": "", "AUTHORITY_FILE": ""}, "postgresql://catalog@db:5432/understudy?sslmode=prefer"),
]
"""What is set, without `CATALOG_DATABASE_`, and the URL that it comes to."""


@pytest.mark.parametrize(("given", "sentence"), MISTAKES)
def test_a_database_that_cannot_be_meant_is_told_in_a_sentence_without_the_password(
    given: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_database(monkeypatch, given)

    with pytest.raises(ValidationError) as refused:
        CatalogSettings()

    assert sentence in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(("given", "url"), WHERE)
def test_url_and_parts_come_to_one_url(given: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_database(monkeypatch, given)

    assert url == CatalogSettings().postgres_url


@pytest.mark.parametrize(
    ("settings", "role"),
    [
        (CatalogSettings, "catalog"),
        (RegistrySettings, "registry"),
        (CallLogSettings, "calllog"),
        (OwnerDatabaseSettings, "understudy"),
    ],
)
def test_the_role_is_named_like_the_service_unless_told_otherwise(
    settings: type[OwnerDatabaseSettings], role: str
) -> None:
    assert f"postgresql://{role}@db:5432/understudy?sslmode=prefer" == settings(database_host="db").postgres_url


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((CERTIFICATE,), f"{KEY} and {AUTHORITY}"),
        ((KEY, AUTHORITY), CERTIFICATE),
        ((CERTIFICATE, KEY), AUTHORITY),
    ],
)
def test_tls_needs_all_its_files(given: tuple[str, ...], missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in given:
        monkeypatch.setenv(variable, "/file")

    with pytest.raises(ValidationError, match=f"its three files or none of them: {missing} must be set too"):
        CatalogSettings(database_url=SecretStr(URL))


@pytest.mark.parametrize("prefix", ["EDGE", "GATEWAY"])
def test_every_process_knows_the_files_of_tls_and_takes_empty_variables_for_none(
    prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"EDGE": EdgeSettings, "GATEWAY": GatewaySettings}[prefix]
    for name in ("CERTIFICATE", "KEY", "AUTHORITY"):
        monkeypatch.setenv(f"{prefix}_TLS_{name}_FILE", "")
    assert settings().tls is None

    for name in ("CERTIFICATE", "KEY", "AUTHORITY"):
        monkeypatch.setenv(f"{prefix}_TLS_{name}_FILE", f"/{name}")
    assert settings().tls == TlsFiles(certificate=Path("/CERTIFICATE"), key=Path("/KEY"), authority=Path("/AUTHORITY"))


def set_database(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"CATALOG_DATABASE_{name}", value)
