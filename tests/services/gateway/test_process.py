"""The gateway as a process of its own."""

import asyncio
import json
import os
import sys

import httpx

from tests.services.process import logged_event


async def test_the_process_listens_answers_and_stops_on_sigterm() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.gateway",
        env={**os.environ, "GATEWAY_HOST": "127.0.0.1", "GATEWAY_PORT": "0", "GATEWAY_METRICS_PORT": "0"},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        listening = await asyncio.wait_for(logged_event(process.stderr, "listening"), 60)
        async with httpx.AsyncClient() as client:
            health = await client.get(f"http://127.0.0.1:{listening['port']}/healthz?apikey=secret")
        request = await asyncio.wait_for(logged_event(process.stderr, "request"), 60)
        process.terminate()
        code = await asyncio.wait_for(process.wait(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert 200 == health.status_code
    assert ("GET", "/healthz", 200) == (request["method"], request["path"], request["status"])
    assert "secret" not in json.dumps(request)
    assert 0 == code
