"""The folders of journals: one for each worker, locked for as long as the worker lives.

The lock is on the folder itself (flock), so it ends with the process however that ends. A folder that nobody holds was
left behind by a worker that died, or that could not ship everything before it had to stop; another worker adopts it.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from services.core.errors import FailedPrecondition
from services.edge.segments import SUFFIX


class JournalFolder:
    """A folder that this process holds."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Take the path, and the descriptor that carries the lock."""
        self.path = path
        self._descriptor = descriptor

    def segment_paths(self) -> list[Path]:
        """Return the segments in it, oldest first."""
        return sorted(self.path.glob(f"*{SUFFIX}"))

    def release(self) -> None:
        """Let go of the folder, and remove it where nothing is left in it."""
        try:
            self.path.rmdir()
        except OSError:
            pass  # Not empty: who adopts it ships the rest.
        finally:
            os.close(self._descriptor)


def new_folder(parent: Path) -> JournalFolder:
    """Make a folder and hold it. Raises FailedPrecondition where the parent cannot be written."""
    while True:
        path = parent / f"worker-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            path.mkdir(parents=True)
        except OSError as error:
            raise FailedPrecondition(
                f"The journal cannot be kept in {parent}: {error.strerror}. "
                f"Let user {os.getuid()} write there, or name another folder with EDGE_JOURNAL_DIR."
            ) from error
        folder = _held(path)
        if folder is not None:  # Else another worker thought it an orphan in this very moment.
            return folder


def orphans(parent: Path) -> Iterator[JournalFolder]:
    """Yield the folders that nobody holds, each held by this process when it is yielded."""
    for path in sorted(parent.glob("worker-*")):
        folder = _held(path)
        if folder is not None:
            yield folder


def _held(path: Path) -> JournalFolder | None:
    """Return the folder, held; None where somebody else holds it or it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_still_there = os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        is_still_there = False
    if not is_still_there:
        os.close(descriptor)
        return None
    return JournalFolder(path, descriptor)
