"""Certificates from files that may change at any time, and the gRPC credentials of both ends made of them.

Whoever rotates certificates (cert-manager, a mounted secret, a person) writes files; nobody is restarted. So the files
are looked at again and again, and what is new is taken once it is whole: certificate and key must belong together,
every file must be readable, and none may change while it is read. Until then the old ones stay in use.
"""

import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import grpc
import structlog

from services.core.errors import FailedPrecondition

logger = structlog.get_logger(__name__)

READINGS = 5
"""More changes than this within a millisecond are no rotation."""

Stamps = tuple[object, ...]
"""What tells one state of the files from another."""


class TlsFiles(Protocol):
    """The files of one end, all PEM: its certificate with its key, and the authorities that it believes."""

    @property
    def certificate(self) -> Path | None:
        """Return what this end shows; None shows nothing."""

    @property
    def key(self) -> Path | None:
        """Return the certificate's private key."""

    @property
    def authority(self) -> Path | None:
        """Return the authorities by which this end knows the other; None believes those of this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTls:
    """The files of a client: nothing at all for a server that a public authority vouches for and that knows keys."""

    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """What the files held when they were last whole."""

    certificate: bytes | None
    key: bytes | None
    authority: bytes | None


class WatchedCertificates:
    """The newest certificates that were whole. May be used from any thread."""

    def __init__(self, files: TlsFiles) -> None:
        """Read the files. Raises FailedPrecondition, with a sentence, where they cannot be used."""
        self._files = files
        self._turn = threading.Lock()
        try:
            self._current, self._stamps = _read_whole(files)
        except (OSError, ValueError) as error:
            raise FailedPrecondition(f"The certificates cannot be used: {_why(files, error)}.") from error

    @property
    def current(self) -> Certificates:
        """Return the newest ones."""
        return self._current

    def look(self) -> bool:
        """Read again what changed; tell whether there are new ones. What is broken is logged, once a change."""
        with self._turn:
            stamps = _stamps(self._files)
            return stamps != self._stamps and self._take(stamps)

    def _take(self, stamps: Stamps) -> bool:
        self._stamps = stamps
        try:
            new, self._stamps = _read_whole(self._files)
        except (OSError, ValueError) as error:
            logger.warning("new certificates are not usable; the old ones stay", reason=_why(self._files, error))
            return False
        is_new, self._current = new != self._current, new
        if is_new:
            logger.info("certificates changed", certificate=str(self._files.certificate or self._files.authority))
        return is_new


def server_credentials(files: TlsFiles | None) -> grpc.ServerCredentials | None:
    """Return what a server needs to demand of every client a certificate of the authority; None serves in the clear.

    The files are looked at in every handshake. Raises FailedPrecondition where they cannot be used now.
    """
    if files is None:
        return None
    watched = WatchedCertificates(files)

    def newest() -> grpc.ServerCertificateConfiguration:
        watched.look()
        return _of_server(watched.current)

    return grpc.dynamic_ssl_server_credentials(_of_server(watched.current), newest, require_client_authentication=True)


def channel_credentials(certificates: Certificates) -> grpc.ChannelCredentials:
    """Return what a client needs to know the server by its name and authority, and to show its own certificate."""
    return grpc.ssl_channel_credentials(
        root_certificates=certificates.authority,
        private_key=certificates.key,
        certificate_chain=certificates.certificate,
    )


def _of_server(certificates: Certificates) -> grpc.ServerCertificateConfiguration:
    pair = (certificates.key or b"", certificates.certificate or b"")
    return grpc.ssl_server_certificate_configuration([pair], root_certificates=certificates.authority)


def _paths(files: TlsFiles) -> tuple[Path | None, ...]:
    return files.certificate, files.key, files.authority


def _stamps(files: TlsFiles) -> Stamps:
    """Return the state of the files; that one is gone is a state too."""
    return tuple(None if path is None else _stamp(path) for path in _paths(files))


def _stamp(path: Path) -> object:
    try:
        status = path.stat()
    except OSError as error:
        return error.errno
    return status.st_ino, status.st_size, status.st_mtime_ns


def _read_whole(files: TlsFiles) -> tuple[Certificates, Stamps]:
    """Read the files, all of one state, and return them with its stamps. Raises OSError or ValueError.

    Where they change while they are read, they are read again: a mounted secret is exchanged in an instant.
    """
    for _ in range(READINGS):
        stamps = _stamps(files)
        try:
            certificates = _read(files)
        except (OSError, ValueError):
            if stamps == _stamps(files):
                raise
        else:
            if stamps == _stamps(files):
                return certificates, stamps
    raise ValueError("they change too often to be read")


def _read(files: TlsFiles) -> Certificates:
    """Read the files. Raises OSError or ValueError where one cannot be read or they do not belong together."""
    certificate, key, authority = (None if path is None else path.read_bytes() for path in _paths(files))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority is not None:
        context.load_verify_locations(cadata=authority.decode("ascii"))
    if files.certificate is not None:
        context.load_cert_chain(files.certificate, files.key, password="")  # Asks nobody for one.
    return Certificates(certificate=certificate, key=key, authority=authority)


def _why(files: TlsFiles, error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    names = " and ".join(str(path) for path in _paths(files) if path is not None)
    reason = error.reason if isinstance(error, ssl.SSLError) else str(error)
    return f"{names} do not go together ({reason})"
