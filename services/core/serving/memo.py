"""Matches remembered: the same call to the same index has the same answer, and most clients ask the same few things.

Only what decides the match is the key: method, path and query. A call that brings anything else that the rules may
look at (a selector header, a body, headers that must match) is matched anew each time.
"""

from collections.abc import Iterable
from typing import Final

from services.core.matching.call import Call
from services.core.matching.index import MockIndex
from services.core.matching.match import Match, NoMatch, match

DECIDING_HEADERS: Final = frozenset(
    {
        "x-mock-response-code",
        "x-mock-response-id",
        "x-mock-response-name",
        "x-mock-match-request-body",
        "x-mock-match-request-headers",
    }
)

LIMIT: Final = 16_384
"""Entries kept, about 8 MB where all are in use; enough for a client that goes through 10,000 examples in a circle."""

LONGEST: Final = 512
"""Characters of path and query that are remembered; what is longer is rare, and would make the bound meaningless."""

MethodPathQuery = tuple[str, str, str]


class MatchMemo:
    """The matches of one index. It belongs to one thread, like the event loop that asks it."""

    __slots__ = ("_found", "_index", "_is_simple")

    def __init__(self, index: MockIndex) -> None:
        """Take the index."""
        settings = index.settings
        self._index = index
        self._is_simple = not (settings.match_body or settings.match_headers)
        self._found: dict[MethodPathQuery, Match | NoMatch] = {}

    def match(self, call: Call, header_names: Iterable[str]) -> Match | NoMatch:
        """Return what `match` returns; `header_names` are the names of the call's headers."""
        if not self._is_simple or call.body or not DECIDING_HEADERS.isdisjoint(header_names):
            return match(call, self._index)
        key = call.method, call.path, call.query
        found = self._found.get(key)
        if found is None:
            found = match(call, self._index)
            self._keep(key, found)
        return found

    def _keep(self, key: MethodPathQuery, found: Match | NoMatch) -> None:
        if len(key[1]) + len(key[2]) > LONGEST:
            return
        if len(self._found) >= LIMIT:
            del self._found[next(iter(self._found))]
        self._found[key] = found
