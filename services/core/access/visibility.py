"""Who may call a mock ("Set up a Postman mock server": private mocks need an API key, public ones none)."""

from enum import StrEnum

from services.core.access.api_keys import KeyDigest
from services.core.ids import AccountId


class Visibility(StrEnum):
    """Who may call a mock."""

    PUBLIC = "public"
    PRIVATE = "private"


def may_call(visibility: Visibility, owner: AccountId, key: KeyDigest | None) -> bool:
    """Tell whether a caller with `key` may call a mock of `owner`: any valid key of the same account opens it."""
    return visibility is Visibility.PUBLIC or (key is not None and key.account_id == owner)
