"""Server responses: made, activated, changed and removed, and each reason why one of these fails."""

import asyncio
from dataclasses import replace

import pytest

from services.core.access.principal import Role
from services.core.errors import InvalidInput, NotFound, PermissionDenied, StaleEtag
from services.core.mock_rules import SERVER_RESPONSE_FIELDS
from services.core.mocks import Mock, MockConfig, MockDraft, ServerResponse, ServerResponseDraft
from services.wire.registry_client import RegistryClient
from tests.services.registry.running import SHOP, RunningCatalog, RunningRegistry

OUTAGE = ServerResponseDraft(
    name="Outage",
    status_code=503,
    headers=(("Retry-After", "120"), ("X-Blank", ""), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=\xfc")),
    language="json",
    body=b'{"error": "\x00\xff"}',
)


@pytest.fixture
async def mock(mocking: RunningRegistry, catalog: RunningCatalog) -> Mock:
    """Return a mock of the shop."""
    return await mocking.mock_of(await catalog.import_shop())


async def activate(registry: RunningRegistry, response: ServerResponse) -> Mock:
    draft = MockDraft(config=MockConfig(server_response_id=response.id))
    return await registry.administrator.update_mock(response.mock_id, draft, fields=["config.server_response_id"])


async def test_a_server_response_keeps_everything_and_is_not_active_yet(mock: Mock, mocking: RunningRegistry) -> None:
    editor = await mocking.user(Role.EDITOR)
    (user, _) = await editor.get_caller()

    made = await editor.create_server_response(f"1-{mock.id}", OUTAGE)

    assert OUTAGE == ServerResponseDraft(
        name=made.name,
        status_code=made.status_code,
        headers=made.headers,
        language=made.language,
        body=made.body,
    )
    assert (mock.id, user.id, user.id) == (made.mock_id, made.created_by, made.updated_by)
    assert made == await editor.get_server_response(mock.id, made.id)
    assert (mock, None) == await editor.get_mock(mock.id)


async def test_the_active_server_response_comes_with_the_mock(mock: Mock, mocking: RunningRegistry) -> None:
    first, second = [await mocking.administrator.create_server_response(mock.id, OUTAGE) for _ in range(2)]

    assert (await activate(mocking, first), first) == await mocking.service.get_mock(mock.id)
    assert (await activate(mocking, second), second) == await mocking.service.get_mock(mock.id)
    cleared = await mocking.administrator.update_mock(mock.id, MockDraft(), fields=["config.server_response_id"])
    assert (cleared, None) == await mocking.service.get_mock(mock.id)


async def test_the_server_response_of_another_mock_cannot_be_active(mock: Mock, mocking: RunningRegistry) -> None:
    other = await mocking.mock_of(SHOP)
    response = await mocking.administrator.create_server_response(other.id, OUTAGE)

    with pytest.raises(NotFound) as refused:
        await activate(mocking, replace(response, mock_id=mock.id))
    assert ("server_response", response.id) == (refused.value.kind, refused.value.identity)


async def test_an_update_changes_the_named_fields_alone(mock: Mock, mocking: RunningRegistry) -> None:
    made = await mocking.administrator.create_server_response(mock.id, OUTAGE)
    draft = ServerResponseDraft(name="unused", status_code=500, headers=(("X-A", "1"),), body=b"new")

    changed = await mocking.administrator.update_server_response(
        mock.id, made.id, draft, fields=["status_code", "body"]
    )

    assert replace(made, status_code=500, body=b"new", etag=changed.etag, update_time=changed.update_time) == changed
    assert made.etag != changed.etag
    assert changed == await mocking.administrator.get_server_response(mock.id, made.id)


async def test_wrong_fields_are_named_and_nothing_is_written(mock: Mock, mocking: RunningRegistry) -> None:
    made = await mocking.administrator.create_server_response(mock.id, OUTAGE)
    wrong = ServerResponseDraft(name="a\0b", status_code=499, headers=(("A", "1\r\nEvil: 1"),), language="cobol")
    named = ["server_response.name", "server_response.status_code", "server_response.language"]

    for call in (
        mocking.administrator.create_server_response(mock.id, wrong),
        mocking.administrator.update_server_response(mock.id, made.id, wrong, fields=list(SERVER_RESPONSE_FIELDS)),
    ):
        with pytest.raises(InvalidInput) as refused:
            await call
        assert [*named, "server_response.headers[0].value"] == [each.field for each in refused.value.violations]
    for fields in ([], ["mock_id"]):
        with pytest.raises(InvalidInput, match="update_mask"):
            await mocking.administrator.update_server_response(mock.id, made.id, OUTAGE, fields=fields)
    assert [made] == [kept async for kept in mocking.administrator.list_server_responses(mock.id)]


async def test_a_stale_etag_changes_nothing(mock: Mock, mocking: RunningRegistry) -> None:
    administrator = mocking.administrator
    made = await administrator.create_server_response(mock.id, OUTAGE)
    draft = ServerResponseDraft(name="Renamed")
    renamed = await administrator.update_server_response(mock.id, made.id, draft, fields=["name"], etag=made.etag)

    with pytest.raises(StaleEtag):
        await administrator.update_server_response(mock.id, made.id, OUTAGE, fields=["name"], etag=made.etag)
    with pytest.raises(StaleEtag):
        await administrator.delete_server_response(mock.id, made.id, etag=made.etag)

    assert renamed == await administrator.get_server_response(mock.id, made.id)
    await administrator.delete_server_response(mock.id, made.id, etag=renamed.etag)
    with pytest.raises(NotFound):
        await administrator.get_server_response(mock.id, made.id)


async def test_a_repeated_create_answers_with_the_first_one(mock: Mock, mocking: RunningRegistry) -> None:
    tries = await asyncio.gather(
        *(mocking.administrator.create_server_response(mock.id, OUTAGE, request_id="once") for _ in range(3))
    )

    assert [tries[0]] * 3 == tries


async def test_they_are_listed_oldest_first_in_pages(mock: Mock, mocking: RunningRegistry) -> None:
    administrator = mocking.administrator
    made = [
        await administrator.create_server_response(mock.id, replace(OUTAGE, name=f"Outage {number}"))
        for number in range(3)
    ]

    first = await administrator.list_server_responses_page(mock.id, page_size=2)
    second = await administrator.list_server_responses_page(mock.id, page_token=first.next_page_token)

    assert made == [*first.rows, *second.rows]
    assert second.next_page_token == ""
    assert made == [response async for response in administrator.list_server_responses(f"1-{mock.id}")]
    other = await mocking.mock_of(SHOP)
    with pytest.raises(InvalidInput, match="page_token"):
        await administrator.list_server_responses_page(other.id, page_token=first.next_page_token)


async def test_removing_the_active_one_deactivates_it_first(mock: Mock, mocking: RunningRegistry) -> None:
    active, spare = [await mocking.administrator.create_server_response(mock.id, OUTAGE) for _ in range(2)]
    activated = await activate(mocking, active)

    await mocking.administrator.delete_server_response(mock.id, spare.id)
    assert (activated, active) == await mocking.service.get_mock(mock.id)

    await mocking.administrator.delete_server_response(mock.id, active.id)
    (kept, none) = await mocking.service.get_mock(mock.id)
    assert none is None
    assert kept.config.server_response_id is None
    assert activated.etag != kept.etag


async def test_removing_a_mock_removes_its_server_responses(mock: Mock, mocking: RunningRegistry) -> None:
    response = await mocking.administrator.create_server_response(mock.id, OUTAGE)
    await activate(mocking, response)

    await mocking.administrator.delete_mock(mock.id)

    with pytest.raises(NotFound):
        await mocking.administrator.get_server_response(mock.id, response.id)


async def test_activating_and_removing_at_once_never_leave_a_mock_without_its_active_one(
    mock: Mock, mocking: RunningRegistry
) -> None:
    for _ in range(5):
        response = await mocking.administrator.create_server_response(mock.id, OUTAGE)
        outcomes = await asyncio.gather(
            activate(mocking, response),
            mocking.administrator.delete_server_response(mock.id, response.id),
            return_exceptions=True,
        )

        assert isinstance(outcomes[0], Mock | NotFound)
        assert outcomes[1] is None
        (kept, active) = await mocking.service.get_mock(mock.id)
        assert (None, None) == (kept.config.server_response_id, active)


async def test_viewers_read_and_do_not_write(mock: Mock, mocking: RunningRegistry) -> None:
    viewer = await mocking.user(Role.VIEWER)
    made = await mocking.administrator.create_server_response(mock.id, OUTAGE)

    assert made == await viewer.get_server_response(mock.id, made.id)
    assert [made] == [seen async for seen in viewer.list_server_responses(mock.id)]
    for write in (
        viewer.create_server_response(mock.id, OUTAGE),
        viewer.update_server_response(mock.id, made.id, OUTAGE, fields=["name"]),
        viewer.delete_server_response(mock.id, made.id),
    ):
        with pytest.raises(PermissionDenied):
            await write


async def calls_about(client: RegistryClient, mock_id: str, response_id: str) -> list[str]:
    """Make every call about a server response, expect each to find nothing, and return what was not found."""
    kinds = []
    for call in (
        client.get_server_response(mock_id, response_id),
        client.update_server_response(mock_id, response_id, OUTAGE, fields=["name"]),
        client.delete_server_response(mock_id, response_id),
    ):
        with pytest.raises(NotFound) as refused:
            await call
        kinds.append(refused.value.kind)
    return kinds


async def test_what_is_not_there_or_of_another_account_is_not_found(mock: Mock, mocking: RunningRegistry) -> None:
    made = await mocking.administrator.create_server_response(mock.id, OUTAGE)
    stranger = await mocking.stranger()

    assert {"mock", "server_response"} >= set(await calls_about(stranger, mock.id, made.id))
    for response_id in ("", "nothing", "a\0b"):
        assert ["server_response"] * 3 == await calls_about(mocking.administrator, mock.id, response_id)
    with pytest.raises(NotFound):
        await stranger.create_server_response(mock.id, OUTAGE)
    with pytest.raises(NotFound):
        await stranger.list_server_responses_page(mock.id)
    with pytest.raises(NotFound):
        await mocking.administrator.list_server_responses_page("a\0b")
