"""API keys: made, listed, revoked, verified, and who may do that for whom."""

import asyncio
from dataclasses import replace

import pytest

from services.core.access.api_keys import KEY_PREFIX, KeyDigest, digest_of
from services.core.access.principal import Principal, Role
from services.core.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied, Unauthenticated
from services.wire.authentication import credentials_of
from tests.services.registry.running import ADMINISTRATOR_KEY, RunningRegistry


async def test_a_key_shows_its_secret_once_and_opens_what_its_user_may(registry: RunningRegistry) -> None:
    editor = await registry.user(Role.EDITOR)
    (user, account) = await editor.get_caller()

    key, secret = await editor.create_api_key("for CI")

    assert secret.startswith(KEY_PREFIX)
    assert len(secret) > 40
    assert secret.startswith(key.hint)
    assert ("for CI", user.id, account.id, None) == (key.name, key.user_id, key.account_id, key.revoke_time)
    assert (user, account) == await editor.acting_as(credentials_of(secret)).get_caller()
    assert (user, account) == await editor.acting_as((("authorization", f"Bearer {secret}"),)).get_caller()
    _, another = await editor.create_api_key("another")
    assert secret != another


async def test_a_repeated_create_says_so_since_the_secret_cannot_be_shown_again(registry: RunningRegistry) -> None:
    outcomes = await asyncio.gather(
        *(registry.administrator.create_api_key("once", request_id="r") for _ in range(4)), return_exceptions=True
    )

    assert 3 == [isinstance(outcome, AlreadyExists) for outcome in outcomes].count(True)
    assert ["once"] == [key.name async for key in registry.administrator.list_api_keys() if key.name == "once"]


async def test_a_key_needs_a_name(registry: RunningRegistry) -> None:
    for name in ("", " ", "n" * 256, "a\0b"):
        with pytest.raises(InvalidInput, match="name"):
            await registry.administrator.create_api_key(name)


async def test_viewers_make_and_revoke_no_keys(registry: RunningRegistry) -> None:
    viewer = await registry.user(Role.VIEWER)
    own = [key async for key in viewer.list_api_keys()]

    assert len(own) == 1
    with pytest.raises(PermissionDenied):
        await viewer.create_api_key("mine")
    with pytest.raises(PermissionDenied):
        await viewer.revoke_api_key(own[0].id)


async def test_editors_keep_their_own_keys_alone(registry: RunningRegistry) -> None:
    editor = await registry.user(Role.EDITOR)
    (first, _) = await registry.administrator.get_caller()
    [others_key] = [key async for key in registry.administrator.list_api_keys() if key.user_id == first.id]
    own, _ = await editor.create_api_key("mine")

    assert [own.id] == [key.id async for key in editor.list_api_keys() if key.name == "mine"]
    assert others_key.id not in [key.id async for key in editor.list_api_keys()]
    with pytest.raises(PermissionDenied):
        await editor.create_api_key("theirs", user_id=first.id)
    with pytest.raises(NotFound):
        await editor.revoke_api_key(others_key.id)
    revoked = await editor.revoke_api_key(own.id)
    assert revoked.revoke_time is not None


async def test_administrators_keep_the_keys_of_their_account(registry: RunningRegistry) -> None:
    editor = await registry.user(Role.EDITOR)
    (user, _) = await editor.get_caller()
    stranger = await registry.stranger(Role.ADMINISTRATOR)

    key, _ = await registry.administrator.create_api_key("given", user_id=user.id)

    assert user.id == key.user_id
    with pytest.raises(NotFound):
        await stranger.create_api_key("given", user_id=user.id)
    with pytest.raises(NotFound):
        await stranger.revoke_api_key(key.id)
    assert key.id not in [seen.id async for seen in stranger.list_api_keys()]
    assert (await registry.administrator.revoke_api_key(key.id)).revoke_time is not None
    for number in (999, -1):
        with pytest.raises(NotFound):
            await registry.administrator.create_api_key("nobody's", user_id=number)


