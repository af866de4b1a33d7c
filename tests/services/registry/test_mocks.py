"""Mocks: made, read, listed, changed, switched and removed, and each reason why one of these fails."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from services.core.access.accounts import FIRST_ACCOUNT
from services.core.access.principal import Role
from services.core.access.visibility import Visibility
from services.core.errors import FailedPrecondition, InvalidInput, NotFound, PermissionDenied, StaleEtag
from services.core.ids import CollectionId, ServerResponseId, uid_of
from services.core.matching.settings import MatchSettings
from services.core.mock_rules import MOCK_FIELDS
from services.core.mocks import Delay, Mock, MockConfig, MockDraft
from services.wire.registry_client import RegistryClient
from tests.services.registry.running import SHOP, RunningCatalog, RunningRegistry, running_registry

FULL_CONFIG = MockConfig(
    match_settings=MatchSettings(
        match_headers=("X-Tenant", "accept"),
        match_body=True,
        match_query_params=False,
        match_wildcards=False,
        fuzzy_paths=False,
        placeholder_wildcards=False,
        base_path_fallback=False,
    ),
    delay=Delay(duration=timedelta(milliseconds=1, microseconds=500)),
    seed="release 12",
)


SETTINGS = {field: path for field, path in MOCK_FIELDS.items() if "match_settings" in path}
SETTING_NAMES = [name for *_, name in SETTINGS.values()]


@pytest.fixture
async def mock(mocking: RunningRegistry, catalog: RunningCatalog) -> Mock:
    """Return a mock of the shop in account 1."""
    return await mocking.mock_of(await catalog.import_shop(), name="Shop mock")


async def test_a_mock_made_of_a_collection_alone_has_defaults_and_a_url(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    await catalog.import_shop(name="My shop")
    editor = await mocking.user(Role.EDITOR)
    (user, account) = await editor.get_caller()

    mock = await editor.create_mock(MockDraft(collection_id=SHOP))

    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", mock.id)
    assert mock.name == "My shop"
    assert mock.account_id == account.id
    assert mock.collection_id == SHOP
    assert f"http://localhost:8080/mocks/{mock.id}" == mock.url
    assert mock.visibility is Visibility.PUBLIC
    assert MockConfig() == mock.config
    assert (user.id, user.id) == (mock.created_by, mock.updated_by)
    assert mock.create_time == mock.update_time
    assert not mock.is_deactivated
    assert (mock.environment_id, mock.release_tag) == (None, None)
    assert (mock, None) == await editor.get_mock(mock.id)


async def test_a_mock_keeps_everything_it_was_made_with(mocking: RunningRegistry, catalog: RunningCatalog) -> None:
    collection_id = await catalog.import_shop()
    draft = MockDraft(
        name="Shop, slow",
        description="Answers *slowly*.",
        collection_id=collection_id,
        visibility=Visibility.PRIVATE,
        config=FULL_CONFIG,
    )

    made = await mocking.administrator.create_mock(draft)
    (kept, _) = await mocking.administrator.get_mock(made.id)

    assert made == kept
    assert draft == MockDraft(
        name=kept.name,
        description=kept.description,
        collection_id=kept.collection_id,
        visibility=kept.visibility,
        config=kept.config,
    )


async def test_the_url_follows_the_template(database_url: str, catalog: RunningCatalog) -> None:
    await catalog.import_shop()
    template = "https://{mock_id}.mock.example"
    async with running_registry(database_url, catalog=catalog.address, mock_url_template=template) as registry:
        mock = await registry.mock_of(SHOP)

        assert f"https://{mock.id}.mock.example" == mock.url


async def test_ids_may_be_given_as_uids(mocking: RunningRegistry, catalog: RunningCatalog) -> None:
    collection_id = await catalog.import_shop()
    mock = await mocking.mock_of(CollectionId(uid_of(FIRST_ACCOUNT, collection_id)))
    uid = uid_of(mock.account_id, mock.id)

    assert collection_id == mock.collection_id
    assert (mock, None) == await mocking.administrator.get_mock(uid)
    page = await mocking.administrator.list_mocks_page(collection_id=f"1-{collection_id}")
    assert [mock] == list(page.rows)
    renamed = await mocking.administrator.update_mock(uid, MockDraft(name="Renamed"), fields=["name"])
    assert renamed.name == "Renamed"
    await mocking.administrator.delete_mock(uid)
    with pytest.raises(NotFound):
        await mocking.administrator.get_mock(mock.id)


async def test_a_repeated_create_answers_with_the_first_mock(mocking: RunningRegistry, catalog: RunningCatalog) -> None:
    draft = MockDraft(collection_id=await catalog.import_shop())
    administrator = mocking.administrator

    tries = await asyncio.gather(*(administrator.create_mock(draft, request_id="once") for _ in range(5)))
    await catalog.editor.delete_collection(SHOP)
    late = await administrator.create_mock(draft, request_id="once")

    assert {tries[0].id} == {mock.id for mock in tries}
    assert tries[0].id == late.id
    assert [tries[0].id] == [mock.id async for mock in administrator.list_mocks()]


async def test_a_request_id_serves_one_kind_of_call_and_one_account(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    await catalog.import_shop()
    await mocking.administrator.create_account("Second", request_id="one")

    with pytest.raises(InvalidInput, match="request_id"):
        await mocking.administrator.create_mock(MockDraft(collection_id=SHOP), request_id="one")
    with pytest.raises(InvalidInput, match="request_id"):
        await mocking.administrator.create_mock(MockDraft(collection_id=SHOP), request_id="nul\0")


async def test_a_retry_of_a_create_whose_mock_was_removed_finds_nothing(
    mocking: RunningRegistry, catalog: RunningCatalog
) -> None:
    draft = MockDraft(collection_id=await catalog.import_shop())
    made = await mocking.administrator.create_mock(draft, request_id="again")
    await mocking.administrator.delete_mock(made.id)

    with pytest.raises(NotFound):
        await mocking.administrator.create_mock(draft, request_id="again")


async def test_wrong_fields_are_named_and_nothing_is_made(mocking: RunningRegistry, catalog: RunningCatalog) -> None:
    await catalog.import_shop()
    config = MockConfig(
        match_settings=MatchSettings(match_headers=("ok", "not ok")), delay=Delay(duration=timedelta(seconds=181))
    )

    with pytest.raises(InvalidInput) as refused:
        await mocking.administrator.create_mock(MockDraft(name="a\0b", release_tag="c\0d", config=config))

    assert [
        "mock.name",
        "mock.collection_id",
        "mock.release_tag",
        "mock.config.match_headers[1]",
        "mock.config.delay.duration",
    ] == [violation.field for violation in refused.value.violations]
    assert [] == [mock async for mock in mocking.administrator.list_mocks()]


async def test_a_preset_sets_the_duration(mock: Mock, mocking: RunningRegistry) -> None:
    slow = MockConfig(delay=Delay(duration=timedelta(), preset="1"))
    made = await mocking.mock_of(SHOP, config=slow)
    changed = await mocking.administrator.update_mock(
        mock.id,
        MockDraft(config=MockConfig(delay=Delay(duration=timedelta(seconds=5), preset="2"))),
        fields=["config.delay"],
    )

    assert Delay(duration=timedelta(milliseconds=300), preset="1") == made.config.delay
    assert Delay(duration=timedelta(milliseconds=100), preset="2") == changed.config.delay


async def test_an_update_changes_the_named_fields_alone(mock: Mock, mocking: RunningRegistry) -> None:
    editor = await mocking.user(Role.EDITOR)
    (user, _) = await editor.get_caller()
    draft = MockDraft(name="Renamed", description="unused", visibility=Visibility.PRIVATE, config=FULL_CONFIG)

    changed = await editor.update_mock(mock.id, draft, fields=["name", "config.match_headers", "config.delay"])

    settings = replace(MatchSettings(), match_headers=FULL_CONFIG.match_settings.match_headers)
    assert (
        replace(
            mock,
            name="Renamed",
            config=MockConfig(match_settings=settings, delay=FULL_CONFIG.delay),
            updated_by=user.id,
            update_time=changed.update_time,
            etag=changed.etag,
        )
        == changed
    )
    assert mock.update_time < changed.update_time
    assert mock.etag != changed.etag


async def test_each_setting_of_the_config_changes_alone(mock: Mock, mocking: RunningRegistry) -> None:
    changed = mock
    for number, (field, (*_, name)) in enumerate(SETTINGS.items(), start=1):
        changed = await mocking.administrator.update_mock(mock.id, MockDraft(config=FULL_CONFIG), fields=[field])

        settings = changed.config.match_settings
        assert getattr(FULL_CONFIG.match_settings, name) == getattr(settings, name)
        assert number == sum(getattr(settings, name) != getattr(MatchSettings(), name) for name in SETTING_NAMES)
    assert FULL_CONFIG.match_settings == changed.config.match_settings


async def test_a_seed_is_given_and_taken_away_alone(mock: Mock, mocking: RunningRegistry) -> None:
    seeded = await mocking.administrator.update_mock(mock.id, MockDraft(config=FULL_CONFIG), fields=["config.seed"])
    without = await mocking.administrator.update_mock(mock.id, MockDraft(), fields=["config.seed"])

    assert replace(mock.config, seed="release 12") == seeded.config
    assert mock.config == without.config


async def test_the_whole_config_changes_at_once(mock: Mock, mocking: RunningRegistry) -> None:
    full = await mocking.administrator.update_mock(mock.id, MockDraft(config=FULL_CONFIG), fields=["config"])
    bare = await mocking.administrator.update_mock(mock.id, MockDraft(), fields=["config"])

    assert FULL_CONFIG == full.config
    assert MockConfig() == bare.config


async def test_an_update_of_no_field_or_of_an_unknown_one_is_refused(mock: Mock, mocking: RunningRegistry) -> None:
    for fields in ([], ["mock_url"], ["name", "etag"]):
        with pytest.raises(InvalidInput, match="update_mask"):
            await mocking.administrator.update_mock(mock.id, MockDraft(name="Renamed"), fields=fields)

    assert (mock, None) == await mocking.administrator.get_mock(mock.id)


async def test_an_update_that_would_make_the_mock_wrong_is_refused(mock: Mock, mocking: RunningRegistry) -> None:
    with pytest.raises(InvalidInput, match=r"mock\.name"):
        await mocking.administrator.update_mock(mock.id, MockDraft(name=""), fields=["name"])
    with pytest.raises(InvalidInput, match=r"mock\.collection_id"):
        await mocking.administrator.update_mock(mock.id, MockDraft(), fields=["collection_id"])


async def test_a_server_response_that_is_not_the_mocks_own_cannot_be_active(
    mock: Mock, mocking: RunningRegistry
) -> None:
    config = MockConfig(server_response_id=ServerResponseId("nothing"))

    with pytest.raises(NotFound) as refused:
        await mocking.administrator.update_mock(mock.id, MockDraft(config=config), fields=["config.server_response_id"])
    assert ("server_response", "nothing") == (refused.value.kind, refused.value.identity)
    with pytest.raises(NotFound):
        await mocking.mock_of(SHOP, config=config)


async def test_a_stale_etag_changes_nothing(mock: Mock, mocking: RunningRegistry) -> None:
    administrator = mocking.administrator
    renamed = await administrator.update_mock(mock.id, MockDraft(name="First"), fields=["name"], etag=mock.etag)

    with pytest.raises(StaleEtag):
        await administrator.update_mock(mock.id, MockDraft(name="Second"), fields=["name"], etag=mock.etag)
    with pytest.raises(StaleEtag):
        await administrator.update_mock(
            mock.id, MockDraft(collection_id=SHOP), fields=["collection_id"], etag=mock.etag
        )
    with pytest.raises(StaleEtag):
        await administrator.delete_mock(mock.id, etag=mock.etag)

    assert (renamed, None) == await administrator.get_mock(mock.id)
    await administrator.delete_mock(mock.id, etag=renamed.etag)
    with pytest.raises(NotFound):
        await administrator.get_mock(mock.id)


async def test_of_twenty_updates_at_once_with_one_etag_one_wins(mock: Mock, mocking: RunningRegistry) -> None:
    async def rename(number: int) -> bool:
        try:
            await mocking.administrator.update_mock(
                mock.id, MockDraft(name=f"Number {number}"), fields=["name"], etag=mock.etag
            )
        except StaleEtag:
            return False
        return True

    won = await asyncio.gather(*map(rename, range(20)))

    assert won.count(True) == 1
    (kept, _) = await mocking.administrator.get_mock(mock.id)
    assert f"Number {won.index(True)}" == kept.name


async def test_twenty_updates_of_different_fields_at_once_all_take_place(mock: Mock, mocking: RunningRegistry) -> None:
    async def change(number: int) -> None:
        draft, field = [
            (MockDraft(name="Renamed"), "name"),
            (MockDraft(description="Described"), "description"),
            (MockDraft(config=FULL_CONFIG), "config.delay"),
            (MockDraft(visibility=Visibility.PRIVATE), "visibility"),
        ][number % 4]
        await mocking.administrator.update_mock(mock.id, draft, fields=[field])

    await asyncio.gather(*map(change, range(20)))

    (kept, _) = await mocking.administrator.get_mock(mock.id)
    assert ("Renamed", "Described", FULL_CONFIG.delay, Visibility.PRIVATE) == (
        kept.name,
        kept.description,
        kept.config.delay,
        kept.visibility,
    )


async def test_publishing_and_unpublishing_switch_once(mock: Mock, mocking: RunningRegistry) -> None:
    administrator = mocking.administrator

    with pytest.raises(FailedPrecondition, match="public already"):
        await administrator.publish_mock(mock.id)
    assert (await administrator.unpublish_mock(mock.id)).visibility is Visibility.PRIVATE
    with pytest.raises(FailedPrecondition, match="private already"):
        await administrator.unpublish_mock(mock.id)
    assert (await administrator.publish_mock(mock.id)).visibility is Visibility.PUBLIC


async def test_mocks_are_listed_oldest_first_in_pages(mocking: RunningRegistry, catalog: RunningCatalog) -> None:
    await catalog.import_shop()
    made = [await mocking.mock_of(SHOP, name=f"Mock {number}") for number in range(5)]
    administrator = mocking.administrator

    first = await administrator.list_mocks_page(page_size=2)
    second = await administrator.list_mocks_page(page_size=2, page_token=first.next_page_token)
    third = await administrator.list_mocks_page(page_size=2, page_token=second.next_page_token)

    assert made == [*first.rows, *second.rows, *third.rows]
    assert third.next_page_token == ""
    assert made == [mock async for mock in administrator.list_mocks()]
    assert made == list((await administrator.list_mocks_page(page_size=5)).rows)
    with pytest.raises(InvalidInput, match="page_token"):
        await administrator.list_mocks_page(page_token=first.next_page_token, collection_id=SHOP)
    with pytest.raises(InvalidInput, match="page_token"):
        await administrator.list_mocks_page(page_token="rubbish")  # noqa: S106 -- a token of a page is no secret
    with pytest.raises(InvalidInput, match="page_size"):
        await administrator.list_mocks_page(page_size=-1)


async def test_a_list_can_keep_the_mocks_of_one_collection(mock: Mock, mocking: RunningRegistry) -> None:
    administrator = mocking.administrator

    assert [mock] == [kept async for kept in administrator.list_mocks(collection_id=SHOP)]
    assert [] == [kept async for kept in administrator.list_mocks(collection_id="another")]
    with pytest.raises(InvalidInput, match="collection_id"):
        await administrator.list_mocks_page(collection_id="a\0b")


async def test_viewers_read_and_do_not_write(mock: Mock, mocking: RunningRegistry) -> None:
    viewer = await mocking.user(Role.VIEWER)

    assert (mock, None) == await viewer.get_mock(mock.id)
    assert [mock] == [seen async for seen in viewer.list_mocks()]
    for write in (
        viewer.create_mock(MockDraft(collection_id=SHOP)),
        viewer.update_mock(mock.id, MockDraft(name="Renamed"), fields=["name"]),
        viewer.delete_mock(mock.id),
        viewer.publish_mock(mock.id),
        viewer.unpublish_mock(mock.id),
    ):
        with pytest.raises(PermissionDenied):
            await write


async def calls_about(client: RegistryClient, mock_id: str) -> None:
    """Make every call about one mock, and expect each to find none."""
    for call in (
        client.get_mock(mock_id),
        client.update_mock(mock_id, MockDraft(name="Renamed"), fields=["name"]),
        client.update_mock(mock_id, MockDraft(collection_id=SHOP), fields=["collection_id"]),
        client.delete_mock(mock_id),
        client.publish_mock(mock_id),
        client.unpublish_mock(mock_id),
    ):
        with pytest.raises(NotFound) as refused:
            await call
        assert refused.value.kind == "mock"


async def test_a_mock_of_another_account_is_not_found(mock: Mock, mocking: RunningRegistry) -> None:
    stranger = await mocking.stranger()

    await calls_about(stranger, mock.id)
    await calls_about(stranger, uid_of(mock.account_id, mock.id))
    assert [] == [seen async for seen in stranger.list_mocks()]


async def test_what_is_no_id_of_a_mock_is_not_found(registry: RunningRegistry) -> None:
    for mock_id in ("", "nothing", "a\0b", "💥" * 1_000):
        await calls_about(registry.administrator, mock_id)


async def test_a_service_finds_any_accounts_mock_and_writes_none(mock: Mock, mocking: RunningRegistry) -> None:
    assert (mock, None) == await mocking.service.get_mock(mock.id)
    for call in (
        mocking.service.create_mock(MockDraft(collection_id=SHOP)),
        mocking.service.list_mocks_page(),
        mocking.service.update_mock(mock.id, MockDraft(name="Renamed"), fields=["name"]),
        mocking.service.delete_mock(mock.id),
    ):
        with pytest.raises(PermissionDenied):
            await call
