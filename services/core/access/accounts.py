"""The nouns of ownership: an account owns everything, users act for it.

The administrators of the first account keep the platform: they make accounts and see them all, so that somebody can
make the first user and key of a new account. Administrators of other accounts see and keep their own alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.core.access.principal import Principal, Role
from services.core.errors import FieldViolation, NotFound, PermissionDenied
from services.core.ids import AccountId, Etag, UserId
from services.core.labels import MAXIMUM_NAME_LENGTH, check, name_violations, text_violations
from services.core.masks import FieldTable, changed

FIRST_ACCOUNT = AccountId(1)
"""Made at the first start; its administrators keep the platform."""

MAXIMUM_EMAIL_LENGTH = 254
"""Characters: the longest address that mail can be sent to (RFC 5321, section 4.5.3.1.3)."""

USER_FIELDS: FieldTable = {
    "username": ("username",),
    "full_name": ("full_name",),
    "email": ("email",),
    "role": ("role",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account. Its number prefixes every uid, for ever."""

    id: AccountId
    name: str
    etag: Etag
    create_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or program that acts for an account."""

    id: UserId
    account_id: AccountId
    username: str
    role: Role
    etag: Etag
    create_time: datetime
    full_name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDraft:
    """What an administrator says of a user; a change reads the named fields alone. Nobody has the role None."""

    username: str = ""
    full_name: str = ""
    email: str = ""
    role: Role | None = None


def is_platform_administrator(principal: Principal) -> bool:
    """Tell whether the caller keeps all accounts."""
    return not principal.is_service and principal.account_id == FIRST_ACCOUNT and principal.role is Role.ADMINISTRATOR


def require_user(principal: Principal, role: Role) -> None:
    """Raise PermissionDenied where the caller is no user of at least this role.

    Services have no account of their own; what they need of registry are mocks, digests and the watch stream.
    """
    if principal.is_service:
        raise PermissionDenied("Only users may do this: send an API key instead of the service token.")
    principal.require(role)


def require_platform_administrator(principal: Principal) -> None:
    """Raise PermissionDenied where the caller does not keep all accounts."""
    require_user(principal, Role.ADMINISTRATOR)
    if not is_platform_administrator(principal):
        raise PermissionDenied("Only administrators of the first account may do this.")


def require_sight_of(principal: Principal, account_id: AccountId, kind: str, identity: str) -> None:
    """Raise NotFound, of the thing asked for, where it is in an account that an administrator does not see."""
    if principal.account_id != account_id and not is_platform_administrator(principal):
        raise NotFound(kind, identity)


def check_account_name(name: str) -> None:
    """Raise InvalidInput where no account may have that name."""
    check(name_violations("account.name", name))


def check_user(draft: UserDraft) -> None:
    """Raise InvalidInput, naming each wrong field, where a user cannot be as the draft says."""
    check(user_violations(draft))


def user_violations(draft: UserDraft) -> Iterator[FieldViolation]:
    """Yield what is wrong with a draft of a user."""
    yield from name_violations("user.username", draft.username)
    yield from text_violations("user.full_name", draft.full_name, longest=MAXIMUM_NAME_LENGTH)
    yield from text_violations("user.email", draft.email, longest=MAXIMUM_EMAIL_LENGTH)
    if draft.role is None:
        yield FieldViolation(
            field="user.role", problem="is missing or none.", remedy="Send viewer, editor or administrator."
        )


def changed_user(user: User, draft: UserDraft, fields: Sequence[str]) -> UserDraft:
    """Return what the user says once the named fields are the draft's. Raises InvalidInput for a field that is none."""
    present = UserDraft(username=user.username, full_name=user.full_name, email=user.email, role=user.role)
    return changed(present, draft, fields, USER_FIELDS)
