"""Accounts and users: kept by administrators, each account's by its own, all by those of the first account."""

from collections.abc import Sequence

from services.core.access.accounts import (
    Account,
    User,
    UserDraft,
    changed_user,
    check_account_name,
    check_user,
    is_platform_administrator,
    require_platform_administrator,
    require_sight_of,
    require_user,
)
from services.core.access.principal import Principal, Role
from services.core.ids import AccountId, UserId
from services.core.masks import check_fields
from services.registry.store import Stores
from services.registry.use_cases.requests import page_of, request_of
from services.wire.paging import Page, decode_page_token, page_size_of

ACCOUNTS = "accounts"


class AccountUseCases:
    """What callers do with accounts and users."""

    def __init__(self, stores: Stores) -> None:
        """Take the stores."""
        self._stores = stores

    async def get_caller(self, principal: Principal) -> tuple[User, Account]:
        """Return who calls. Raises PermissionDenied for services, which are nobody's."""
        require_user(principal, Role.VIEWER)
        return await self._stores.users.with_account(principal.user_id)

    async def create_account(self, principal: Principal, name: str, *, request_id: str) -> Account:
        """Make an account, without users yet; for the platform's administrators."""
        require_platform_administrator(principal)
        check_account_name(name)
        return await self._stores.accounts.create(name, request_of(principal, request_id))

    async def get_account(self, principal: Principal, account_id: AccountId) -> Account:
        """Return an account that the caller sees. Raises NotFound."""
        require_user(principal, Role.ADMINISTRATOR)
        require_sight_of(principal, account_id, "account", str(account_id))
        return await self._stores.accounts.get(account_id)

    async def list_accounts(self, principal: Principal, *, page_size: int, page_token: str) -> Page[Account]:
        """Return a page of the accounts that the caller sees. Raises InvalidInput."""
        require_user(principal, Role.ADMINISTRATOR)
        size, after = page_size_of(page_size), number_in(page_token, scope=ACCOUNTS)
        if not is_platform_administrator(principal):
            return Page((await self._stores.accounts.get(principal.account_id),))
        accounts = await self._stores.accounts.page(after=after, limit=size + 1)
        return page_of([(account, account.id) for account in accounts], size, scope=ACCOUNTS)

    async def update_account(
        self, principal: Principal, account_id: AccountId, name: str, *, fields: Sequence[str], etag: str
    ) -> Account:
        """Rename an account. Raises NotFound, InvalidInput, StaleEtag."""
        require_user(principal, Role.ADMINISTRATOR)
        require_sight_of(principal, account_id, "account", str(account_id))
        check_fields(fields, ("name",))
        check_account_name(name)
        return await self._stores.accounts.rename(account_id, name, etag=etag)

    async def create_user(
        self, principal: Principal, draft: UserDraft, *, account_id: AccountId, request_id: str
    ) -> User:
        """Make a user. Raises NotFound (account), InvalidInput, AlreadyExists."""
        owner = named_account(principal, account_id)
        check_user(draft)
        return await self._stores.users.create(owner, draft, request_of(principal, request_id))

    async def get_user(self, principal: Principal, user_id: UserId) -> User:
        """Return a user that the caller sees. Raises NotFound."""
        require_user(principal, Role.ADMINISTRATOR)
        user = await self._stores.users.get(user_id)
        require_sight_of(principal, user.account_id, "user", str(user_id))
        return user

    async def list_users(
        self, principal: Principal, account_id: AccountId, *, page_size: int, page_token: str
    ) -> Page[User]:
        """Return a page of an account's users. Raises NotFound (account), InvalidInput."""
        owner = named_account(principal, account_id)
        scope = f"users of {owner}"
        size, after = page_size_of(page_size), number_in(page_token, scope=scope)
        await self._stores.accounts.get(owner)
        users = await self._stores.users.page(owner, after=after, limit=size + 1)
        return page_of([(user, user.id) for user in users], size, scope=scope)

    async def update_user(
        self, principal: Principal, user_id: UserId, draft: UserDraft, *, fields: Sequence[str], etag: str
    ) -> User:
        """Change the named fields of a user. Raises NotFound, InvalidInput, AlreadyExists, StaleEtag."""
        await self.get_user(principal, user_id)

        def change(present: User) -> UserDraft:
            changed = changed_user(present, draft, fields)
            check_user(changed)
            return changed

        return await self._stores.users.change(user_id, change, etag=etag)

    async def delete_user(self, principal: Principal, user_id: UserId, *, etag: str) -> None:
        """Remove a user and the user's keys. Raises NotFound, StaleEtag, FailedPrecondition."""
        await self.get_user(principal, user_id)
        await self._stores.users.delete(user_id, etag=etag)


def named_account(principal: Principal, account_id: AccountId) -> AccountId:
    """Return the account that an administrator names; 0 is the caller's own. Raises NotFound, PermissionDenied."""
    require_user(principal, Role.ADMINISTRATOR)
    owner = account_id or principal.account_id
    require_sight_of(principal, owner, "account", str(owner))
    return owner


def number_in(page_token: str, *, scope: str) -> int:
    """Return the number behind which a page begins; 0 for the first. Raises InvalidInput."""
    last = decode_page_token(page_token, scope=scope, kinds=(int,))
    return 0 if last is None else int(last[0])
