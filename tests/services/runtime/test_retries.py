"""What a client tries again, and what it does not: tries of tries add up."""

import time

import pytest

from services.core.errors import Unavailable
from services.wire.channel import open_channel
from tests.ports import free_ports
from tests.services.runtime.echo import Echo, EchoClient
from tests.services.serving import AS_SERVICE, Keys, serving

ATTEMPTS = 4


async def test_a_service_that_is_unavailable_itself_is_asked_again() -> None:
    asked = []

    async def say(text: str) -> str:
        asked.append(text)
        if len(asked) < ATTEMPTS:
            raise Unavailable
        return "here"

    async with serving([Echo(say=say).service], keys=Keys()) as target:
        assert "here" == await EchoClient(target.channel, AS_SERVICE).say("x")
    assert ATTEMPTS == len(asked)


async def test_a_service_that_waits_in_vain_for_another_is_not_asked_again() -> None:
    asked = []
    (nobody,) = free_ports(1)
    async with open_channel(f"127.0.0.1:{nobody}") as behind:

        async def say(text: str) -> str:
            asked.append(text)
            return await EchoClient(behind, AS_SERVICE).say(text)

        async with serving([Echo(say=say).service], keys=Keys()) as target:
            began = time.monotonic()
            with pytest.raises(Unavailable):
                await EchoClient(target.channel, AS_SERVICE).say("x")
            seconds = time.monotonic() - began

    assert ["x"] == asked
    assert seconds < 2
