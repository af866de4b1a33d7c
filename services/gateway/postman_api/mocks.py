"""Mocks ("Get all mock servers", "Create a mock server", "Get …", "Update …", "Delete …", "Publish …", "Unpublish …").

`workspace` is accepted: everything lies in the account's one space. What Postman lets its app alone set, the whole of
`config`, can be set here too.
"""

from collections.abc import AsyncIterator, Callable

from services.core.errors import FailedPrecondition
from services.core.ids import NO_USER, UserId, uid_of
from services.core.mocks import Mock
from services.core.postman.document import JsonObject
from services.gateway.postman_api.api_call import ApiCall
from services.gateway.postman_api.bodies import MAXIMUM_MOCK_BODY, read_body
from services.gateway.postman_api.faults import AlreadyPublished, AlreadyUnpublished, ParameterMissing
from services.gateway.postman_api.mock_body import MockBody, read_mock_body
from services.gateway.postman_api.mock_json import mock_json, written_mock_json

MAXIMUM_ACCOUNT = 2**63 - 1


async def list_mocks(call: ApiCall) -> JsonObject:
    """Return the active mocks that the caller made; with `workspace` or `teamId` those of the whole account."""
    user, account = await call.suite.registry.get_caller()
    team = call.query.integer("teamId", minimum=0, maximum=MAXIMUM_ACCOUNT)
    if call.query.text("workspace") is not None or team == account.id:
        return await _listed(call, lambda _: True)
    if team is not None:
        return {"mocks": []}
    return await _listed(call, _is_of(user.id))


def _is_of(user_id: UserId) -> Callable[[Mock], bool]:
    """Return whether a mock was made by the user, or by the suite itself, which makes them for everybody."""
    return lambda mock: mock.created_by in {user_id, NO_USER}


async def _listed(call: ApiCall, is_wanted: Callable[[Mock], bool]) -> JsonObject:
    active: AsyncIterator[Mock] = (mock async for mock in call.suite.registry.list_mocks() if not mock.is_deactivated)
    return {"mocks": [mock_json(mock) async for mock in active if is_wanted(mock)]}


async def create_mock(call: ApiCall) -> JsonObject:
    """Make a mock of a collection."""
    body = await _body(call)
    if not body.draft.collection_id:
        raise ParameterMissing(["collection"])
    mock = await call.suite.registry.create_mock(body.draft, request_id=call.new_id())
    return {"mock": written_mock_json(mock)}


async def get_mock(call: ApiCall, mock_id: str) -> JsonObject:
    """Return a mock."""
    mock, _ = await call.suite.registry.get_mock(mock_id)
    return {"mock": mock_json(mock)}


async def update_mock(call: ApiCall, mock_id: str) -> JsonObject:
    """Change what the body names, and leave the rest."""
    body = await _body(call)
    if not body.fields:
        mock, _ = await call.suite.registry.get_mock(mock_id)
    else:
        mock = await call.suite.registry.update_mock(mock_id, body.draft, fields=body.fields)
    return {"mock": written_mock_json(mock)}


async def delete_mock(call: ApiCall, mock_id: str) -> JsonObject:
    """Remove a mock."""
    mock, _ = await call.suite.registry.get_mock(mock_id)
    await call.suite.registry.delete_mock(mock.id)
    return {"mock": {"id": mock.id, "uid": uid_of(mock.account_id, mock.id)}}


async def publish_mock(call: ApiCall, mock_id: str) -> JsonObject:
    """Let everybody call a private mock."""
    try:
        mock = await call.suite.registry.publish_mock(mock_id)
    except FailedPrecondition as error:
        raise AlreadyPublished from error
    return {"mock": {"id": mock.id}}


async def unpublish_mock(call: ApiCall, mock_id: str) -> JsonObject:
    """Let only holders of a key call a public mock."""
    try:
        mock = await call.suite.registry.unpublish_mock(mock_id)
    except FailedPrecondition as error:
        raise AlreadyUnpublished from error
    return {"mock": {"id": mock.id}}


async def _body(call: ApiCall) -> MockBody:
    return read_mock_body(read_body(await call.read_body(MAXIMUM_MOCK_BODY)))
