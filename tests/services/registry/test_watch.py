"""The watch stream: in order, without a gap, resumed where it broke, and to each caller what that caller may know."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import asyncpg
import pytest

from services.core.access.api_keys import KeyDigest, digest_of
from services.core.access.principal import Role
from services.core.changes import ChangeKind, RegistryChange, RegistrySubject, Watched
from services.core.errors import RevisionExpired, Unauthenticated, Unavailable
from services.core.ids import Revision
from services.core.mocks import MockConfig, MockDraft, ServerResponseDraft
from services.runtime import watch_stream
from services.wire import key_ring
from services.wire.authentication import credentials_of
from services.wire.key_ring import watched_keys
from services.wire.registry_client import RegistryClient
from tests.services.registry.running import ADMINISTRATOR_KEY, RunningCatalog, RunningRegistry
from tests.services.waiting import until

Stream = AsyncGenerator[Watched[RegistryChange], None]


async def next_change(stream: Stream) -> RegistryChange:
    """Return the next change, bookmarks skipped."""
    async with asyncio.timeout(10):
        while (change := (await anext(stream)).change) is None:
            continue
        return change


async def started(stream: Stream) -> Revision:
    """Wait for the bookmark that a stream begins with, and return its revision."""
    async with asyncio.timeout(10):
        first = await anext(stream)
    assert first.change is None
    return first.revision


async def test_every_write_of_a_mock_is_told(mocking: RunningRegistry, catalog: RunningCatalog) -> None:
    collection_id = await catalog.import_shop()
    administrator = mocking.administrator
    async with aclosing(mocking.service.watch(None)) as stream:
        await started(stream)

        mock = await administrator.create_mock(MockDraft(collection_id=collection_id))
        response = await administrator.create_server_response(
            mock.id, ServerResponseDraft(name="Outage", status_code=503)
        )
        active = MockDraft(config=MockConfig(server_response_id=response.id))
        await administrator.update_mock(mock.id, active, fields=["config.server_response_id"])
        await administrator.update_server_response(
            mock.id, response.id, ServerResponseDraft(status_code=500), fields=["status_code"]
        )
        await administrator.delete_server_response(mock.id, response.id)
        await administrator.unpublish_mock(mock.id)
        await administrator.delete_mock(mock.id)
        told = [await next_change(stream) for _ in range(6)]

    assert [ChangeKind.WRITTEN] * 5 + [ChangeKind.DELETED] == [change.kind for change in told]
    assert {(RegistrySubject.MOCK, mock.account_id, str(mock.id), None)} == {
        (change.subject, change.account_id, change.id, change.key_digest) for change in told
    }
    assert all(mock.create_time <= change.change_time for change in told)


async def test_services_are_told_of_keys_with_their_digests(registry: RunningRegistry) -> None:
    administrator = registry.administrator
    user = await administrator.create_user("ada", role=Role.VIEWER)
    async with aclosing(registry.service.watch(None)) as stream:
        await started(stream)

        key, secret = await administrator.create_api_key("hers", user_id=user.id)
        made = await next_change(stream)
        await administrator.update_user(user.id, role=Role.EDITOR)
        promoted = await next_change(stream)
        await administrator.revoke_api_key(key.id)
        revoked = await next_change(stream)
        _, _ = await administrator.create_api_key("her last", user_id=user.id)
        last = await next_change(stream)
        await administrator.delete_user(user.id)
        gone = await next_change(stream)

    def digest(role: Role) -> KeyDigest:
        return KeyDigest(
            api_key_id=key.id, digest=digest_of(secret), account_id=user.account_id, user_id=user.id, role=role
        )

    assert (ChangeKind.WRITTEN, key.id, digest(Role.VIEWER)) == (made.kind, made.id, made.key_digest)
    assert (ChangeKind.WRITTEN, key.id, digest(Role.EDITOR)) == (promoted.kind, promoted.id, promoted.key_digest)
    assert (ChangeKind.DELETED, key.id, None) == (revoked.kind, revoked.id, revoked.key_digest)
    assert (ChangeKind.DELETED, last.id, None) == (gone.kind, gone.id, gone.key_digest)


async def test_users_are_told_of_their_own_accounts_mocks_and_of_no_keys(
    mocking: RunningRegistry, catalog: RunningCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_stream, "BOOKMARK_SECONDS", 0.3)
    collection_id = await catalog.import_shop()
    stranger = await mocking.stranger(Role.ADMINISTRATOR)
    viewer = await mocking.user(Role.VIEWER)
    async with (
        aclosing(viewer.watch(None)) as ours,
        aclosing(stranger.watch(None)) as theirs,
        aclosing(mocking.service.watch(None)) as everything,
    ):
        began = await started(ours)
        await started(theirs)
        await started(everything)
        await mocking.administrator.create_api_key("a key")
        mock = await mocking.mock_of(collection_id)
        assert RegistrySubject.API_KEY is (await next_change(everything)).subject
        assert (RegistrySubject.MOCK, str(mock.id)) == told_of(await next_change(everything))
        assert (RegistrySubject.MOCK, str(mock.id)) == told_of(await next_change(ours))

        async with asyncio.timeout(10):
            while (bookmark := await anext(theirs)).revision < began + 2:
                assert bookmark.change is None
    assert Watched(Revision(began + 2)) == bookmark


def told_of(change: RegistryChange) -> tuple[RegistrySubject, str]:
    return change.subject, change.id


async def test_a_stream_resumes_behind_any_revision(registry: RunningRegistry) -> None:
    async with aclosing(registry.service.watch(None)) as stream:
        began = await started(stream)
    keys = [(await registry.administrator.create_api_key(f"Key {number}"))[0].id for number in range(4)]

    for seen in range(4):
        async with aclosing(registry.service.watch(Revision(began + seen))) as stream:
            assert began + seen == await started(stream)
            assert keys[seen:] == [(await next_change(stream)).id for _ in keys[seen:]]


async def test_nothing_is_missed_of_twenty_writers_at_once(registry: RunningRegistry) -> None:
    async with aclosing(registry.service.watch(None)) as stream:
        began = await started(stream)

        async def write(number: int) -> list[str]:
            return [(await registry.administrator.create_api_key(f"Key {number} {turn}"))[0].id for turn in range(5)]

        writing = asyncio.gather(*map(write, range(20)))
        told: list[Watched[RegistryChange]] = []
        async with asyncio.timeout(30):
            while len(told) < 100:
                if (watched := await anext(stream)).change is not None:
                    told.append(watched)
        made = {key_id for ids in await writing for key_id in ids}

    assert list(range(began + 1, began + 101)) == [watched.revision for watched in told]
    assert made == {watched.change.id for watched in told if watched.change is not None}


async def test_a_revision_that_never_was_cannot_be_resumed(registry: RunningRegistry) -> None:
    for revision in (-1, 10**6, 2**63 - 1):
        with pytest.raises(RevisionExpired):
            await started(registry.service.watch(Revision(revision)))


async def test_a_revision_whose_events_are_gone_cannot_be_resumed(registry: RunningRegistry, database_url: str) -> None:
    async with aclosing(registry.service.watch(None)) as stream:
        began = await started(stream)
    await registry.administrator.create_api_key("old")
    await registry.administrator.create_api_key("new")
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM registry.events WHERE revision = $1", began + 1)
    await connection.close()

    with pytest.raises(RevisionExpired):
        await started(registry.service.watch(began))
    async with aclosing(registry.service.watch(Revision(began + 1))) as stream:
        assert began + 1 == await started(stream)


async def test_a_stream_needs_a_key_and_ends_when_the_service_stops(registry: RunningRegistry) -> None:
    with pytest.raises(Unauthenticated):
        await started(registry.service.acting_as(()).watch(None))

    async with aclosing(registry.service.watch(None)) as stream:
        await started(stream)
        for service in registry.parts.services:
            if service.end_streams is not None:
                await service.end_streams()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(anext(stream), 10)


async def test_a_watched_copy_of_the_keys_follows_every_change(registry: RunningRegistry) -> None:
    administrator = registry.administrator
    user = await administrator.create_user("ada", role=Role.VIEWER)
    async with watched_keys(registry.service) as keys:
        assert await keys.find(digest_of(ADMINISTRATOR_KEY)) is not None
        assert await keys.find(digest_of("nothing")) is None

        key, secret = await administrator.create_api_key("hers", user_id=user.id)
        await until(lambda: keys.get(digest_of(secret)) is not None)
        await administrator.update_user(user.id, role=Role.EDITOR)
        await until(lambda: (found := keys.get(digest_of(secret))) is not None and found.role is Role.EDITOR)
        await administrator.revoke_api_key(key.id)
        await until(lambda: keys.get(digest_of(secret)) is None)


async def test_a_copy_that_was_never_filled_cannot_tell(
    registry: RunningRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_ring, "FILL_SECONDS", 0.3)
    a_user = RegistryClient(registry.target.channel, credentials_of(ADMINISTRATOR_KEY))
    async with watched_keys(a_user) as keys:
        with pytest.raises(Unavailable):
            await keys.find(digest_of(ADMINISTRATOR_KEY))


async def test_a_key_that_is_revoked_while_its_users_role_changes_stays_revoked(registry: RunningRegistry) -> None:
    administrator = registry.administrator
    user = await administrator.create_user("ada", role=Role.VIEWER)
    async with watched_keys(registry.service) as keys:
        for turn in range(10):
            key, secret = await administrator.create_api_key("hers", user_id=user.id)
            await until(lambda secret=secret: keys.get(digest_of(secret)) is not None)  # type: ignore[misc] # bound now
            role = Role.EDITOR if turn % 2 == 0 else Role.VIEWER
            await asyncio.gather(administrator.update_user(user.id, role=role), administrator.revoke_api_key(key.id))
            _, marker = await administrator.create_api_key("marker")
            await until(lambda marker=marker: keys.get(digest_of(marker)) is not None)  # type: ignore[misc] # as above

            assert keys.get(digest_of(secret)) is None
