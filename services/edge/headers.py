"""The headers of calls, read once for each client rather than for each call: most clients send the same every time."""

from collections.abc import Iterable, Mapping
from typing import Final

from services.core.serving.masking import KEY_HEADER, masked_headers

KEPT: Final = 512
"""Header lists that are remembered; clients that send something new with each call push out the oldest."""

RawHeaders = tuple[tuple[bytes, bytes], ...]


class CallHeaders:
    """The headers of a call.

    listed: all in order, names in lower case, bytes read as Latin-1 so that each stays what it is.
    first: the first value of each name.
    logged: all in order, API keys masked.
    """

    __slots__ = ("first", "listed", "logged")

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        """Read what the server has taken apart."""
        self.listed = tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw])
        self.first: Mapping[str, str] = dict(reversed(self.listed))
        self.logged = masked_headers(self.listed) if KEY_HEADER in self.first else self.listed


class KnownHeaders:
    """The headers that have been read, by what they were read from."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[RawHeaders, CallHeaders] = {}

    def read(self, raw: Iterable[tuple[bytes, bytes]]) -> CallHeaders:
        """Return the headers of a call; the same object for the same headers, as long as it is remembered."""
        key = tuple(raw)
        known = self._known.get(key)
        if known is None:
            known = CallHeaders(key)
            if len(self._known) >= KEPT:
                del self._known[next(iter(self._known))]
            self._known[key] = known
        return known
