"""Who calls: an API key or the service token, told apart for every call and every kind of method."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from services.core.access.api_keys import KeyDigest
from services.core.access.principal import SERVICE, Principal, Role
from services.core.errors import Unauthenticated, Unavailable
from services.core.ids import AccountId, UserId
from services.wire.authentication import Metadata, current_principal, service_credentials
from tests.services.runtime.echo import Echo, EchoClient, health_of, method_of, services_of
from tests.services.serving import AS_SERVICE, SERVICE_TOKEN, Keys, serving


async def say_who(_text: str) -> str:
    await asyncio.sleep(0)
    return repr(current_principal())


async def count_who(_text: str) -> AsyncIterator[str]:
    yield repr(current_principal())


WHO = Echo(say=say_who, count=count_who).service


def as_bearer(credentials: Metadata, scheme: str = "Bearer") -> Metadata:
    ((_name, secret),) = credentials
    return (("authorization", f"{scheme} {secret}"),)


@pytest.fixture
def keys() -> Keys:
    return Keys()


async def test_a_key_makes_the_caller_its_user_in_every_kind_of_method(keys: Keys) -> None:
    user = repr(Principal(account_id=AccountId(7), user_id=UserId(9), role=Role.VIEWER))
    async with serving([WHO], keys=keys) as target:
        client = EchoClient(target.channel, keys.issue(account_id=7, user_id=9, role=Role.VIEWER))

        assert user == await client.say("")
        assert user == await client.collect("", "")
        assert [user] == [who async for who in client.count("")]
        assert [user, user] == [who async for who in client.chat("", "")]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
async def test_a_key_may_come_as_a_bearer_token(keys: Keys, scheme: str) -> None:
    async with serving([WHO], keys=keys) as target:
        assert "role=<Role.EDITOR" in await EchoClient(target.channel, as_bearer(keys.issue(), scheme)).say("")


async def test_the_service_token_makes_the_caller_a_service(keys: Keys) -> None:
    async with serving([WHO], keys=keys) as target:
        assert repr(SERVICE) == await EchoClient(target.channel, AS_SERVICE).say("")


@pytest.mark.parametrize(
    "credentials",
    [
        (),
        (("x-api-key", ""),),
        (("x-api-key", "USK-unknown"),),
        (("authorization", "Bearer"),),
        (("authorization", "Bearer "),),
        (("authorization", "Basic dXNlcjpwYXNz"),),
        (("x-service-token", ""),),
        service_credentials(SERVICE_TOKEN + "x"),
    ],
)
async def test_whoever_proves_nothing_is_refused(keys: Keys, credentials: Metadata) -> None:
    async with serving([WHO], keys=keys) as target:
        client = EchoClient(target.channel, credentials)
        for call in (client.say(""), client.collect(""), anext(client.count("")), anext(client.chat(""))):
            with pytest.raises(Unauthenticated):
                await call


async def test_a_wrong_service_token_is_not_saved_by_a_good_key(keys: Keys) -> None:
    async with serving([WHO], keys=keys) as target:
        with pytest.raises(Unauthenticated, match="service token"):
            await EchoClient(target.channel, (*keys.issue(), *service_credentials("wrong"))).say("")


@pytest.mark.parametrize("presented", ["", "anything"])
async def test_a_suite_without_a_service_token_admits_no_service(keys: Keys, presented: str) -> None:
    async with serving([WHO], keys=keys, service_token="") as target:
        with pytest.raises(Unauthenticated):
            await EchoClient(target.channel, service_credentials(presented)).say("")


async def test_a_revoked_key_is_refused_from_the_next_call_on(keys: Keys) -> None:
    credentials = keys.issue()
    async with serving([WHO], keys=keys) as target:
        client = EchoClient(target.channel, credentials)
        await client.say("")
        keys.revoke(credentials)

        with pytest.raises(Unauthenticated, match="revoked"):
            await client.say("")


async def test_callers_at_the_same_time_are_not_mixed_up(keys: Keys) -> None:
    async with serving([WHO], keys=keys) as target:
        clients = [EchoClient(target.channel, keys.issue(account_id=number)) for number in range(1, 51)]
        answers = await asyncio.gather(*(client.say("") for client in clients))

    assert all(f"account_id={number}," in answer for number, answer in enumerate(answers, start=1))


async def test_a_refused_call_never_reaches_the_method(keys: Keys) -> None:
    reached = False

    async def reach(text: str) -> str:
        nonlocal reached
        reached = True
        return text

    async with serving([Echo(say=reach).service], keys=keys) as target:
        with pytest.raises(Unauthenticated):
            await EchoClient(target.channel).say("x")

    assert not reached


async def test_a_ring_that_cannot_tell_makes_the_call_unavailable_and_not_unauthenticated() -> None:
    class EmptyRing:
        async def find(self, digest: bytes) -> KeyDigest | None:
            del digest
            raise Unavailable("API keys cannot be checked.")

    async with serving([WHO], keys=EmptyRing()) as target:
        with pytest.raises(Unavailable, match="cannot be checked"):
            await EchoClient(target.channel, Keys().issue()).say("")
        assert repr(SERVICE) == await EchoClient(target.channel, AS_SERVICE).say("")


async def test_health_and_reflection_answer_anybody(keys: Keys) -> None:
    async with serving([WHO], keys=keys) as target:
        assert await health_of(target.channel) == "SERVING"
        assert "understudy.test.Echo" in await services_of(target.channel)


async def test_of_a_repeated_key_the_first_counts(keys: Keys) -> None:
    async with serving([WHO], keys=keys) as target:
        answer = await EchoClient(target.channel, (*keys.issue(account_id=3), *keys.issue(account_id=4))).say("")

    assert "account_id=3," in answer


def test_outside_of_a_call_there_is_no_caller() -> None:
    with pytest.raises(Unauthenticated):
        current_principal()


async def test_a_key_in_binary_metadata_is_none(keys: Keys) -> None:
    async with serving([WHO], keys=keys) as target:
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await method_of(target.channel, "Say")(StringValue(), metadata=(("x-api-key-bin", b"\xff"),))

    assert failed.value.code() is grpc.StatusCode.UNAUTHENTICATED
