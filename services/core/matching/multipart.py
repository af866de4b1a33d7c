"""Multipart bodies (RFC 7578): the parts of a form, as far as they are compared.

The body is cut at its delimiters in one go. What a program of some age sends is read as well: lines that end in a bare
line feed, and a last delimiter that is missing.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class Part(NamedTuple):
    """One part of a form: its name, what it holds, and whether that is a file."""

    name: str
    content: bytes
    is_file: bool


def read_parts(body: bytes, content_type: str) -> Iterator[Part] | None:
    """Return the parts of a body that have a name, in order; None where its type names no boundary, or it has none."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return None
    delimiter = b"--" + (boundary[1] or boundary[2]).encode("latin-1", errors="replace")
    lead = b"\r\n" if body.startswith(delimiter + b"\r\n") or b"\r\n" + delimiter in body else b"\n"
    pieces = (lead + body).split(lead + delimiter)[1:]
    return _named(pieces) if pieces else None


def _named(pieces: list[bytes]) -> Iterator[Part]:
    for piece in pieces:
        if piece.startswith(b"--"):
            return
        head = _HEAD.match(piece)
        disposition = _DISPOSITION.search(piece, 0, head.end()) if head else None
        if head and disposition:
            parameters = {
                found[1].lower(): found[2] or found[3] or b"" for found in _PARAMETER.finditer(disposition[1])
            }
            if b"name" in parameters:
                is_file = not parameters.keys().isdisjoint(_FILE_NAMES)
                yield Part(_unescaped(parameters[b"name"]), piece[head.end() :], is_file)


_BOUNDARY: Final = re.compile(r';\s*boundary=(?:"([^"]+)"|([^\s";]+))', re.IGNORECASE)
_HEAD: Final = re.compile(rb"[ \t]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n")
_DISPOSITION: Final = re.compile(rb"^content-disposition:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_PARAMETER: Final = re.compile(rb';\s*([^\s=;"]+)=(?:"([^"]*)"|([^\s";]*))')
_FILE_NAMES: Final = frozenset({b"filename", b"filename*"})


def _unescaped(name: bytes) -> str:
    """Return a name; browsers escape what would break the line or end the quotes."""
    text = name.decode(errors="surrogateescape")
    for escape, character in (("%22", '"'), ("%0D", "\r"), ("%0A", "\n")):
        text = text.replace(escape, character)
    return text
