"""The API keys: their digests, never their secrets."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.access.accounts import User
from services.core.access.api_keys import ApiKey, KeyDigest, digest_of, hint_of
from services.core.errors import AlreadyExists, NotFound
from services.core.ids import AccountId, ApiKeyId, UserId
from services.registry import tables
from services.registry.store.events import key_revoked_event, key_written_event
from services.registry.store.requests import Request, remember
from services.registry.store.rows import api_key_of, key_digest_of, user_of
from services.runtime.database import transaction
from services.runtime.revisions import EventPayload, RevisionLog

keys = tables.api_keys
users = tables.users


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key to be made; of the secret only digest and hint are kept."""

    id: ApiKeyId
    name: str
    secret: str


class ApiKeyStore:
    """The API keys, by id and by digest."""

    def __init__(self, engine: AsyncEngine, log: RevisionLog) -> None:
        """Take the service's engine, and the log for what happens to keys."""
        self._engine = engine
        self._log = log

    async def create(self, user_id: UserId, new: NewKey, request: Request) -> ApiKey:
        """Make a key of a user. Raises NotFound (user), AlreadyExists (a retry: the secret is not shown again)."""
        async with transaction(self._engine) as connection:
            if await remember(connection, request, "api_key", new.id) is not None:
                raise AlreadyExists("request", request.id)
            user = await _lock_user(connection, user_id)
            return await insert_key(connection, self._log, user, new)

    async def get(self, api_key_id: ApiKeyId) -> ApiKey:
        """Return a key, revoked ones too. Raises NotFound."""
        async with transaction(self._engine) as connection:
            row = (await connection.execute(select(keys).where(keys.c.id == api_key_id))).mappings().one_or_none()
        if row is None:
            raise NotFound("api_key", api_key_id)
        return api_key_of(row)

    async def find(self, digest: bytes) -> KeyDigest | None:
        """Return the valid key of a digest; one indexed query."""
        async with transaction(self._engine) as connection:
            row = (await connection.execute(_valid_digests().where(keys.c.digest == digest))).mappings().one_or_none()
        return None if row is None else key_digest_of(row)

    async def page(
        self, account_id: AccountId, *, user_id: UserId | None, show_revoked: bool, before: int | None, limit: int
    ) -> list[tuple[ApiKey, int]]:
        """Return keys of an account, or of one of its users, each with its number, newest first."""
        statement = select(keys).where(keys.c.account_id == account_id).order_by(keys.c.number.desc()).limit(limit)
        if user_id is not None:
            statement = statement.where(keys.c.user_id == user_id)
        if not show_revoked:
            statement = statement.where(keys.c.revoke_time.is_(None))
        if before is not None:
            statement = statement.where(keys.c.number < before)
        async with transaction(self._engine) as connection:
            return [(api_key_of(row), row["number"]) for row in (await connection.execute(statement)).mappings()]

    async def page_of_digests(self, *, after: str, limit: int) -> list[KeyDigest]:
        """Return the digests of all valid keys behind a key's id."""
        statement = _valid_digests().where(keys.c.id > after).order_by(keys.c.id).limit(limit)
        async with transaction(self._engine) as connection:
            return [key_digest_of(row) for row in (await connection.execute(statement)).mappings()]

    async def revoke(self, api_key_id: ApiKeyId) -> ApiKey:
        """End a key's validity; of one that was revoked before, nothing changes. Raises NotFound."""
        statement = keys.update().where(keys.c.id == api_key_id, keys.c.revoke_time.is_(None))
        async with transaction(self._engine) as connection:
            change = await connection.execute(statement.values(revoke_time=func.now()).returning(keys))
            if (row := change.mappings().one_or_none()) is not None:
                key = api_key_of(row)
                await self._log.append(connection, key_revoked_event(key.account_id, key.id))
                return key
        return await self.get(api_key_id)


async def insert_key(connection: AsyncConnection, log: RevisionLog, user: User, new: NewKey) -> ApiKey:
    """Insert a key of a user whose row is locked, and announce it."""
    digest = digest_of(new.secret)
    statement = keys.insert().values(
        id=new.id,
        account_id=user.account_id,
        user_id=user.id,
        name=new.name,
        hint=hint_of(new.secret),
        digest=digest,
    )
    key = api_key_of((await connection.execute(statement.returning(keys))).mappings().one())
    announced = KeyDigest(api_key_id=key.id, digest=digest, account_id=user.account_id, user_id=user.id, role=user.role)
    await log.append(connection, key_written_event(announced))
    return key


async def announce_keys_of(connection: AsyncConnection, log: RevisionLog, user: User) -> None:
    """Tell watchers of all valid keys of a user, whose role has changed.

    The keys are locked: one that is being revoked must not be announced behind its end.
    """
    locked = _valid_digests().where(keys.c.user_id == user.id).with_for_update(of=keys, read=True)
    rows = (await connection.execute(locked)).mappings()
    if told := [key_written_event(key_digest_of(row)) for row in rows]:
        await log.append_all(connection, told)


async def revoke_keys_of(connection: AsyncConnection, user: User) -> Sequence[EventPayload]:
    """Return the events that tell watchers of the end of a user's valid keys; they go with the user's row."""
    rows = await connection.execute(_valid_digests().where(keys.c.user_id == user.id))
    return [key_revoked_event(user.account_id, ApiKeyId(row["id"])) for row in rows.mappings()]


async def key_of_secret(connection: AsyncConnection, secret: str) -> ApiKey | None:
    """Return the key of a secret, revoked ones too."""
    row = (await connection.execute(select(keys).where(keys.c.digest == digest_of(secret)))).mappings().one_or_none()
    return None if row is None else api_key_of(row)


async def has_valid_key(connection: AsyncConnection, user: User) -> bool:
    """Tell whether a user can authenticate at all."""
    return (await connection.execute(_valid_digests().where(keys.c.user_id == user.id).limit(1))).first() is not None


async def _lock_user(connection: AsyncConnection, user_id: UserId) -> User:
    statement = select(users).where(users.c.id == user_id).with_for_update(read=True)
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound("user", str(user_id))
    return user_of(row)


def _valid_digests() -> "Select[tuple[object, ...]]":
    columns = (keys.c.id, keys.c.digest, keys.c.account_id, keys.c.user_id, users.c.role)
    return select(*columns).join(users, keys.c.user_id == users.c.id).where(keys.c.revoke_time.is_(None))
