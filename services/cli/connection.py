"""Finding the server and the key that a command uses, and turning failures into one sentence.

A server that is named (`--server`, UNDERSTUDY_SERVER) wins; else it is the `up` that runs on the data directory. The
key in that directory's `credentials` goes to that `up` alone: a key must not be sent to a server it is not meant for.
"""

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from services.cli.data_directory import DataDirectory, Running
from services.client import ClientTls, Targets, Understudy, connect
from services.core.errors import FailedPrecondition, InvalidInput, Unauthenticated, Unavailable

EVERY_SERVICE = tuple(each.name for each in fields(Targets))

PROBE_SECONDS = 2.0
"""How long to try whether anybody listens, once a call has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a command was told about the server; empty texts were not given."""

    server: str = ""
    catalog_server: str = ""
    registry_server: str = ""
    calllog_server: str = ""
    api_key: str = ""
    data: Path | None = None
    tls: bool = False
    tls_authority: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    @property
    def is_local(self) -> bool:
        """Tell whether the server is to be found through the data directory."""
        return not self.server and not (self.catalog_server and self.registry_server and self.calllog_server)


@asynccontextmanager
async def connected(connection: Connection) -> AsyncIterator[Understudy]:
    """Yield the services a command talks to.

    Raises FailedPrecondition where there is no server to be found, Unauthenticated where there is no key, and
    Unavailable, in our own words, where nobody answers.
    """
    directory = DataDirectory(connection.data)
    targets = targets_of(connection, directory)
    try:
        async with connect(targets, api_key=key_of(connection, directory), tls=tls_of(connection)) as understudy:
            yield understudy
    except Unavailable as error:
        raise Unavailable(why_unavailable(connection, error)) from error


def targets_of(connection: Connection, directory: DataDirectory) -> Targets:
    """Return where the services answer."""
    server = connection.server or (running_at(directory).grpc if connection.is_local else "")
    return Targets(
        catalog=connection.catalog_server or server,
        registry=connection.registry_server or server,
        calllog=connection.calllog_server or server,
    )


def tls_of(connection: Connection) -> ClientTls | None:
    """Return how to protect the connection; the `up` of this machine is talked to in the clear.

    Raises InvalidInput where a certificate has no key, or a key no certificate.
    """
    if (connection.tls_certificate is None) != (connection.tls_key is None):
        raise InvalidInput.of("--tls-certificate and --tls-key", "belong together.", "Give both, or none.")
    is_asked_for = connection.tls or connection.tls_authority is not None or connection.tls_certificate is not None
    if connection.is_local or not is_asked_for:
        return None
    return ClientTls(certificate=connection.tls_certificate, key=connection.tls_key, authority=connection.tls_authority)


def running_at(directory: DataDirectory) -> Running:
    """Return the `up` that runs on the directory. Raises FailedPrecondition where none does."""
    running = directory.running()
    if running is None or not directory.is_running():
        raise FailedPrecondition(
            f"No Understudy runs on {directory.path}: start one with `understudy up`, "
            "or name a server with UNDERSTUDY_SERVER=host:port."
        )
    return running


def key_of(connection: Connection, directory: DataDirectory) -> str:
    """Return the key to use. Raises Unauthenticated where there is none."""
    key = connection.api_key or (directory.api_key() if connection.is_local else "")
    if not key:
        raise Unauthenticated("This needs an API key: set UNDERSTUDY_API_KEY, or give --api-key.")
    return key


def why_unavailable(connection: Connection, error: Unavailable, *, services: Iterable[str] = EVERY_SERVICE) -> str:
    """Return in our own words that nobody answers, where that is so after trying the services; else the error's words.

    Only those that the command asks are tried: the way to the others may be closed to it.
    """
    try:
        targets = targets_of(connection, DataDirectory(connection.data))
    except FailedPrecondition as gone:
        return gone.message
    for target in sorted({getattr(targets, service) for service in services}):
        if not _somebody_listens(target):
            return (
                f"Nobody answers at {target}: is Understudy running there? `understudy up` starts it on this machine."
            )
    return error.message


def _somebody_listens(target: str) -> bool:
    host, _, port = target.removeprefix("dns:///").rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=PROBE_SECONDS).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True
