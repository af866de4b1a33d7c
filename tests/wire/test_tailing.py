"""Following a tail that breaks: what comes again is left out, and what never begins is told."""

from collections.abc import AsyncIterator, Sequence

import pytest

from services.core.call_log import CallLogEntry
from services.core.errors import InvalidInput, Unavailable
from services.wire import tailing
from services.wire.tailing import Tailed, followed
from tests.services.calllog.entries import an_entry

FIRST, SECOND, THIRD, FOURTH = (an_entry(id=name) for name in ("first", "second", "third", "fourth"))


class Tails:
    """Tails that say what a test wrote down, one after the other, and each break where that ends."""

    def __init__(self, *tails: Sequence[Tailed], last: Exception | None = None) -> None:
        self._tails = list(tails)
        self._last = last or Unavailable("no more")
        self.tokens: list[str] = []

    async def open(self, resume_token: str) -> AsyncIterator[Tailed]:
        self.tokens.append(resume_token)
        if not self._tails:
            raise self._last
        for message in self._tails.pop(0):
            yield message
        raise Unavailable("a replica stops")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tailing, "PAUSE_SECONDS", 0.0)


async def heard(tails: Tails, *, patience_seconds: float = 0.05) -> list[tuple[CallLogEntry, ...]]:
    """Return what is heard until nobody answers any longer."""
    batches: list[tuple[CallLogEntry, ...]] = []
    try:
        async for batch in followed(tails.open, patience_seconds=patience_seconds):
            batches.append(batch)  # noqa: PERF401 -- what was heard before an error counts
    except Unavailable as error:
        assert error.message == "no more"  # noqa: PT017 -- likewise
    return batches


async def test_what_was_stored_together_and_comes_again_after_a_break_is_told_once() -> None:
    tails = Tails(
        [Tailed((), "a"), Tailed((FIRST, SECOND), "a")],
        [Tailed((), "a"), Tailed((FIRST,), "a"), Tailed((SECOND, THIRD), "b"), Tailed((FOURTH,), "c")],
    )

    assert [(), (FIRST, SECOND), (THIRD,), (FOURTH,)] == await heard(tails)
    assert ["", "a", "c"] == tails.tokens[:3]


async def test_messages_that_only_tell_a_token_are_not_heard() -> None:
    tails = Tails([Tailed((), "a"), Tailed((), "b")], [Tailed((), "b"), Tailed((FIRST,), "c")])

    assert [(), (FIRST,)] == await heard(tails)
    assert ["", "b", "c"] == tails.tokens[:3]


async def test_a_tail_that_never_begins_is_not_waited_for() -> None:
    tails = Tails()

    assert [] == await heard(tails, patience_seconds=60)
    assert [""] == tails.tokens


async def test_what_is_refused_is_not_tried_again() -> None:
    tails = Tails([Tailed((), "a")], last=InvalidInput.of("filter.since", "has no place here."))

    followed_tail = followed(tails.open, patience_seconds=60)
    assert await anext(followed_tail) == ()

    with pytest.raises(InvalidInput):
        await anext(followed_tail)
