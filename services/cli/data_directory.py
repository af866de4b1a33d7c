"""The data directory of an `up`: its database, its key, its journal, and who runs on it now.

    postgres/        the embedded PostgreSQL
    journal/         calls that were answered and not yet stored, a folder for each edge worker
    credentials      the administrator's API key
    roles.json       the passwords of the services' roles, where the database is a server of somebody else's
    running.json     where the `up` that runs here answers; whoever holds `lock` wrote it
    lock             held by the `up` that runs here
    workers.lock     held by its edge workers, whose process ids it lists: the next `up` waits until they are gone

Files that hold a secret are readable by their owner alone.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from services.core.errors import FailedPrecondition

ROOT_DIRECTORY = Path("/var/lib/understudy")
"""Where root's data are: the home directory of root is no place for a database that runs as somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where a running `up` answers; `grpc` is `host:port`."""

    pid: int
    grpc: str
    gateway_url: str
    edge_url: str
    metrics_url: str


def default_directory() -> Path:
    """Return the data directory where none is named."""
    return ROOT_DIRECTORY if os.geteuid() == 0 else platformdirs.user_data_path("understudy")


class DataDirectory:
    """The data directory, and the files in it."""

    def __init__(self, path: Path | None = None) -> None:
        """Take the path; None is the default."""
        self.path = (path or default_directory()).expanduser().absolute()

    @property
    def postgres(self) -> Path:
        """Where the embedded PostgreSQL keeps its data."""
        return self.path / "postgres"

    @property
    def journal(self) -> Path:
        """Where edge workers keep their journals."""
        return self.path / "journal"

    @property
    def workers_lock(self) -> Path:
        """The file that edge workers hold locked."""
        return self.path / "workers.lock"

    def make(self) -> None:
        """Make the directory and those in it. Raises FailedPrecondition where that cannot be done."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.journal.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise FailedPrecondition(
                f"The data directory {self.path} cannot be used: {error.strerror}. Choose another with --data."
            ) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory. Raises FailedPrecondition where an `up` holds it already."""
        with self._open_lock() as descriptor:
            if not _try_lock(descriptor):
                raise FailedPrecondition(self._taken())
            yield

    def is_running(self) -> bool:
        """Tell whether an `up` holds the directory."""
        if not (self.path / "lock").exists():
            return False
        try:
            with self._open_lock() as descriptor:
                return not _try_lock(descriptor)
        except PermissionError:
            return True  # Somebody else's directory: whether their `up` answers is found by asking it.

    def running(self) -> Running | None:
        """Return where the `up` of this directory answers, or answered last before it was killed."""
        try:
            return Running(**json.loads((self.path / "running.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write_running(self, running: Running) -> None:
        """Write down where the `up` of this directory answers."""
        self._write("running.json", json.dumps(asdict(running)), mode=0o644)

    def forget_running(self) -> None:
        """Say that nobody runs here any more."""
        (self.path / "running.json").unlink(missing_ok=True)

    def api_key(self) -> str | None:
        """Return the administrator's key. Raises FailedPrecondition where the file may not be read."""
        return self._read_secret("credentials")

    def write_api_key(self, key: str) -> None:
        """Keep the administrator's key."""
        self._write("credentials", key + "\n", mode=0o600)

    def role_passwords(self) -> dict[str, str]:
        """Return the passwords of the services' roles, by role; none where none were made."""
        return dict(json.loads(self._read_secret("roles.json") or "{}"))

    def write_role_passwords(self, passwords: dict[str, str]) -> None:
        """Keep the passwords of the services' roles."""
        self._write("roles.json", json.dumps(passwords), mode=0o600)

    def _read_secret(self, name: str) -> str | None:
        try:
            return (self.path / name).read_text().strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise FailedPrecondition(f"{self.path / name} cannot be read: {error.strerror}.") from error

    def _write(self, name: str, text: str, *, mode: int) -> None:
        """Write a file at once: a reader finds the old or the new, and a secret is at no time readable by others."""
        unfinished = self.path / f".{name}.unfinished"
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            file.write(text)
        unfinished.replace(self.path / name)

    @contextmanager
    def _open_lock(self) -> Iterator[int]:
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _taken(self) -> str:
        running = self.running()
        who = f" (process {running.pid}, gRPC on {running.grpc})" if running else ""
        return f"Another `understudy up` runs on {self.path} already{who}: stop it, or choose another with --data."


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
