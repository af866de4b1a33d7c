"""The nouns of ownership: an account owns everything, users act for it."""

from dataclasses import dataclass
from datetime import datetime

from services.core.access.principal import Role
from services.core.ids import AccountId, Etag, UserId


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
