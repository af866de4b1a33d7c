"""Accounts and users: who keeps which, and each reason why a call fails."""

import asyncio
from dataclasses import replace

import pytest

from services.core.access.accounts import FIRST_ACCOUNT
from services.core.access.principal import Role
from services.core.errors import (
    AlreadyExists,
    FailedPrecondition,
    InvalidInput,
    NotFound,
    PermissionDenied,
    StaleEtag,
    Unauthenticated,
)
from services.wire.registry_client import RegistryClient
from tests.services.registry.running import RunningRegistry


async def test_a_caller_is_told_who_they_are(registry: RunningRegistry) -> None:
    (user, account) = await registry.administrator.get_caller()

    assert FIRST_ACCOUNT == user.account_id == account.id
    assert ("administrator", Role.ADMINISTRATOR) == (user.username, user.role)
    with pytest.raises(PermissionDenied):
        await registry.service.get_caller()


async def test_accounts_are_made_numbered_renamed_and_listed(registry: RunningRegistry) -> None:
    administrator = registry.administrator
    (_, first) = await administrator.get_caller()
    second = await administrator.create_account("Second")
    third = await administrator.create_account("Third")

    assert first.id < second.id < third.id
    assert second == await administrator.get_account(second.id)
    renamed = await administrator.update_account(second.id, name="Renamed", etag=second.etag)
    assert replace(second, name="Renamed", etag=renamed.etag) == renamed
    assert second.etag != renamed.etag
    assert [first, renamed, third] == [account async for account in administrator.list_accounts()]
    page = await administrator.list_accounts_page(page_size=2)
    rest = await administrator.list_accounts_page(page_token=page.next_page_token)
    assert [first, renamed, third] == [*page.rows, *rest.rows]


async def test_wrong_calls_about_accounts_say_what_is_wrong(registry: RunningRegistry) -> None:
    administrator = registry.administrator
    second = await administrator.create_account("Second")
    await administrator.update_account(second.id, name="Renamed")

    for name in ("", "n" * 256, "a\0b"):
        with pytest.raises(InvalidInput, match=r"account\.name"):
            await administrator.create_account(name)
        with pytest.raises(InvalidInput, match=r"account\.name"):
            await administrator.update_account(second.id, name=name)
    with pytest.raises(StaleEtag):
        await administrator.update_account(second.id, name="Again", etag=second.etag)
    for number in (0, -1, 999, 2**63 - 1):
        with pytest.raises(NotFound):
            await administrator.get_account(number)
        with pytest.raises(NotFound):
            await administrator.update_account(number, name="Nobody")
    with pytest.raises(InvalidInput, match="page_token"):
        await administrator.list_accounts_page(page_token="rubbish")  # noqa: S106 -- a token of a page is no secret


async def test_repeated_creates_answer_with_the_first_result(registry: RunningRegistry) -> None:
    administrator = registry.administrator

    accounts = await asyncio.gather(*(administrator.create_account("Second", request_id="a") for _ in range(4)))
    users = await asyncio.gather(
        *(administrator.create_user("ada", role=Role.EDITOR, request_id="u") for _ in range(4))
    )

    assert [accounts[0]] * 4 == accounts
    assert [users[0]] * 4 == users
    with pytest.raises(InvalidInput, match="request_id"):
        await administrator.create_user("eve", role=Role.EDITOR, request_id="a")


async def test_users_are_made_changed_listed_and_removed(registry: RunningRegistry) -> None:
    administrator = registry.administrator
    (first, _) = await administrator.get_caller()
    ada = await administrator.create_user("ada", role=Role.VIEWER, full_name="Ada Lovelace", email="ada@example.org")

    assert (FIRST_ACCOUNT, "ada", Role.VIEWER) == (ada.account_id, ada.username, ada.role)
    assert ("Ada Lovelace", "ada@example.org") == (ada.full_name, ada.email)
    assert ada == await administrator.get_user(ada.id)
    changed = await administrator.update_user(ada.id, username="countess", role=Role.EDITOR, etag=ada.etag)
    assert replace(ada, username="countess", role=Role.EDITOR, etag=changed.etag) == changed
    assert [first, changed] == [user async for user in administrator.list_users()]
    page = await administrator.list_users_page(page_size=1)
    rest = await administrator.list_users_page(page_size=1, page_token=page.next_page_token)
    assert [first, changed] == [*page.rows, *rest.rows]
    await administrator.delete_user(ada.id, etag=changed.etag)
    with pytest.raises(NotFound):
        await administrator.get_user(ada.id)


async def test_wrong_calls_about_users_say_what_is_wrong(registry: RunningRegistry) -> None:
    administrator = registry.administrator
    ada = await administrator.create_user("ada", role=Role.VIEWER)
    eve = await administrator.create_user("eve", role=Role.VIEWER)

    for field, fields in (
        ("user.username", {"username": " "}),
        ("user.username", {"username": "a\0b"}),
        ("user.full_name", {"full_name": "n" * 256}),
        ("user.email", {"email": "a\0b"}),
    ):
        with pytest.raises(InvalidInput, match=field):
            await administrator.update_user(ada.id, **fields)  # type: ignore[arg-type] # the four are texts
    with pytest.raises(InvalidInput, match="update_mask"):
        await administrator.update_user(ada.id)
    with pytest.raises(AlreadyExists):
        await administrator.create_user("eve", role=Role.VIEWER)
    with pytest.raises(AlreadyExists):
        await administrator.update_user(ada.id, username="eve")
    assert eve.username == (await administrator.update_user(eve.id, username="eve")).username
    with pytest.raises(StaleEtag):
        await administrator.update_user(eve.id, username="mallory", etag=eve.etag)
    with pytest.raises(StaleEtag):
        await administrator.delete_user(eve.id, etag=eve.etag)
    for number in (0, -1, 999):
        with pytest.raises(NotFound):
            await administrator.get_user(number)
        with pytest.raises(NotFound):
            await administrator.update_user(number, username="nobody")
        with pytest.raises(NotFound):
            await administrator.delete_user(number)
    with pytest.raises(NotFound):
        await administrator.create_user("bob", role=Role.VIEWER, account_id=999)
    with pytest.raises(NotFound):
        await administrator.list_users_page(999)


