"""The files below some directories, as they lie in a folder of a repository or in a volume of Kubernetes.

A ConfigMap's volume holds symbolic links to a hidden directory whose name begins with two dots; a change of the
ConfigMap makes another such directory and swaps one link. So links are followed, and names with two dots skipped.
"""

import os
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
    """Return every *.json file below the directories, each once, by path. Raises FailedPrecondition."""
    found: dict[str, Path] = {}
    for directory in directories:
        if not directory.is_dir():
            raise FailedPrecondition(f"{directory} is no directory that can be read.")
        for path in _files_of(directory):
            found.setdefault(os.path.realpath(path), path)
    return sorted(found.values())


def read_file(path: Path) -> ReadFile:
    """Return a file with its content. Raises FailedPrecondition, and TooLarge before it reads what is no document."""
    try:
        check_size(path.stat().st_size, MAX_COLLECTION_BYTES)
        return ReadFile(path, path.read_bytes())
    except OSError as error:
        raise FailedPrecondition(f"cannot be read: {error.strerror}.") from error


def signature_of(directories: Sequence[Path]) -> Signature:
    """Return the signature of all files, which is cheap beside reading them. Raises FailedPrecondition."""
    return tuple(_marks_of(path) for path in files_below(directories))


def _files_of(directory: Path) -> Iterator[Path]:
    """Yield the files below a directory; a link that leads back up is followed once."""
    seen: set[str] = set()
    for folder, subfolders, names in os.walk(directory, followlinks=True):
        seen.add(os.path.realpath(folder))
        subfolders[:] = sorted(
            name
            for name in subfolders
            if not name.startswith(HIDDEN) and os.path.realpath(Path(folder, name)) not in seen
        )
        yield from (Path(folder, name) for name in names if name.endswith(SUFFIX) and not name.startswith(HIDDEN))


def _marks_of(path: Path) -> tuple[object, ...]:
    try:
        stat = path.stat()
    except OSError as error:
        return str(path), error.errno
    return str(path), stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
