"""From when until when a process's own certificate is valid, so that a renewal that does not happen is seen in time.

The standard library reads a certificate's dates only from the other end of a connection; so the process shakes hands
with itself, in memory, whenever the file has changed.
"""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Gauge

EXPIRED_TOO: Final = ssl.VerifyFlags(0x200000)
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python does not name: the dates of an expired certificate matter most."""

ROUNDS: Final = 10
"""Of messages back and forth; two are enough, and a handshake that stalls must not stall the process."""

UNKNOWN: Final = float("nan")
"""Where files cannot be read just now, as while somebody writes them; an alert on a date does not fire for it."""

Dates = tuple[float, float]


class CertificateFiles(Protocol):
    """The files of a process: its certificate with its key, and the authority that signed it."""

    @property
    def certificate(self) -> Path:
        """Return the certificate."""

    @property
    def key(self) -> Path:
        """Return its private key."""

    @property
    def authority(self) -> Path:
        """Return the authority."""


def measure_certificate(files: CertificateFiles | None, registry: CollectorRegistry) -> None:
    """Report the dates of the certificate whenever metrics are read; without files, nothing."""
    if files is None:
        return
    validity = _Validity(files)
    Gauge(
        "understudy_certificate_not_before_timestamp_seconds",
        "Since when the process's certificate is valid, in seconds since 1970.",
        registry=registry,
    ).set_function(lambda: validity.dates()[0])
    Gauge(
        "understudy_certificate_not_after_timestamp_seconds",
        "Until when the process's certificate is valid, in seconds since 1970.",
        registry=registry,
    ).set_function(lambda: validity.dates()[1])


class _Validity:
    """The dates of the newest certificate."""

    def __init__(self, files: CertificateFiles) -> None:
        self._files = files
        self._read_at: int | None = None
        self._dates: Dates = (UNKNOWN, UNKNOWN)

    def dates(self) -> Dates:
        """Return from when until when it is valid; what was read is read again when the file has changed."""
        try:
            changed_at = self._files.certificate.stat().st_mtime_ns
            if changed_at != self._read_at:
                self._dates = _dates_of(_certificate_of(self._files))
                self._read_at = changed_at
        except (OSError, ValueError):
            return UNKNOWN, UNKNOWN
        return self._dates


def _dates_of(certificate: Mapping[str, object]) -> Dates:
    begins, ends = (ssl.cert_time_to_seconds(str(certificate[name])) for name in ("notBefore", "notAfter"))
    return begins, ends


def _certificate_of(files: CertificateFiles) -> Mapping[str, object]:
    """Return what Python knows of the certificate. Raises OSError or ValueError where files do not go together."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = _server_context(files).wrap_bio(to_server, to_client, server_side=True)
    client = _client_context(files).wrap_bio(to_client, to_server)
    for _ in range(ROUNDS):
        if _has_shaken(client) & _has_shaken(server):
            return client.getpeercert() or {}
    raise ValueError("the handshake does not come to its end")


def _has_shaken(end: ssl.SSLObject) -> bool:
    """Go on with the handshake, and tell whether this end is through."""
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _server_context(files: CertificateFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key, password="")  # Asks nobody for one.
    return context


def _client_context(files: CertificateFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # Which names it has is the callers' business.
    context.verify_flags |= EXPIRED_TOO
    context.load_verify_locations(files.authority)
    return context