async def test_two_accounts_may_each_have_a_user_of_one_name(registry: RunningRegistry) -> None:
    second = await registry.administrator.create_account("Second")
    ours = await registry.administrator.create_user("ada", role=Role.EDITOR)
    theirs = await registry.administrator.create_user("ada", role=Role.EDITOR, account_id=second.id)

    assert ours.id != theirs.id
    assert [theirs] == [user async for user in registry.administrator.list_users(second.id)]


async def test_an_account_keeps_its_last_administrator(registry: RunningRegistry) -> None:
    administrator = registry.administrator
    (first, _) = await administrator.get_caller()

    with pytest.raises(FailedPrecondition, match="last administrator"):
        await administrator.update_user(first.id, role=Role.EDITOR)
    with pytest.raises(FailedPrecondition, match="last administrator"):
        await administrator.delete_user(first.id)

    second = await administrator.create_user("second", role=Role.ADMINISTRATOR)
    outcomes = await asyncio.gather(
        administrator.update_user(first.id, role=Role.ADMINISTRATOR, full_name="First"),
        administrator.update_user(second.id, role=Role.EDITOR),
        return_exceptions=True,
    )
    assert [False, False] == [isinstance(outcome, Exception) for outcome in outcomes]


async def test_of_two_administrators_who_remove_each_other_at_once_one_stays(registry: RunningRegistry) -> None:
    administrator = registry.administrator
    (first, _) = await administrator.get_caller()
    second = await administrator.create_user("second", role=Role.ADMINISTRATOR)
    _, secret = await administrator.create_api_key("second's", user_id=second.id)
    from_second = administrator.acting_as((("x-api-key", secret),))

    outcomes = await asyncio.gather(
        administrator.delete_user(second.id), from_second.delete_user(first.id), return_exceptions=True
    )

    assert 1 == [outcome is None for outcome in outcomes].count(True)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
async def test_all_but_the_caller_is_for_administrators(registry: RunningRegistry, role: Role) -> None:
    user = await registry.user(role)
    (caller, account) = await user.get_caller()

    assert role is caller.role
    for call in (
        user.create_account("Mine"),
        user.get_account(account.id),
        user.list_accounts_page(),
        user.update_account(account.id, name="Mine"),
        user.create_user("eve", role=Role.VIEWER),
        user.get_user(caller.id),
        user.list_users_page(),
        user.update_user(caller.id, role=Role.ADMINISTRATOR),
        user.delete_user(caller.id),
    ):
        with pytest.raises(PermissionDenied):
            await call


async def test_an_administrator_of_another_account_sees_and_keeps_that_account_alone(
    registry: RunningRegistry,
) -> None:
    stranger = await registry.stranger(Role.ADMINISTRATOR)
    (caller, account) = await stranger.get_caller()
    (first, _) = await registry.administrator.get_caller()

    assert [account] == [seen async for seen in stranger.list_accounts()]
    assert [caller] == [seen async for seen in stranger.list_users()]
    bob = await stranger.create_user("bob", role=Role.VIEWER)
    assert account.id == bob.account_id
    assert (await stranger.update_account(account.id, name="Ours")).name == "Ours"
    with pytest.raises(PermissionDenied):
        await stranger.create_account("Third")
    for call in (
        stranger.get_account(FIRST_ACCOUNT),
        stranger.update_account(FIRST_ACCOUNT, name="Mine"),
        stranger.create_user("eve", role=Role.VIEWER, account_id=FIRST_ACCOUNT),
        stranger.list_users_page(FIRST_ACCOUNT),
        stranger.get_user(first.id),
        stranger.update_user(first.id, role=Role.VIEWER),
        stranger.delete_user(first.id),
    ):
        with pytest.raises(NotFound):
            await call


async def test_removing_a_user_ends_the_users_keys(registry: RunningRegistry) -> None:
    editor = await registry.user(Role.EDITOR)
    (caller, _) = await editor.get_caller()

    await registry.administrator.delete_user(caller.id)

    with pytest.raises(Unauthenticated):
        await editor.get_caller()


async def test_a_changed_role_counts_at_once(registry: RunningRegistry) -> None:
    user = await registry.user(Role.VIEWER)
    (caller, _) = await user.get_caller()
    await fails_to_list_accounts(user)

    await registry.administrator.update_user(caller.id, role=Role.ADMINISTRATOR)

    assert [FIRST_ACCOUNT] == [account.id async for account in user.list_accounts()]


async def fails_to_list_accounts(client: RegistryClient) -> None:
    with pytest.raises(PermissionDenied):
        await client.list_accounts_page()
