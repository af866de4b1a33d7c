"""The copy of key digests: filled once, changed one by one, silent about what it cannot know."""

import asyncio
from datetime import UTC, datetime

import pytest

from services.core.access.api_keys import KeyDigest
from services.core.access.principal import Role
from services.core.changes import ChangeKind, RegistryChange, RegistrySubject
from services.core.errors import Unavailable
from services.core.ids import AccountId, ApiKeyId, UserId
from services.wire import key_ring
from services.wire.key_ring import KeyCopy


def a_key(name: str, *, digest: bytes = b"") -> KeyDigest:
    return KeyDigest(
        api_key_id=ApiKeyId(name),
        digest=digest or name.encode(),
        account_id=AccountId(1),
        user_id=UserId(1),
        role=Role.VIEWER,
    )


def written(key: KeyDigest) -> RegistryChange:
    return a_change(key.api_key_id, ChangeKind.WRITTEN, key)


def a_change(
    id_: str, kind: ChangeKind, key: KeyDigest | None = None, subject: RegistrySubject = RegistrySubject.API_KEY
) -> RegistryChange:
    return RegistryChange(
        kind=kind, subject=subject, account_id=AccountId(1), id=id_, change_time=datetime.now(UTC), key_digest=key
    )


async def test_a_filled_copy_finds_its_keys_and_no_others() -> None:
    keys = KeyCopy()
    keys.replace_all([a_key("one"), a_key("two")])

    assert a_key("one") == await keys.find(b"one")
    assert await keys.find(b"three") is None


async def test_an_empty_list_fills_the_copy_too() -> None:
    keys = KeyCopy()
    keys.replace_all([])

    assert await keys.find(b"one") is None


async def test_a_new_key_is_found_and_a_revoked_one_is_not() -> None:
    keys = KeyCopy()
    keys.replace_all([a_key("one")])
    keys.apply(written(a_key("two")))
    keys.apply(a_change("one", ChangeKind.WRITTEN))  # What was written was the revocation: no digest any more.

    assert await keys.find(b"one") is None
    assert a_key("two") == await keys.find(b"two")


async def test_a_deleted_key_is_not_found() -> None:
    keys = KeyCopy()
    keys.replace_all([a_key("one")])
    keys.apply(a_change("one", ChangeKind.DELETED))

    assert await keys.find(b"one") is None


async def test_a_key_that_was_written_again_is_found_by_its_new_digest_alone() -> None:
    keys = KeyCopy()
    keys.replace_all([a_key("one")])
    keys.apply(written(a_key("one", digest=b"new")))

    assert await keys.find(b"one") is None
    assert a_key("one", digest=b"new") == await keys.find(b"new")


async def test_a_change_told_twice_or_of_an_unknown_key_does_no_harm() -> None:
    keys = KeyCopy()
    keys.replace_all([])
    for _ in range(2):
        keys.apply(a_change("unknown", ChangeKind.DELETED))
        keys.apply(written(a_key("one")))

    assert a_key("one") == await keys.find(b"one")


async def test_changes_of_mocks_are_none_of_its_business() -> None:
    keys = KeyCopy()
    keys.replace_all([a_key("one")])
    keys.apply(a_change("one", ChangeKind.DELETED, subject=RegistrySubject.MOCK))

    assert a_key("one") == await keys.find(b"one")


async def test_a_caller_who_comes_early_waits_for_the_first_copy() -> None:
    keys = KeyCopy()
    finding = asyncio.create_task(keys.find(b"one"))
    await asyncio.sleep(0)
    keys.replace_all([a_key("one")])

    assert a_key("one") == await finding


async def test_a_copy_that_is_never_filled_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_ring, "FILL_SECONDS", 0.01)

    with pytest.raises(Unavailable, match="registry was not reached"):
        await KeyCopy().find(b"one")