async def test_platform_administrators_make_and_revoke_keys_of_other_accounts(registry: RunningRegistry) -> None:
    stranger = await registry.stranger()
    (user, _) = await stranger.get_caller()
    key, secret = await registry.administrator.create_api_key("given", user_id=user.id)

    assert (await stranger.acting_as(credentials_of(secret)).get_caller())[0] == user
    await registry.administrator.revoke_api_key(key.id)
    assert await stranger.verify_api_key(secret) is None


async def test_a_revoked_key_is_refused_at_once_and_for_ever(registry: RunningRegistry) -> None:
    key, secret = await registry.administrator.create_api_key("short-lived")
    holder = registry.administrator.acting_as(credentials_of(secret))
    await holder.get_caller()

    revoked = await registry.administrator.revoke_api_key(key.id)

    assert replace(key, revoke_time=revoked.revoke_time) == revoked
    assert revoked == await registry.administrator.revoke_api_key(key.id)
    with pytest.raises(Unauthenticated):
        await holder.get_caller()
    assert await registry.administrator.verify_api_key(secret) is None
    assert key.id not in [kept.id async for kept in registry.administrator.list_api_keys()]
    assert revoked in [kept async for kept in registry.administrator.list_api_keys(show_revoked=True)]


async def test_what_is_no_id_of_a_key_is_not_found(registry: RunningRegistry) -> None:
    for api_key_id in ("", "nothing", "a\0b"):
        with pytest.raises(NotFound):
            await registry.administrator.revoke_api_key(api_key_id)


async def test_keys_are_listed_newest_first_in_pages(registry: RunningRegistry) -> None:
    administrator = registry.administrator
    made = [(await administrator.create_api_key(f"Key {number}"))[0] for number in range(4)]

    first = await administrator.list_api_keys_page(page_size=2)
    second = await administrator.list_api_keys_page(page_size=2, page_token=first.next_page_token)

    assert made[::-1] == [*first.rows, *second.rows]
    assert made[::-1] == [key async for key in administrator.list_api_keys()][:4]
    with pytest.raises(InvalidInput, match="page_token"):
        await administrator.list_api_keys_page(page_token=first.next_page_token, show_revoked=True)


async def test_whoever_holds_a_secret_may_ask_whose_it_is(registry: RunningRegistry) -> None:
    editor = await registry.user(Role.EDITOR)
    (user, account) = await editor.get_caller()
    _, secret = await editor.create_api_key("mine")
    stranger = await registry.stranger(Role.VIEWER)

    assert Principal(account_id=account.id, user_id=user.id, role=Role.EDITOR) == await stranger.verify_api_key(secret)
    for wrong in ("", "nothing", secret + "x", "💥", "a\0b"):
        assert await stranger.verify_api_key(wrong) is None


async def test_digests_of_all_valid_keys_go_to_services_alone(registry: RunningRegistry) -> None:
    (first, _) = await registry.administrator.get_caller()
    revoked, _ = await registry.administrator.create_api_key("revoked")
    await registry.administrator.revoke_api_key(revoked.id)
    for number in range(4):
        await registry.administrator.create_api_key(f"Key {number}")

    digests = [digest async for digest in registry.service.list_key_digests()]
    page = await registry.service.list_key_digests_page(page_size=2)
    rest = await registry.service.list_key_digests_page(page_size=2, page_token=page.next_page_token)

    assert digests == sorted(digests, key=lambda digest: digest.api_key_id)
    assert len(digests) == 5
    assert digests[:4] == [*page.rows, *rest.rows]
    assert revoked.id not in [digest.api_key_id for digest in digests]
    [own] = [digest for digest in digests if digest.digest == digest_of(ADMINISTRATOR_KEY)]
    assert (
        KeyDigest(
            api_key_id=own.api_key_id,
            digest=own.digest,
            account_id=first.account_id,
            user_id=first.id,
            role=Role.ADMINISTRATOR,
        )
        == own
    )
    with pytest.raises(PermissionDenied):
        await registry.administrator.list_key_digests_page()


async def test_a_call_without_a_valid_key_is_refused(registry: RunningRegistry) -> None:
    for credentials in ((), credentials_of("wrong"), (("x-service-token", "wrong"),), (("authorization", "Basic x"),)):
        with pytest.raises(Unauthenticated):
            await registry.administrator.acting_as(credentials).get_caller()
