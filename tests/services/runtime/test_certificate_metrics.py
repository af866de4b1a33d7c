"""The dates of a process's certificate, whatever becomes of the files."""

import math
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from prometheus_client import CollectorRegistry

from services.runtime.certificate_metrics import measure_certificate


@dataclass(frozen=True, slots=True)
class Files:
    """A process's files in a folder."""

    certificate: Path
    key: Path
    authority: Path


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Return where the files of a test lie."""
    return Files(tmp_path / "tls.crt", tmp_path / "tls.key", tmp_path / "ca.crt")


def issue(files: Files, authority: trustme.CA, *, days: float) -> datetime:
    """Write a certificate that expires in so many days, and return when."""
    ends = (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)
    certificate = authority.issue_cert("catalog", not_before=ends - timedelta(days=90), not_after=ends)
    files.certificate.write_bytes(b"".join(pem.bytes() for pem in certificate.cert_chain_pems))
    files.key.write_bytes(certificate.private_key_pem.bytes())
    files.authority.write_bytes(authority.cert_pem.bytes())
    return ends


def dates(registry: CollectorRegistry) -> tuple[float | None, float | None]:
    """Return the two dates as a scrape would tell them."""
    return (
        registry.get_sample_value("understudy_certificate_not_before_timestamp_seconds"),
        registry.get_sample_value("understudy_certificate_not_after_timestamp_seconds"),
    )


def of_ninety_days(ends: datetime) -> tuple[float, float]:
    return (ends - timedelta(days=90)).timestamp(), ends.timestamp()


@pytest.mark.parametrize("days", [30, -1])
def test_the_dates_of_a_certificate_are_told_also_when_it_has_expired(files: Files, days: float) -> None:
    registry = CollectorRegistry()
    ends = issue(files, trustme.CA(), days=days)
    measure_certificate(files, registry)

    assert of_ninety_days(ends) == dates(registry)


def test_a_certificate_that_an_authority_below_the_root_signed_is_read(files: Files) -> None:
    registry, root = CollectorRegistry(), trustme.CA()
    ends = issue(files, root.create_child_ca(), days=30)
    files.authority.write_bytes(root.cert_pem.bytes())
    measure_certificate(files, registry)

    assert of_ninety_days(ends) == dates(registry)


def test_a_renewed_certificate_is_seen_without_a_restart(files: Files) -> None:
    registry, authority = CollectorRegistry(), trustme.CA()
    issue(files, authority, days=3)
    measure_certificate(files, registry)
    before = dates(registry)
    ends = issue(files, authority, days=30)
    os.utime(files.certificate, ns=(0, 1))

    assert before != dates(registry)
    assert of_ninety_days(ends) == dates(registry)


def test_files_that_cannot_be_read_tell_no_date(files: Files) -> None:
    registry = CollectorRegistry()
    issue(files, trustme.CA(), days=30)
    measure_certificate(files, registry)
    files.certificate.write_text("half a certif")

    assert all(date is not None and math.isnan(date) for date in dates(registry))

    files.certificate.unlink()

    assert all(date is not None and math.isnan(date) for date in dates(registry))


def test_a_process_without_certificates_tells_nothing() -> None:
    registry = CollectorRegistry()
    measure_certificate(None, registry)

    assert (None, None) == dates(registry)
