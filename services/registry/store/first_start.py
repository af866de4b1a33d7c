"""The first account, its first administrator, and a key to begin with."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.access.accounts import FIRST_ACCOUNT, Account, User, UserDraft
from services.core.errors import FailedPrecondition
from services.registry import tables
from services.registry.store.api_keys import NewKey, has_valid_key, insert_key, key_of_secret
from services.registry.store.rows import account_of
from services.registry.store.users import first_administrator, insert_user
from services.runtime.database import transaction
from services.runtime.revisions import RevisionLog

accounts = tables.accounts

LOCK = "understudy registry first start"
"""Names the advisory lock under which everything is looked for and made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStart:
    """What there is after the first start.

    has_key: whether the administrator can authenticate.
    took_spare_key: whether the spare key is one of theirs now.
    """

    account: Account
    administrator: User
    has_key: bool
    took_spare_key: bool


class FirstStartStore:
    """Makes what must be there before anybody can call; done again, it changes nothing."""

    def __init__(self, engine: AsyncEngine, log: RevisionLog) -> None:
        """Take the service's engine, and the log for what happens to keys."""
        self._engine = engine
        self._log = log

    async def ensure(
        self, *, account_name: str, administrator: UserDraft, chosen_key: NewKey | None, spare_key: NewKey | None
    ) -> FirstStart:
        """Ensure that there is a first account with an administrator.

        chosen_key: one that must be the administrator's from now on.
        spare_key: one for an administrator who has none.
        Two at once wait for each other.
        Raises FailedPrecondition where the chosen key was revoked or is another user's.
        """
        async with transaction(self._engine) as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(LOCK))))
            account = await _first_account(connection, account_name)
            user = await first_administrator(connection, FIRST_ACCOUNT)
            user = user or await insert_user(connection, FIRST_ACCOUNT, administrator)
            key = await _key_to_add(connection, user, chosen_key, spare_key)
            has_key = key is not None or await has_valid_key(connection, user)
            if key is not None:
                await insert_key(connection, self._log, user, key)
            return FirstStart(
                account=account,
                administrator=user,
                has_key=has_key,
                took_spare_key=key is not None and key is spare_key,
            )


async def _key_to_add(
    connection: AsyncConnection, user: User, chosen: NewKey | None, spare: NewKey | None
) -> NewKey | None:
    if chosen is None:
        return None if await has_valid_key(connection, user) else spare
    present = await key_of_secret(connection, chosen.secret)
    if present is None:
        return chosen
    if present.revoke_time is not None:
        raise FailedPrecondition("The administrator's key was revoked; choose another one.")
    if present.user_id != user.id:
        raise FailedPrecondition("The administrator's key is the key of another user; choose another one.")
    return None


async def _first_account(connection: AsyncConnection, name: str) -> Account:
    await connection.execute(insert(accounts).values(id=FIRST_ACCOUNT, name=name).on_conflict_do_nothing())
    row = await connection.execute(select(accounts).where(accounts.c.id == FIRST_ACCOUNT))
    return account_of(row.mappings().one())
