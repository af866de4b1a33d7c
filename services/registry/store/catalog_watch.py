"""How far the catalog's changes were acted upon, and what they did to mocks.

Two replicas may watch the catalog at once, and users make mocks meanwhile. Two numbers in one row keep that right:

`revision` is the catalog's revision up to which every change was acted upon. A deletion takes the row for itself and is
acted upon only if its revision is larger: the first replica does it, the second finds it done.

`deletions` counts whatever may have made something of the catalog go away. Who is about to write that a thing is there
(a new mock, a changed or a reactivated one) reads the number, asks the catalog, and then writes only if the number is
still the same, holding the row against deletions until it commits. So every deletion is either older than the question,
and the catalog says so, or is acted upon after the write, and finds the mock.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, Update, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.core.changes import CatalogChange, CatalogSubject, ChangeKind
from services.core.ids import AccountId, CollectionId, EnvironmentId, MockId, Revision
from services.core.mocks import References
from services.registry import tables
from services.registry.store.events import mock_event
from services.runtime.database import transaction
from services.runtime.revisions import RevisionLog

mocks = tables.mocks
watch = tables.catalog_watch

REFERENCES = (mocks.c.account_id, mocks.c.collection_id, mocks.c.environment_id, mocks.c.release_tag)
"""The columns that say what of the catalog a mock uses."""


class CatalogMoved(Exception):
    """Something of the catalog went away since it was asked: ask it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogPosition:
    """Where the watch of the catalog stands; `revision` is None before the first."""

    revision: Revision | None
    deletions: int


class CatalogWatchStore:
    """The watch's position, and the mocks that changes of the catalog concern."""

    def __init__(self, engine: AsyncEngine, log: RevisionLog) -> None:
        """Take the service's engine, and the log for what happens to mocks."""
        self._engine = engine
        self._log = log

    async def position(self) -> CatalogPosition:
        """Return where the watch stands."""
        async with transaction(self._engine) as connection:
            row = (await connection.execute(select(watch))).one()
        revision = None if row.revision is None else Revision(row.revision)
        return CatalogPosition(revision=revision, deletions=row.deletions)

    async def move_to(self, revision: Revision) -> None:
        """Remember that everything up to a revision was acted upon, unless the watch stands further on already."""
        async with transaction(self._engine) as connection:
            await _advance(connection, revision, deletions=0)

    async def begin_listing(self) -> None:
        """Say that anything may have gone away: the catalog is about to be asked about everything."""
        async with transaction(self._engine) as connection:
            await connection.execute(watch.update().values(deletions=watch.c.deletions + 1))

    async def end_listing(self, revision: Revision) -> None:
        """Remember that everything was listed at a revision, which is smaller than before if the catalog was reset."""
        async with transaction(self._engine) as connection:
            await connection.execute(watch.update().values(revision=revision))

    async def deactivate(self, change: CatalogChange, revision: Revision) -> int:
        """Deactivate the mocks that use what was deleted, and return how many those are.

        Does nothing where the change was acted upon before.
        """
        async with transaction(self._engine) as connection:
            if not await _advance(connection, revision, deletions=1):
                return 0
            concerned = mocks.update().where(_uses(change), ~mocks.c.is_deactivated)
            return await self._write(connection, concerned.values(_switched(is_deactivated=True)))

    async def switch(self, references: References, *, is_deactivated: bool, deletions: int) -> int:
        """Deactivate or reactivate the mocks that use exactly this, and return how many were not so already.

        Raises CatalogMoved.
        """
        async with transaction(self._engine) as connection:
            await check_unmoved(connection, deletions)
            others = mocks.update().where(_use(references), mocks.c.is_deactivated != is_deactivated)
            return await self._write(connection, others.values(_switched(is_deactivated=is_deactivated)))

    async def deactivated_by(self, change: CatalogChange) -> Sequence[References]:
        """Return what the deactivated mocks use that use what was written."""
        statement = select(*REFERENCES).distinct().where(_uses(change), mocks.c.is_deactivated)
        async with transaction(self._engine) as connection:
            return [_references_of(row) for row in (await connection.execute(statement)).mappings()]

    async def all_references(self) -> Sequence[References]:
        """Return what the mocks of all accounts use: a hundred thousand different ones are some 30 MB."""
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(select(*REFERENCES).distinct())).mappings()
            return [_references_of(row) for row in rows]

    async def _write(self, connection: AsyncConnection, statement: Update) -> int:
        rows = (await connection.execute(statement.returning(mocks.c.account_id, mocks.c.id))).all()
        told = [mock_event(ChangeKind.WRITTEN, AccountId(row.account_id), MockId(row.id)) for row in rows]
        if told:
            await self._log.append_all(connection, told)
        return len(told)


async def check_unmoved(connection: AsyncConnection, deletions: int) -> None:
    """Hold the catalog's deletions off until this transaction ends. Raises CatalogMoved where there was another."""
    present = (await connection.execute(select(watch.c.deletions).with_for_update(read=True))).scalar_one()
    if present != deletions:
        raise CatalogMoved


async def _advance(connection: AsyncConnection, revision: Revision, *, deletions: int) -> bool:
    is_behind = or_(watch.c.revision.is_(None), watch.c.revision < revision)
    statement = watch.update().where(is_behind).values(revision=revision, deletions=watch.c.deletions + deletions)
    return (await connection.execute(statement.returning(watch.c.revision))).first() is not None


def _switched(*, is_deactivated: bool) -> dict[str, object]:
    return {"is_deactivated": is_deactivated, "update_time": func.now(), "version": mocks.c.version + 1}


def _use(references: References) -> ColumnElement[bool]:
    """Return the condition that a mock uses exactly this."""
    return and_(
        mocks.c.account_id == references.account_id,
        mocks.c.collection_id == references.collection_id,
        mocks.c.environment_id.is_not_distinct_from(references.environment_id),
        mocks.c.release_tag.is_not_distinct_from(references.release_tag),
    )


def _references_of(row: RowMapping) -> References:
    environment_id = row["environment_id"]
    return References(
        account_id=AccountId(row["account_id"]),
        collection_id=CollectionId(row["collection_id"]),
        environment_id=None if environment_id is None else EnvironmentId(environment_id),
        release_tag=row["release_tag"],
    )


def _uses(change: CatalogChange) -> ColumnElement[bool]:
    """Return the condition that a mock uses what the change is about."""
    of_account = mocks.c.account_id == change.account_id
    match change.subject:
        case CatalogSubject.COLLECTION:
            return and_(of_account, mocks.c.collection_id == change.id)
        case CatalogSubject.ENVIRONMENT:
            return and_(of_account, mocks.c.environment_id == change.id)
        case CatalogSubject.RELEASE_TAG:
            return and_(of_account, mocks.c.collection_id == change.id, mocks.c.release_tag == change.release_tag)
