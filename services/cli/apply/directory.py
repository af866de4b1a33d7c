"""The files below some directories, as they lie in a folder of a repository or in a volume of Kubernetes.

A ConfigMap's volume holds symbolic links to a hidden directory whose name begins with two dots; a change of the
ConfigMap makes another such directory and swaps one link. So links are followed, and names with two dots skipped.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.core.errors import FailedPrecondition
from services.core.postman.document import MAX_COLLECTION_BYTES, check_size

HIDDEN = ".."
"""What the names begin with that Kubernetes keeps for itself."""

SUFFIX = ".json"

Signature = tuple[tuple[object, ...], ...]
"""What is another as soon as any file was added, taken away, replaced or written to."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's path, as it was come upon, and its content."""

    path: Path
    document: bytes


def files_below(directories: Iterable[Path]) -> list[Path]:
    """Return every *.json file below the directories, each once, by path.

    Raises FailedPrecondition for a directory that cannot be read: what lies in it would be missed without a word.
    """
    found: dict[str, Path] = {}
    for directory in directories:
        if not os.path.isdir(directory):  # noqa: PTH112 -- Path.is_dir raises where a parent may not be entered
            raise FailedPrecondition(f"{directory} is no directory that can be read.")
        for path in _files_of(directory):
            found.setdefault(os.path.realpath(path), path)
    return sorted(found.values())


def read_file(path: Path) -> ReadFile:
    """Return a file with its content. Raises FailedPrecondition, and TooLarge before it reads what is no document."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise FailedPrecondition("is no file: a pipe, a socket or a device might never end.")
        check_size(found.st_size, MAX_COLLECTION_BYTES)
        return ReadFile(path, path.read_bytes())
    except OSError as error:
        raise FailedPrecondition(f"cannot be read: {error.strerror}.") from error


def signature_of(directories: Sequence[Path]) -> Signature:
    """Return the signature of all files, which is cheap beside reading them. Raises FailedPrecondition."""
    return tuple(_marks_of(path) for path in files_below(directories))


def _files_of(directory: Path) -> Iterator[Path]:
    """Yield the files below a directory; a link that leads back up is followed once."""
    seen: set[str] = set()
    for folder, subfolders, names in os.walk(directory, onerror=_refuse_unreadable, followlinks=True):
        seen.add(os.path.realpath(folder))
        subfolders[:] = sorted(
            name
            for name in subfolders
            if not name.startswith(HIDDEN) and os.path.realpath(Path(folder, name)) not in seen
        )
        yield from (Path(folder, name) for name in names if name.endswith(SUFFIX) and not name.startswith(HIDDEN))


def _refuse_unreadable(error: OSError) -> None:
    """Raise FailedPrecondition for a folder that cannot be listed; one that has just gone has nothing in it."""
    if not isinstance(error, FileNotFoundError):
        raise FailedPrecondition(f"{error.filename} cannot be read: {error.strerror}.") from error


def _marks_of(path: Path) -> tuple[object, ...]:
    try:
        found = path.stat()
    except OSError as error:
        return str(path), error.errno
    return str(path), found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
