"""Tasks have owners: they live as long as their context, and their failures are told."""

import asyncio
import logging

import pytest

from services.runtime.lifecycle import background


async def test_a_background_task_is_cancelled_and_awaited_when_its_owner_leaves() -> None:
    cleaned_up = False

    async def work() -> None:
        nonlocal cleaned_up
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned_up = True

    async with background(work(), name="work") as task:
        await asyncio.sleep(0)

    assert task.cancelled()
    assert cleaned_up


async def test_a_background_task_that_fails_is_logged_and_does_not_end_its_owner(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work() -> None:
        raise ZeroDivisionError("told")

    with caplog.at_level(logging.ERROR):
        async with background(work(), name="failing work") as task:
            await asyncio.wait([task])

    logged = caplog.text + "".join(capsys.readouterr())
    assert "failing work" in logged
    assert "told" in logged


async def test_an_owner_that_is_cancelled_takes_its_task_along() -> None:
    has_begun = asyncio.Event()
    was_cancelled = asyncio.Event()

    async def work() -> None:
        has_begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            was_cancelled.set()
            raise

    async def own() -> None:
        async with background(work(), name="work"):
            await asyncio.Event().wait()

    owner = asyncio.create_task(own())
    await has_begun.wait()
    owner.cancel()
    with pytest.raises(asyncio.CancelledError):
        await owner

    assert was_cancelled.is_set()
