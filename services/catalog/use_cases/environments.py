"""Environments: flat lists of variables that mocks may be given."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.catalog.contents import check_name, etag_of
from services.catalog.store import ByName, CatalogStore
from services.catalog.store.rows import variables_content
from services.catalog.use_cases.lists import PageOrder, name_and_id_after, page_of, size_of
from services.catalog.use_cases.requests import (
    Target,
    check_etag,
    check_filter,
    chosen_id,
    editor,
    known_id,
    reader,
    request_id_of,
)
from services.core.access.principal import Principal
from services.core.catalog import StoredEnvironment
from services.core.changes import CatalogSubject, ChangeKind
from services.core.ids import EnvironmentId
from services.core.masks import check_fields
from services.core.postman.environment import Environment
from services.wire.paging import Page

UPDATABLE = ("name", "variables")


class Environments:
    """What callers do with environments."""

    def __init__(self, store: CatalogStore, new_id: Callable[[], str]) -> None:
        """Take the store, and what makes ids for environments that come without."""
        self._store = store
        self._new_id = new_id

    async def create(
        self, principal: Principal, environment: Environment, *, request_id: str, account_id: int
    ) -> StoredEnvironment:
        """Store a new environment. Raises InvalidInput, AlreadyExists, TooLarge (over 30 MB)."""
        account = editor(principal, account_id)
        check_name(environment.name, "environment.name", may_be_empty=False)
        given_id = chosen_id("environment.id", account, environment.id)
        content = variables_content(environment.variables)
        request = request_id_of(request_id, "CreateEnvironment", given_id, environment.name, content)
        new = replace(environment, id=EnvironmentId(given_id or self._new_id()))
        async with self._store.writing(account) as writing:
            if (earlier := await writing.claim(request)) is None:
                etag = etag_of(new.name.encode(), content)
                stored = await writing.add_environment(new, content, etag, updated_by=principal.user_id)
                await writing.record(request, {"id": new.id})
                await writing.announce(ChangeKind.WRITTEN, CatalogSubject.ENVIRONMENT, new.id)
                return stored
        return await self._store.environment(account, earlier["id"])

    async def get(
        self, principal: Principal, environment_id: str, *, omit_variables: bool, account_id: int
    ) -> StoredEnvironment:
        """Return an environment, without its variables where they are not wanted. Raises NotFound."""
        account = reader(principal, account_id)
        plain_id = known_id("environment", account, environment_id)
        return await self._store.environment(account, plain_id, omit_variables=omit_variables)

    async def page(
        self, principal: Principal, order: PageOrder, *, name: str, account_id: int
    ) -> Page[StoredEnvironment]:
        """Return a page of environments by name, without their variables. Raises InvalidInput."""
        account = reader(principal, account_id)
        check_filter("name", name)
        scope = f"environments {account} {name}"
        wanted = ByName(size=size_of(order), after=name_and_id_after(order, scope), name=name)
        found = await self._store.environments(account, wanted)
        return page_of(found, scope, key=lambda row: (row.name, row.id), noun=lambda row: row)

    async def update(
        self, principal: Principal, target: Target, environment: Environment, *, fields: Sequence[str]
    ) -> StoredEnvironment:
        """Change the named fields of an environment to those of `environment`; no change, no write.

        Raises NotFound, InvalidInput, StaleEtag, TooLarge.
        """
        account = editor(principal, target.account_id)
        check_fields(fields, UPDATABLE)
        if "name" in fields:
            check_name(environment.name, "environment.name", may_be_empty=False)
        plain_id = known_id("environment", account, target.id)
        async with self._store.writing(account) as writing:
            current = await writing.lock_environment(plain_id)
            check_etag(target.etag, current.etag)
            name = environment.name if "name" in fields else current.name
            content = variables_content(environment.variables if "variables" in fields else current.variables)
            new_etag = etag_of(name.encode(), content)
            if new_etag == current.etag:
                return current
            stored = await writing.change_environment(
                plain_id, name=name, content=content, etag=new_etag, updated_by=principal.user_id
            )
            await writing.announce(ChangeKind.WRITTEN, CatalogSubject.ENVIRONMENT, plain_id)
        return stored

    async def delete(self, principal: Principal, target: Target) -> None:
        """Remove an environment. Raises NotFound, StaleEtag."""
        account = editor(principal, target.account_id)
        plain_id = known_id("environment", account, target.id)
        async with self._store.writing(account) as writing:
            check_etag(target.etag, (await writing.lock_environment(plain_id)).etag)
            await writing.delete_environment(plain_id)
            await writing.announce(ChangeKind.DELETED, CatalogSubject.ENVIRONMENT, plain_id)
