"""While a large collection is loaded, calls to other mocks go on being answered."""

import asyncio
import json
import sys
from statistics import median

PAUSE_SECONDS = 0.05


async def test_the_loop_never_pauses_for_long_while_ten_thousand_examples_are_compiled() -> None:
    """A pause that is ours occurs in every load; what the machine does beside, in one or two of five."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.services.edge.pauses", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    measured = json.loads(output)

    assert 10_000 == measured["examples"]
    assert median(measured["pauses"]) < PAUSE_SECONDS, measured["pauses"]
