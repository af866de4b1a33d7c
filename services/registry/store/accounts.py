"""The accounts."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.access.accounts import Account
from services.core.errors import NotFound
from services.core.ids import AccountId
from services.registry import tables
from services.registry.store.requests import Request, remember
from services.registry.store.rows import account_of, check_etag
from services.runtime.database import transaction

accounts = tables.accounts

NUMBERS = func.pg_get_serial_sequence(accounts.fullname, "id")
"""The sequence behind the accounts' numbers."""


class AccountStore:
    """The accounts. None is ever removed: its number is in uids for ever."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the service's engine."""
        self._engine = engine

    async def create(self, name: str, request: Request) -> Account:
        """Make an account. Its number is taken first, so that a retry can be told of it."""
        async with transaction(self._engine) as connection:
            number = (await connection.execute(select(func.nextval(NUMBERS)))).scalar_one()
            if (earlier := await remember(connection, request, "account", str(number))) is not None:
                return await _get(connection, AccountId(int(earlier)))
            row = await connection.execute(accounts.insert().values(id=number, name=name).returning(accounts))
            return account_of(row.mappings().one())

    async def get(self, account_id: AccountId) -> Account:
        """Return an account. Raises NotFound."""
        async with transaction(self._engine) as connection:
            return await _get(connection, account_id)

    async def page(self, *, after: int, limit: int) -> list[Account]:
        """Return the accounts behind a number."""
        statement = select(accounts).where(accounts.c.id > after).order_by(accounts.c.id).limit(limit)
        async with transaction(self._engine) as connection:
            return [account_of(row) for row in (await connection.execute(statement)).mappings()]

    async def rename(self, account_id: AccountId, name: str, *, etag: str) -> Account:
        """Rename an account. Raises NotFound, StaleEtag."""
        async with transaction(self._engine) as connection:
            present = await _get(connection, account_id, for_update=True)
            check_etag(int(present.etag), etag)
            change = accounts.update().where(accounts.c.id == account_id)
            row = await connection.execute(change.values(name=name, version=accounts.c.version + 1).returning(accounts))
            return account_of(row.mappings().one())


async def _get(connection: AsyncConnection, account_id: AccountId, *, for_update: bool = False) -> Account:
    statement = select(accounts).where(accounts.c.id == account_id)
    row = (await connection.execute(statement.with_for_update() if for_update else statement)).mappings().one_or_none()
    if row is None:
        raise NotFound("account", str(account_id))
    return account_of(row)
