"""API keys: everybody from editors upwards keeps their own, administrators their account's."""

from collections.abc import Callable

from services.core.access.accounts import is_platform_administrator, require_sight_of, require_user
from services.core.access.api_keys import ApiKey, KeyDigest, digest_of
from services.core.access.principal import Principal, Role
from services.core.errors import NotFound
from services.core.ids import ApiKeyId, UserId
from services.core.labels import check, name_violations
from services.registry.store import Stores
from services.registry.store.api_keys import NewKey
from services.registry.use_cases.requests import object_id, page_of, request_of
from services.wire.paging import Page, decode_page_token, page_size_of

DIGESTS = "key digests"

DEFAULT_DIGESTS = 1_000
MAXIMUM_DIGESTS = 10_000
"""Digests in a page: about a megabyte, since each service that starts asks for all of them."""


class ApiKeyUseCases:
    """What callers do with API keys."""

    def __init__(self, stores: Stores, *, new_id: Callable[[], str], new_secret: Callable[[], str]) -> None:
        """Take the stores, and where ids and secrets come from."""
        self._stores = stores
        self._new_id = new_id
        self._new_secret = new_secret

    async def create(self, principal: Principal, name: str, *, user_id: UserId, request_id: str) -> tuple[ApiKey, str]:
        """Make a key and return it with its secret. Raises InvalidInput, NotFound (user), AlreadyExists (a retry)."""
        require_user(principal, Role.EDITOR)
        check(name_violations("name", name))
        request = request_of(principal, request_id)
        holder = user_id or principal.user_id
        await self._check_holder(principal, holder)
        new = NewKey(id=ApiKeyId(self._new_id()), name=name, secret=self._new_secret())
        return await self._stores.api_keys.create(holder, new, request), new.secret

    async def list(self, principal: Principal, *, show_revoked: bool, page_size: int, page_token: str) -> Page[ApiKey]:
        """Return a page of the keys that the caller keeps, newest first. Raises InvalidInput."""
        require_user(principal, Role.VIEWER)
        whose = None if principal.role is Role.ADMINISTRATOR else principal.user_id
        scope = f"keys of {principal.account_id}, {whose}, {show_revoked}"
        size, last = page_size_of(page_size), decode_page_token(page_token, scope=scope, kinds=(int,))
        rows = await self._stores.api_keys.page(
            principal.account_id,
            user_id=whose,
            show_revoked=show_revoked,
            before=None if last is None else int(last[0]),
            limit=size + 1,
        )
        return page_of(rows, size, scope=scope)

    async def revoke(self, principal: Principal, api_key_id: str) -> ApiKey:
        """End a key's validity. Raises NotFound."""
        require_user(principal, Role.EDITOR)
        key = await self._stores.api_keys.get(ApiKeyId(object_id(principal, "api_key", api_key_id)))
        if key.user_id != principal.user_id:
            if principal.role is not Role.ADMINISTRATOR:
                raise NotFound("api_key", api_key_id)
            require_sight_of(principal, key.account_id, "api_key", api_key_id)
        return await self._stores.api_keys.revoke(key.id)

    async def verify(self, secret: str) -> KeyDigest | None:
        """Return what is known of a secret, None where it is no valid key. Whoever holds it may ask."""
        return await self._stores.api_keys.find(digest_of(secret))

    async def list_digests(self, principal: Principal, *, page_size: int, page_token: str) -> Page[KeyDigest]:
        """Return a page of the digests of all valid keys; for services alone. Raises InvalidInput."""
        principal.require_service()
        size = page_size_of(page_size, default=DEFAULT_DIGESTS, maximum=MAXIMUM_DIGESTS)
        last = decode_page_token(page_token, scope=DIGESTS, kinds=(str,))
        after = "" if last is None else str(last[0])
        digests = await self._stores.api_keys.page_of_digests(after=after, limit=size + 1)
        return page_of([(digest, digest.api_key_id) for digest in digests], size, scope=DIGESTS)

    async def _check_holder(self, principal: Principal, holder: UserId) -> None:
        if holder == principal.user_id:
            return
        require_user(principal, Role.ADMINISTRATOR)
        if not is_platform_administrator(principal):
            user = await self._stores.users.get(holder)
            require_sight_of(principal, user.account_id, "user", str(holder))
