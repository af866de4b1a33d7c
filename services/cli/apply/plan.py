"""What differs between a thing as it is and as it is wanted: the fields to name in an update, none where it is so."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.cli.apply.manifest import WantedServerResponse
from services.core.catalog import StoredEnvironment
from services.core.ids import ServerResponseId
from services.core.masks import FieldTable
from services.core.mock_rules import MOCK_FIELDS, SERVER_RESPONSE_FIELDS, draft_of_mock, draft_of_server_response
from services.core.mocks import Mock, MockDraft, ServerResponse, ServerResponseDraft
from services.core.postman.environment import Environment

SINGLE_FIELDS: FieldTable = {field: path for field, path in MOCK_FIELDS.items() if field != "config"}
"""The fields of a mock that stand for themselves."""


def mock_changes(mock: Mock, wanted: MockDraft) -> tuple[str, ...]:
    """Return the fields in which a mock is not as wanted.

    A deactivated one names its collection too: pointing it at what is there again makes it answer again.
    """
    changes = _changes(draft_of_mock(mock), wanted, SINGLE_FIELDS)
    if mock.is_deactivated and "collection_id" not in changes:
        return ("collection_id", *changes)
    return changes


def server_response_changes(present: ServerResponse, wanted: ServerResponseDraft) -> tuple[str, ...]:
    """Return the fields in which a server response is not as wanted."""
    return _changes(draft_of_server_response(present), wanted, SERVER_RESPONSE_FIELDS)


def environment_changes(present: StoredEnvironment, wanted: Environment) -> tuple[str, ...]:
    """Return what of an environment is not as wanted: `name`, `variables`."""
    return tuple(field for field in ("name", "variables") if getattr(present, field) != getattr(wanted, field))


def with_active(
    draft: MockDraft, mock: Mock, wanted: Sequence[WantedServerResponse] | None, ids: Sequence[ServerResponseId]
) -> MockDraft:
    """Return a mock's draft with the server response that is to be active; the present one where nobody speaks of it.

    ids: of the wanted server responses, in their order.
    """
    if wanted is None:
        active = mock.config.server_response_id
    else:
        active = next((found for each, found in zip(wanted, ids, strict=True) if each.is_active), None)
    return replace(draft, config=replace(draft.config, server_response_id=active))


def _changes(present: object, wanted: object, table: FieldTable) -> tuple[str, ...]:
    return tuple(field for field, path in table.items() if _at(present, path) != _at(wanted, path))


def _at(value: Any, path: Sequence[str]) -> object:
    for name in path:
        value = getattr(value, name)
    return value
