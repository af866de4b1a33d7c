"""Following a watch: what breaks is resumed, what cannot be resumed is listed again, and nothing is missed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from services.core.changes import Watched
from services.core.errors import RevisionExpired, Unavailable, UnderstudyError
from services.core.ids import Revision
from services.wire.watching import Follower

Script = Sequence[Watched[str] | UnderstudyError]


def bookmark(revision: int) -> Watched[str]:
    return Watched(Revision(revision))


def change(revision: int) -> Watched[str]:
    return Watched(Revision(revision), f"change {revision}")


@dataclass
class Stage:
    """Plays one script for each time the stream is opened, and keeps a record of what the follower did."""

    scripts: list[Script]
    record: list[str] = field(default_factory=list)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    relist_error: UnderstudyError | None = None

    async def open_stream(self, resume: Revision | None) -> AsyncIterator[Watched[str]]:
        self.record.append(f"open {resume}")
        for step in self.scripts.pop(0):
            if isinstance(step, UnderstudyError):
                raise step
            yield step
        if not self.scripts:
            self.is_over.set()
            await asyncio.Event().wait()

    async def relist(self) -> None:
        self.record.append("list")
        if self.relist_error is not None:
            error, self.relist_error = self.relist_error, None
            raise error

    async def on_change(self, told: str) -> None:
        self.record.append(told)


@asynccontextmanager
async def following(stage: Stage, *, resume: int | None = None) -> AsyncIterator[Follower[str]]:
    """Run a follower until its stage is over, and yield it."""
    follower = Follower(
        "test",
        stage.open_stream,
        relist=stage.relist,
        on_change=stage.on_change,
        resume=None if resume is None else Revision(resume),
    )
    task = asyncio.create_task(follower.run())
    try:
        await asyncio.wait_for(stage.is_over.wait(), 10)
        yield follower
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_follower_lists_behind_the_first_bookmark_and_then_takes_in_changes() -> None:
    stage = Stage([[bookmark(4), change(5), change(6)]])

    async with following(stage) as follower:
        assert ["open None", "list", "change 5", "change 6"] == stage.record
        assert follower.revision == 6
        assert follower.is_synced
        assert follower.is_connected
        await asyncio.wait_for(follower.wait_until_synced(), 1)


async def test_a_broken_stream_is_resumed_behind_the_last_revision_without_listing() -> None:
    stage = Stage([[bookmark(4), change(5), Unavailable()], [bookmark(5), change(6)]])

    async with following(stage):
        assert ["open None", "list", "change 5", "open 5", "change 6"] == stage.record


async def test_a_bookmark_moves_the_place_to_resume() -> None:
    stage = Stage([[bookmark(4), bookmark(90), Unavailable()], [bookmark(90)]])

    async with following(stage):
        assert ["open None", "list", "open 90"] == stage.record


async def test_a_stream_that_ends_is_resumed_too() -> None:
    stage = Stage([[bookmark(4)], [bookmark(4), change(5)]])

    async with following(stage):
        assert ["open None", "list", "open 4", "change 5"] == stage.record


async def test_where_events_have_expired_everything_is_listed_again() -> None:
    stage = Stage([[bookmark(4), change(5), Unavailable()], [RevisionExpired()], [bookmark(99), change(100)]])

    async with following(stage):
        assert ["open None", "list", "change 5", "open 5", "open None", "list", "change 100"] == stage.record


async def test_a_list_that_failed_is_tried_again_with_a_new_stream() -> None:
    stage = Stage([[bookmark(4)], [bookmark(7), change(8)]], relist_error=Unavailable())

    async with following(stage) as follower:
        assert ["open None", "list", "open None", "list", "change 8"] == stage.record
        assert follower.is_synced


async def test_a_follower_that_is_told_where_to_resume_does_not_list() -> None:
    stage = Stage([[bookmark(7), change(8)]])

    async with following(stage, resume=7):
        assert ["open 7", "change 8"] == stage.record


async def test_a_follower_goes_on_trying_while_the_service_is_away() -> None:
    stage = Stage([[Unavailable()]] * 5 + [[bookmark(1)]])

    async with following(stage) as follower:
        assert ["open None"] * 6 + ["list"] == stage.record
        assert follower.is_connected


async def test_a_follower_is_neither_synced_nor_connected_before_its_first_bookmark() -> None:
    stage = Stage([[]])

    async with following(stage) as follower:
        assert not follower.is_synced
        assert not follower.is_connected


async def test_a_follower_that_fails_of_itself_no_longer_says_that_it_is_connected() -> None:
    stage = Stage([[bookmark(1), change(2), change(3)]])
    heard = []

    async def fail_at_the_second(told: str) -> None:
        heard.append((told, follower.is_connected))
        if told == "change 3":
            raise LookupError("a fault of ours")

    follower = Follower("test", stage.open_stream, relist=stage.relist, on_change=fail_at_the_second)
    with pytest.raises(LookupError):
        await asyncio.wait_for(follower.run(), 10)

    assert [("change 2", True), ("change 3", True)] == heard
    assert not follower.is_connected


async def test_the_log_says_once_why_a_stream_breaks_until_it_is_back() -> None:
    away = Unavailable("away")
    stage = Stage([[away], [away], [Unavailable("refused")], [bookmark(1), away], [bookmark(1)]])

    with capture_logs() as logged:
        async with following(stage):
            pass

    assert ["away", "refused", "away"] == [line["reason"] for line in logged if "watch broke" in line["event"]]
