"""Load from `wrk`: many connections that go through a list of paths, as fast as they can or at a given rate."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
"""Enough to keep one core busy whatever the latency, few enough that waiting in a queue is not all that is measured."""

HOW_TO_GET_WRK = "wrk is not installed; on Debian and Ubuntu: apt-get install wrk. Elsewhere: https://github.com/wg/wrk"

SCRIPT = """
local paths, requests, at = %(paths)s, {}, 0
init = function() for i, path in ipairs(paths) do requests[i] = wrk.format("GET", path) end end
request = function() at = at %% #requests + 1; return requests[at] end
%(delay)s
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\\n{"calls": %%d, "seconds": %%f, "failed": %%d, "unsuccessful": %%d, "p50": %%f, "p99": %%f}\\n',
    summary.requests, summary.duration / 1e6, errors.connect + errors.read + errors.write + errors.timeout,
    errors.status, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""

PACED = "delay = function() return math.floor(-math.log(1 - math.random()) * %f) end"
"""Each connection waits a random time before each call, exponentially distributed like independent clients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of it: calls a second, latencies in milliseconds, and how many calls failed or got no 2xx or 3xx."""

    calls: int
    rate: float
    p50: float
    p99: float
    failed: int
    unsuccessful: int
    busy_microseconds: float = 0.0
    """Processor time of the process under load for each call, where it was measured: a noisy neighbour slows a process
    down, but takes little of its processor time."""


def is_wrk_installed() -> bool:
    """Tell whether there is something to make load with."""
    return shutil.which("wrk") is not None


async def load(base_url: str, paths: Sequence[str], *, seconds: float, folder: Path, rate: float | None = None) -> Load:
    """Call the paths in turn for so long. Raises RuntimeError where wrk cannot."""
    delay = PACED % (CONNECTIONS / rate * 1_000) if rate else ""
    script = folder / "load.lua"
    listed = "{" + ",".join(json.dumps(path) for path in paths) + "}"
    script.write_text(SCRIPT % {"paths": listed, "delay": delay})
    process = await asyncio.create_subprocess_exec(
        "wrk",
        *("-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), base_url),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"wrk ended with {process.returncode}: {output.decode()}")
    told = json.loads(output.splitlines()[-1])
    return Load(
        calls=told["calls"],
        rate=told["calls"] / told["seconds"],
        p50=told["p50"],
        p99=told["p99"],
        failed=told["failed"],
        unsuccessful=told["unsuccessful"],
    )
