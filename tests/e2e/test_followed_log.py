"""`understudy logs --follow` while the call log is restarted: each call is listed, once."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from services.core.mocks import Mock, MockDraft
from tests.builders import a_collection, document
from tests.e2e.separate import SeparateSuite, separate_suite
from tests.e2e.suite import API_KEY

pytestmark = pytest.mark.timeout(240)

LINE_SECONDS = 60.0


async def test_a_followed_log_goes_on_after_a_restart_with_what_came_meanwhile(tmp_path: Path) -> None:
    async with (
        separate_suite(tmp_path) as suite,
        httpx.AsyncClient() as client,
        following(suite, await mocked(suite)) as (mock, lines),
    ):
        shown: list[str] = []
        for number in range(6):
            if number == 1:
                await suite.calllog.stop()
            if number == 4:
                await suite.calllog.start()
            path = f"/users/1?n={number}"
            assert (await client.get(f"{suite.edges[0].url}/mocks/{mock.id}{path}")).status_code == 200
            if not 1 <= number < 4:
                shown += [await next_path(lines) for _ in range(number + 1 - len(shown))]

    assert [f"/users/1?n={number}" for number in range(6)] == sorted(shown)


async def mocked(suite: SeparateSuite) -> Mock:
    imported = await suite.understudy.catalog.import_collection(document(a_collection()))
    return await suite.understudy.registry.create_mock(MockDraft(collection_id=imported.collection.id))


@asynccontextmanager
async def following(suite: SeparateSuite, mock: Mock) -> AsyncIterator[tuple[Mock, asyncio.StreamReader]]:
    """Follow a mock's log in a process of its own, and yield what it prints; it must end by Ctrl-C alone."""
    targets = {f"UNDERSTUDY_{part.name.upper()}_SERVER": f"127.0.0.1:{part.port}" for part in suite.behind}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "logs", mock.id, "--follow"),
        env={**os.environ, **targets, "UNDERSTUDY_API_KEY": API_KEY},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield mock, process.stdout
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), LINE_SECONDS) == 130
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def next_path(lines: asyncio.StreamReader) -> str:
    """Return the path that the next line tells of."""
    line = await asyncio.wait_for(lines.readline(), LINE_SECONDS)
    assert line, "the command has ended"
    return next(word for word in line.decode().split() if word.startswith("/"))
