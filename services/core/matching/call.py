"""What a client sent, as far as the rules may look at it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call to a mock, before anything in it is decoded.

    path: the raw path as received, percent escapes untouched, without the query; it begins with the mock's root.
    query: the raw query, without its `?`.
    headers: in the order received, names in lower case, values read as Latin-1, duplicates kept.
    """

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first value of a header, named in lower case; None where the call does not carry it."""
        return next((value for key, value in self.headers if key == name), None)
