"""The first start: one account, one administrator, and a key, so that somebody can make everything else."""

import secrets
import uuid
from dataclasses import dataclass

from services.core.access.accounts import Account, User, UserDraft
from services.core.access.api_keys import KEY_PREFIX, check_chosen_key
from services.core.access.principal import Role
from services.core.ids import ApiKeyId
from services.registry.store import Stores
from services.registry.store.api_keys import NewKey

ACCOUNT_NAME = "Understudy"
ADMINISTRATOR = UserDraft(username="administrator", full_name="Administrator", role=Role.ADMINISTRATOR)
KEY_NAME = "First administrator's key"

SECRET_BYTES = 32
"""256 bits: as much as the digest that is kept of it can tell apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrapped:
    """What there is after the first start.

    secret: of the key that was made just now, and is never shown again; None where none was made.
    has_key: whether the administrator has any valid key.
    """

    account: Account
    administrator: User
    secret: str | None
    has_key: bool


async def bootstrap(stores: Stores, *, administrator_key: str | None, make_key: bool = True) -> Bootstrapped:
    """Ensure that there is a first account with an administrator, and that a given key is a valid key of theirs.

    Without a given key one is made where the administrator has none, unless `make_key` is False. Done again it changes
    nothing; replicas that start at once wait for each other.
    Raises InvalidInput where the given key is too weak, FailedPrecondition where it was revoked or is another user's.
    """
    if administrator_key is not None:
        check_chosen_key(administrator_key, "administrator_key")
    drawn = draw_secret()
    first = await stores.first_start.ensure(
        account_name=ACCOUNT_NAME,
        administrator=ADMINISTRATOR,
        chosen_key=None if administrator_key is None else _key_of(administrator_key),
        spare_key=_key_of(drawn) if make_key else None,
    )
    return Bootstrapped(
        account=first.account,
        administrator=first.administrator,
        secret=drawn if first.took_spare_key else None,
        has_key=first.has_key,
    )


def draw_secret() -> str:
    """Return a new secret: our prefix and 43 random characters."""
    return KEY_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def _key_of(secret: str) -> NewKey:
    return NewKey(id=ApiKeyId(str(uuid.uuid4())), name=KEY_NAME, secret=secret)
