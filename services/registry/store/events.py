"""What the registry tells watchers, as the JSON it is kept as: `x_event(…)` goes in, `change_of(event)` comes out.

{"subject": "mock", "kind": "written", "account": 1, "id": "…"}
{"subject": "api_key", "kind": "written", "account": 1, "id": "…", "digest": "<hex>", "user": 1, "role": 3}
{"subject": "api_key", "kind": "deleted", "account": 1, "id": "…"}
"""

from collections.abc import Mapping
from typing import Any

from services.core.access.api_keys import KeyDigest
from services.core.access.principal import Role
from services.core.changes import ChangeKind, RegistryChange, RegistrySubject
from services.core.ids import AccountId, ApiKeyId, MockId, UserId
from services.runtime.revisions import Event, EventPayload


def mock_event(kind: ChangeKind, account_id: AccountId, mock_id: MockId) -> EventPayload:
    """Return the event of a mock."""
    return {"subject": RegistrySubject.MOCK, "kind": kind, "account": account_id, "id": mock_id}


def key_written_event(key: KeyDigest) -> EventPayload:
    """Return the event of a valid key: made, or its user's role changed."""
    return {
        "subject": RegistrySubject.API_KEY,
        "kind": ChangeKind.WRITTEN,
        "account": key.account_id,
        "id": key.api_key_id,
        "digest": key.digest.hex(),
        "user": key.user_id,
        "role": int(key.role),
    }


def key_revoked_event(account_id: AccountId, api_key_id: ApiKeyId) -> EventPayload:
    """Return the event of a key that is no longer valid."""
    return {
        "subject": RegistrySubject.API_KEY,
        "kind": ChangeKind.DELETED,
        "account": account_id,
        "id": api_key_id,
    }


def change_of(event: Event) -> RegistryChange:
    """Return the change an event tells of."""
    payload: Mapping[str, Any] = event.payload
    return RegistryChange(
        kind=ChangeKind(payload["kind"]),
        subject=RegistrySubject(payload["subject"]),
        account_id=AccountId(payload["account"]),
        id=payload["id"],
        change_time=event.event_time,
        key_digest=_key_digest_of(payload) if "digest" in payload else None,
    )


def _key_digest_of(payload: Mapping[str, Any]) -> KeyDigest:
    return KeyDigest(
        api_key_id=ApiKeyId(payload["id"]),
        digest=bytes.fromhex(payload["digest"]),
        account_id=AccountId(payload["account"]),
        user_id=UserId(payload["user"]),
        role=Role(payload["role"]),
    )
