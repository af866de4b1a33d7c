"""The answers of one index, remembered: most clients ask the same few things again and again.

Only what decides the match is the key: method, path and query. A call that brings anything else that the rules may
look at (a selector header, a body, headers that must match) is matched anew each time, and so is one whose reply is
made from the call or by chance, and thus is not kept ready.
"""

from collections.abc import Callable, Iterable
from typing import Final

from services.core.matching.call import Call
from services.core.matching.index import MockIndex
from services.core.matching.match import NoMatch, match
from services.core.matching.selectors import MATCHING_HEADERS
from services.core.rendering.reply import is_prepared
from services.core.rendering.sources import Sources
from services.core.serving.answer import Answer, example_answer

LIMIT_BYTES: Final = 16 * 1024 * 1024
"""What is remembered may take up so much: enough for 10,000 examples of 1 KiB that are all in use."""

ENTRY_BYTES: Final = 560
"""What an entry takes up beside the body of its reply, about: the key, the answer and the reply's headers."""

LONGEST: Final = 512
"""Characters of path and query that are remembered; what is longer is rare, and would make the bound meaningless."""

TURNS: Final = 8
"""When there is no room, only each eighth newcomer takes the place of the oldest. Clients that go through more than
fits in a circle would otherwise find that everything was forgotten just before they come back to it."""

MethodPathQuery = tuple[str, str, str]


class Answers:
    """Answers calls from an index. It belongs to one thread, like the event loop that asks it."""

    __slots__ = ("_index", "_is_simple", "_known", "_size_bytes", "_turn")

    def __init__(self, index: MockIndex) -> None:
        """Take the index."""
        settings = index.settings
        self._index = index
        self._is_simple = not (settings.match_body or settings.match_headers)
        self._known: dict[MethodPathQuery, Answer | None] = {}
        self._size_bytes = 0
        self._turn = 0

    def of(
        self, key: MethodPathQuery, header_names: Iterable[str], call: Callable[[], Call], sources: Sources
    ) -> Answer:
        """Return the answer to a call without a body; `call` makes the call where it has to be matched."""
        if not self._is_simple or not MATCHING_HEADERS.isdisjoint(header_names):
            return self.anew(call(), sources)
        known = self._known.get(key)
        return known if known is not None else self._first(key, call(), sources)

    def anew(self, call: Call, sources: Sources) -> Answer:
        """Return the answer to any call."""
        return example_answer(match(call, self._index), self._index, call, sources)

    def _first(self, key: MethodPathQuery, call: Call, sources: Sources) -> Answer:
        found = match(call, self._index)
        answer = example_answer(found, self._index, call, sources)
        if key not in self._known:
            is_always_same = isinstance(found, NoMatch) or is_prepared(answer.reply, found, self._index)
            self._remember(key, answer if is_always_same else None)
        return answer

    def _remember(self, key: MethodPathQuery, answer: Answer | None) -> None:
        """Remember an answer, or that there is none to be remembered."""
        size = _size_of(answer)
        if len(key[1]) + len(key[2]) > LONGEST or size > LIMIT_BYTES // 64:
            return
        if self._size_bytes + size > LIMIT_BYTES:
            self._turn = (self._turn + 1) % TURNS
            if self._turn:
                return
            while self._size_bytes + size > LIMIT_BYTES:
                self._size_bytes -= _size_of(self._known.pop(next(iter(self._known))))
        self._known[key] = answer
        self._size_bytes += size


def _size_of(answer: Answer | None) -> int:
    return ENTRY_BYTES + (len(answer.reply.body) if answer else 0)
