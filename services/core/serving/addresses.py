"""Which mock a call is for, and the path inside the mock.

A mock is named by the host, `<mock id>.<mock domain>`, or where there is no wildcard DNS by the path,
`<prefix>/<mock id>/…`. Either way only what remains of the raw path takes part in matching, undecoded; it begins with a
slash. Host names are compared without regard to case, port and final dot; ids, as parts of host names, are lower case.
"""

import re
from typing import Final, NamedTuple

from services.core.ids import MockId

ROOT: Final = "/"

_PLAUSIBLE_ID: Final = re.compile(r"[0-9a-z](?:[0-9a-z-]{0,62}[0-9a-z])?")
"""A label of a host name: nothing else can be a mock's id, and nobody needs to be asked about it."""

_AUTHORITY: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
"""What a proxy's request line has before the path."""


class Address(NamedTuple):
    """What stands where a mock's id would, in lower case, and a path inside that mock."""

    mock_id: MockId
    path: str


def is_plausible(mock_id: MockId) -> bool:
    """Tell whether an id can be a mock's at all."""
    return _PLAUSIBLE_ID.fullmatch(mock_id) is not None


class AddressRules:
    """Where mocks are."""

    __slots__ = ("_below", "_domain")

    def __init__(self, *, domain: str, prefix: str) -> None:
        """Take the mock domain, in lower case without a dot in front, and the path prefix with its slash."""
        self._domain = f".{domain}" if domain else ""
        self._below = prefix + ROOT

    def locate(self, host: str, raw_path: str) -> Address | None:
        """Return the address of a mock call, None where the call is for no mock."""
        path = raw_path if raw_path.startswith(ROOT) else _without_authority(raw_path)
        label = self._label(host.lower()) if self._domain else None
        if label is not None:
            return Address(MockId(label), path)
        if not path.startswith(self._below):
            return None
        mock_id, slash, rest = path[len(self._below) :].partition(ROOT)
        return Address(MockId(mock_id.lower()), slash + rest or ROOT)

    def _label(self, host: str) -> str | None:
        """Return what stands before the mock domain in a Host header, None where it is another host."""
        if self._domain not in host:
            return None
        name = host.partition(":")[0].rstrip(".")
        label = name.removesuffix(self._domain)
        return label if label != name else None


def _without_authority(target: str) -> str:
    """Return the path of a request target that has the whole URL, or that is a lone `*`."""
    path = _AUTHORITY.sub("", target, count=1)
    return path if path.startswith(ROOT) else ROOT + path
