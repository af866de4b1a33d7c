"""The first start: an account, an administrator and a key, once, however often and at how many places it happens."""

import asyncio

import pytest
from pydantic import SecretStr, ValidationError

from services.core.access.accounts import FIRST_ACCOUNT
from services.core.access.api_keys import KEY_PREFIX
from services.core.access.principal import Role
from services.core.errors import FailedPrecondition, InvalidInput
from services.registry.settings import RegistrySettings
from services.wire.authentication import credentials_of
from tests.services.registry.running import ADMINISTRATOR_KEY, RunningRegistry, serving_registry


async def counts(registry: RunningRegistry, key: str) -> tuple[int, int, int]:
    """Return how many accounts, users and valid keys there are."""
    administrator = registry.administrator.acting_as(credentials_of(key))
    return (
        len([account async for account in administrator.list_accounts()]),
        len([user async for user in administrator.list_users()]),
        len([key async for key in administrator.list_api_keys()]),
    )


async def test_a_chosen_key_becomes_the_first_administrators(database_url: str) -> None:
    async with serving_registry(database_url) as registry:
        first = await registry.parts.bootstrap(administrator_key=ADMINISTRATOR_KEY)
        again = await registry.parts.bootstrap(administrator_key=ADMINISTRATOR_KEY)

        assert first == again
        assert (None, True) == (first.secret, first.has_key)
        assert (FIRST_ACCOUNT, Role.ADMINISTRATOR) == (first.account.id, first.administrator.role)
        assert (first.administrator, first.account) == await registry.administrator.get_caller()
        assert (1, 1, 1) == await counts(registry, ADMINISTRATOR_KEY)


async def test_without_a_chosen_key_one_is_made_and_shown_once(database_url: str) -> None:
    async with serving_registry(database_url) as registry:
        first = await registry.parts.bootstrap(administrator_key=None)
        again = await registry.parts.bootstrap(administrator_key=None)

        assert first.secret is not None
        assert first.secret.startswith(KEY_PREFIX)
        assert (None, True) == (again.secret, again.has_key)
        assert (1, 1, 1) == await counts(registry, first.secret)


async def test_without_leave_to_make_a_key_none_is_made(database_url: str) -> None:
    async with serving_registry(database_url) as registry:
        first = await registry.parts.bootstrap(administrator_key=None, make_key=False)

        assert (None, False) == (first.secret, first.has_key)
        assert [] == [digest async for digest in registry.service.list_key_digests()]


async def test_an_administrator_whose_last_key_was_revoked_gets_a_new_one(database_url: str) -> None:
    async with serving_registry(database_url) as registry:
        await registry.parts.bootstrap(administrator_key=ADMINISTRATOR_KEY)
        async for key in registry.administrator.list_api_keys():
            await registry.administrator.revoke_api_key(key.id)

        again = await registry.parts.bootstrap(administrator_key=None)

        assert again.secret is not None
        assert (1, 1, 1) == await counts(registry, again.secret)


async def test_another_chosen_key_is_valid_beside_the_first(database_url: str) -> None:
    async with serving_registry(database_url) as registry:
        await registry.parts.bootstrap(administrator_key=ADMINISTRATOR_KEY)
        await registry.parts.bootstrap(administrator_key=ADMINISTRATOR_KEY[::-1])

        assert (1, 1, 2) == await counts(registry, ADMINISTRATOR_KEY)
        assert (1, 1, 2) == await counts(registry, ADMINISTRATOR_KEY[::-1])


async def test_a_key_that_is_too_weak_or_cannot_travel_is_refused(database_url: str) -> None:
    async with serving_registry(database_url) as registry:
        for key in ("", "short", "k" * 31, "with spaces, and long enough for a key", "ü" * 32):
            with pytest.raises(InvalidInput, match="32 or more"):
                await registry.parts.bootstrap(administrator_key=key)

        assert [] == [digest async for digest in registry.service.list_key_digests()]


async def test_a_revoked_key_and_another_users_key_are_refused(database_url: str) -> None:
    async with serving_registry(database_url) as registry:
        await registry.parts.bootstrap(administrator_key=ADMINISTRATOR_KEY)
        key, secret = await registry.administrator.create_api_key("revoked")
        await registry.administrator.revoke_api_key(key.id)
        user = await registry.administrator.create_user("eve", role=Role.VIEWER)
        _, others = await registry.administrator.create_api_key("eve's", user_id=user.id)

        with pytest.raises(FailedPrecondition, match="revoked"):
            await registry.parts.bootstrap(administrator_key=secret)
        with pytest.raises(FailedPrecondition, match="another user"):
            await registry.parts.bootstrap(administrator_key=others)


async def test_replicas_that_start_at_once_make_everything_once(database_url: str) -> None:
    async with serving_registry(database_url) as one, serving_registry(database_url) as other:
        starts = await asyncio.gather(
            *(registry.parts.bootstrap(administrator_key=None) for registry in (one, other) for _ in range(4))
        )

        secrets = [start.secret for start in starts if start.secret is not None]
        assert len(secrets) == 1
        assert {starts[0].administrator.id} == {start.administrator.id for start in starts}
        assert (1, 1, 1) == await counts(one, secrets[0])


async def test_the_next_account_is_numbered_behind_the_first(database_url: str) -> None:
    async with serving_registry(database_url) as registry:
        await registry.parts.bootstrap(administrator_key=ADMINISTRATOR_KEY)

        assert FIRST_ACCOUNT + 1 == (await registry.administrator.create_account("Second")).id


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mock_url_template", "http://localhost/mocks"),
        ("mock_url_template", "localhost/{mock_id}"),
        ("administrator_key", SecretStr("too short")),
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name) as refused:
        RegistrySettings(database_url=SecretStr("postgresql://localhost"), **{name: value})  # type: ignore[arg-type] # wrong on purpose

    assert "too short" not in str(refused.value)


def test_an_empty_administrator_key_is_none() -> None:
    settings = RegistrySettings(database_url=SecretStr("postgresql://localhost"), administrator_key=SecretStr(""))

    assert settings.administrator_key is None
