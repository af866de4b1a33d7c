"""The users of the accounts.

Writes lock the user's account too: that the account keeps an administrator is a rule about several rows.
"""

from collections.abc import Callable

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.access.accounts import Account, User, UserDraft
from services.core.access.principal import Role
from services.core.errors import AlreadyExists, FailedPrecondition, NotFound
from services.core.ids import AccountId, UserId
from services.registry import tables
from services.registry.store.api_keys import announce_keys_of, revoke_keys_of
from services.registry.store.requests import Request, remember
from services.registry.store.rows import account_of, check_etag, user_of
from services.runtime.database import transaction
from services.runtime.revisions import RevisionLog

accounts = tables.accounts
users = tables.users


class UserStore:
    """The users, by their numbers."""

    def __init__(self, engine: AsyncEngine, log: RevisionLog) -> None:
        """Take the service's engine, and the log for what happens to keys."""
        self._engine = engine
        self._log = log

    async def create(self, account_id: AccountId, draft: UserDraft, request: Request) -> User:
        """Make a user. Raises NotFound (account), AlreadyExists (username)."""
        async with transaction(self._engine) as connection:
            await _lock_account(connection, account_id)
            number = (await connection.execute(select(func.nextval(NUMBERS)))).scalar_one()
            if (earlier := await remember(connection, request, "user", str(number))) is not None:
                return await _get(connection, UserId(int(earlier)))
            await _check_username(connection, account_id, draft.username, UserId(number))
            return await insert_user(connection, account_id, draft, UserId(number))

    async def get(self, user_id: UserId) -> User:
        """Return a user. Raises NotFound."""
        async with transaction(self._engine) as connection:
            return await _get(connection, user_id)

    async def with_account(self, user_id: UserId) -> tuple[User, Account]:
        """Return a user and the user's account. Raises NotFound."""
        user = select(users).where(users.c.id == user_id)
        account = select(accounts).join(users, users.c.account_id == accounts.c.id).where(users.c.id == user_id)
        async with transaction(self._engine) as connection:
            user_row = (await connection.execute(user)).mappings().one_or_none()
            account_row = (await connection.execute(account)).mappings().one_or_none()
        if user_row is None or account_row is None:
            raise NotFound("user", str(user_id))
        return user_of(user_row), account_of(account_row)

    async def page(self, account_id: AccountId, *, after: int, limit: int) -> list[User]:
        """Return an account's users behind a number."""
        behind = select(users).where(users.c.account_id == account_id, users.c.id > after)
        statement = behind.order_by(users.c.id).limit(limit)
        async with transaction(self._engine) as connection:
            return [user_of(row) for row in (await connection.execute(statement)).mappings()]

    async def change(self, user_id: UserId, change: Callable[[User], UserDraft], *, etag: str) -> User:
        """Make of a user what `change` makes of it. Raises NotFound, AlreadyExists, StaleEtag, FailedPrecondition."""
        async with transaction(self._engine) as connection:
            present = await _get(connection, user_id, for_update=True)
            check_etag(int(present.etag), etag)
            draft = change(present)
            await _check_username(connection, present.account_id, draft.username, user_id)
            if draft.role is not Role.ADMINISTRATOR:
                await _check_other_administrators(connection, present)
            user = await _write(connection, user_id, draft)
            if user.role is not present.role:
                await announce_keys_of(connection, self._log, user)
            return user

    async def delete(self, user_id: UserId, *, etag: str) -> None:
        """Remove a user with the user's keys. Raises NotFound, StaleEtag, FailedPrecondition."""
        async with transaction(self._engine) as connection:
            present = await _get(connection, user_id, for_update=True)
            check_etag(int(present.etag), etag)
            await _check_other_administrators(connection, present)
            revoked = await revoke_keys_of(connection, present)
            await connection.execute(users.delete().where(users.c.id == user_id))
            if revoked:
                await self._log.append_all(connection, revoked)


NUMBERS = func.pg_get_serial_sequence(users.fullname, "id")
"""The sequence behind the users' numbers."""


async def insert_user(
    connection: AsyncConnection, account_id: AccountId, draft: UserDraft, user_id: UserId | None = None
) -> User:
    """Insert a user whose draft was checked, and return it; without a number it gets the next one."""
    values = _values(draft) | {"account_id": account_id}
    statement = users.insert().values(values if user_id is None else values | {"id": user_id}).returning(users)
    return user_of((await connection.execute(statement)).mappings().one())


async def first_administrator(connection: AsyncConnection, account_id: AccountId) -> User | None:
    """Return the account's administrator with the smallest number."""
    statement = _administrators(account_id).order_by(users.c.id).limit(1)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else user_of(row)


async def _get(connection: AsyncConnection, user_id: UserId, *, for_update: bool = False) -> User:
    statement = select(users).join(accounts, users.c.account_id == accounts.c.id).where(users.c.id == user_id)
    row = (await connection.execute(statement.with_for_update() if for_update else statement)).mappings().one_or_none()
    if row is None:
        raise NotFound("user", str(user_id))
    return user_of(row)


async def _lock_account(connection: AsyncConnection, account_id: AccountId) -> None:
    statement = select(accounts.c.id).where(accounts.c.id == account_id).with_for_update()
    if (await connection.execute(statement)).mappings().one_or_none() is None:
        raise NotFound("account", str(account_id))


async def _write(connection: AsyncConnection, user_id: UserId, draft: UserDraft) -> User:
    statement = users.update().where(users.c.id == user_id).values(**_values(draft), version=users.c.version + 1)
    return user_of((await connection.execute(statement.returning(users))).mappings().one())


async def _check_username(connection: AsyncConnection, account_id: AccountId, username: str, user_id: UserId) -> None:
    statement = select(users.c.id).where(
        users.c.account_id == account_id, users.c.username == username, users.c.id != user_id
    )
    if (await connection.execute(statement)).first() is not None:
        raise AlreadyExists("user", username)


async def _check_other_administrators(connection: AsyncConnection, user: User) -> None:
    if user.role is not Role.ADMINISTRATOR:
        return
    statement = _administrators(user.account_id).where(users.c.id != user.id).limit(1)
    if (await connection.execute(statement)).first() is None:
        raise FailedPrecondition("This is the account's last administrator: make another user administrator first.")


def _administrators(account_id: AccountId) -> Select[tuple[object, ...]]:
    return select(users).where(users.c.account_id == account_id, users.c.role == int(Role.ADMINISTRATOR))


def _values(draft: UserDraft) -> dict[str, object]:
    return {
        "username": draft.username,
        "full_name": draft.full_name,
        "email": draft.email,
        "role": None if draft.role is None else int(draft.role),
    }
