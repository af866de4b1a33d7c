"""Accounts, users and API keys between protobuf and our dataclasses: `x_message` goes out, `x_of` comes in."""

from collections.abc import Mapping

from understudy.registry.v1 import account_pb2, api_key_pb2, api_key_service_pb2

from services.core.access.accounts import Account, User, UserDraft
from services.core.access.api_keys import ApiKey, KeyDigest
from services.core.access.principal import Principal, Role
from services.core.ids import AccountId, ApiKeyId, Etag, UserId
from services.wire.times import time_of, timestamp_of

ROLES: Mapping[Role, account_pb2.Role.ValueType] = {
    Role.VIEWER: account_pb2.ROLE_VIEWER,
    Role.EDITOR: account_pb2.ROLE_EDITOR,
    Role.ADMINISTRATOR: account_pb2.ROLE_ADMINISTRATOR,
}

ROLE_OF = {message: role for role, message in ROLES.items()}


def account_message(account: Account) -> account_pb2.Account:
    """Return an account as a message."""
    return account_pb2.Account(
        id=account.id, name=account.name, etag=account.etag, create_time=timestamp_of(account.create_time)
    )


def account_of(message: account_pb2.Account) -> Account:
    """Return an account from its message."""
    return Account(
        id=AccountId(message.id),
        name=message.name,
        etag=Etag(message.etag),
        create_time=time_of(message.create_time),
    )


def user_message(user: User) -> account_pb2.User:
    """Return a user as a message."""
    return account_pb2.User(
        id=user.id,
        account_id=user.account_id,
        username=user.username,
        full_name=user.full_name,
        email=user.email,
        role=ROLES[user.role],
        etag=user.etag,
        create_time=timestamp_of(user.create_time),
    )


def user_of(message: account_pb2.User) -> User:
    """Return a user from its message."""
    return User(
        id=UserId(message.id),
        account_id=AccountId(message.account_id),
        username=message.username,
        full_name=message.full_name,
        email=message.email,
        role=ROLE_OF[message.role],
        etag=Etag(message.etag),
        create_time=time_of(message.create_time),
    )


def user_draft_message(draft: UserDraft) -> account_pb2.User:
    """Return what somebody says of a user as a message."""
    return account_pb2.User(
        username=draft.username,
        full_name=draft.full_name,
        email=draft.email,
        role=account_pb2.ROLE_UNSPECIFIED if draft.role is None else ROLES[draft.role],
    )


def user_draft_of(message: account_pb2.User) -> UserDraft:
    """Return what somebody says of a user from the message; a role that is none of ours is None."""
    return UserDraft(
        username=message.username,
        full_name=message.full_name,
        email=message.email,
        role=ROLE_OF.get(message.role),
    )


def api_key_message(key: ApiKey) -> api_key_pb2.ApiKey:
    """Return an API key as a message."""
    return api_key_pb2.ApiKey(
        id=key.id,
        account_id=key.account_id,
        user_id=key.user_id,
        name=key.name,
        hint=key.hint,
        create_time=timestamp_of(key.create_time),
        revoke_time=None if key.revoke_time is None else timestamp_of(key.revoke_time),
    )


def api_key_of(message: api_key_pb2.ApiKey) -> ApiKey:
    """Return an API key from its message."""
    return ApiKey(
        id=ApiKeyId(message.id),
        account_id=AccountId(message.account_id),
        user_id=UserId(message.user_id),
        name=message.name,
        hint=message.hint,
        create_time=time_of(message.create_time),
        revoke_time=time_of(message.revoke_time) if message.HasField("revoke_time") else None,
    )


def key_digest_message(key: KeyDigest) -> api_key_pb2.KeyDigest:
    """Return a key digest as a message."""
    return api_key_pb2.KeyDigest(
        api_key_id=key.api_key_id,
        digest=key.digest,
        account_id=key.account_id,
        user_id=key.user_id,
        role=ROLES[key.role],
    )


def key_digest_of(message: api_key_pb2.KeyDigest) -> KeyDigest:
    """Return a key digest from its message."""
    return KeyDigest(
        api_key_id=ApiKeyId(message.api_key_id),
        digest=message.digest,
        account_id=AccountId(message.account_id),
        user_id=UserId(message.user_id),
        role=ROLE_OF[message.role],
    )


def principal_of(message: api_key_service_pb2.VerifyApiKeyResponse) -> Principal | None:
    """Return whose key was verified, None where it is not valid."""
    if not message.valid:
        return None
    return Principal(
        account_id=AccountId(message.account_id), user_id=UserId(message.user_id), role=ROLE_OF[message.role]
    )


def verified_message(key: KeyDigest | None) -> api_key_service_pb2.VerifyApiKeyResponse:
    """Return whose key was verified as a message; None is no valid key."""
    if key is None:
        return api_key_service_pb2.VerifyApiKeyResponse(valid=False)
    return api_key_service_pb2.VerifyApiKeyResponse(
        valid=True,
        api_key_id=key.api_key_id,
        account_id=key.account_id,
        user_id=key.user_id,
        role=ROLES[key.role],
    )
