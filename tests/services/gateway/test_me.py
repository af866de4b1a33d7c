"""Who calls, and how they prove it."""

import httpx
import pytest

from services.core.access.principal import Role
from tests.services.gateway.conftest import Caller, House

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_the_caller_is_told_in_postmans_form(caller: Caller) -> None:
    reply = await caller.api.get("/me")

    assert 200 == reply.status_code
    assert {
        "user": {
            "id": caller.user.id,
            "username": caller.user.username,
            "email": "ada@example.org",
            "fullName": "Ada L",
            "avatar": None,
            "isPublic": False,
            "teamId": caller.account.id,
            "teamName": caller.account.name,
            "teamDomain": "",
            "roles": ["user"],
        },
        "operations": [],
    } == reply.json()
    assert ["id", "username", "email", "fullName", "avatar", "isPublic"] == list(reply.json()["user"])[:6]


async def test_an_administrator_is_one(house: House, caller: Caller) -> None:
    administrator = await house.colleague(caller.account, Role.ADMINISTRATOR)

    assert ["admin", "user"] == (await administrator.api.get("/me")).json()["user"]["roles"]


async def test_the_key_may_come_in_three_ways(house: House, caller: Caller) -> None:
    async with httpx.AsyncClient(base_url=house.gateway_url) as bare:
        replies = [
            await bare.get("/me", headers={"x-api-key": caller.key}),
            await bare.get("/me", params={"apikey": caller.key}),
            await bare.get("/me", headers={"authorization": f"bearer {caller.key}"}),
        ]

    assert [caller.user.id] * 3 == [reply.json()["user"]["id"] for reply in replies]


async def test_the_header_wins(house: House, caller: Caller) -> None:
    other = await house.newcomer()
    reply = await other.api.get("/me", params={"apikey": caller.key})

    assert other.user.id == reply.json()["user"]["id"]


async def test_an_unknown_or_revoked_key_is_refused_everywhere(house: House, caller: Caller) -> None:
    (key,) = [key async for key in house.as_caller(caller).registry.list_api_keys()]
    await house.as_caller(caller).registry.revoke_api_key(key.id)

    for method, path in (
        ("GET", "/me"),
        ("GET", "/collections?limit=wrong"),
        ("POST", "/collections"),
        ("PUT", "/collections/%00"),
        ("DELETE", "/mocks/x"),
        ("GET", "/mocks/x/call-logs?sort=x"),
    ):
        reply = await caller.api.request(method, path)

        assert 401 == reply.status_code, path
        assert {
            "error": {
                "name": "AuthenticationError",
                "message": "Invalid API Key. Every request requires a valid API Key to be sent.",
            }
        } == reply.json()
