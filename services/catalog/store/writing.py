"""Writing the catalog: one transaction a change, of an account's own things, with a revision at its end.

Whoever changes a collection locks its row first, so that etags are compared and documents edited one after the other.
"""

from sqlalchemy import ColumnElement, Table, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalog.contents import Contents
from services.catalog.store.derived import replace_derived_rows
from services.catalog.store.request_ids import RequestId, Result, claim, record
from services.catalog.store.rows import collection_of, environment_of, release_tag_of
from services.catalog.tables import collections, documents, environments, release_tags, revision
from services.core.catalog import ReleaseTag, StoredCollection, StoredEnvironment
from services.core.changes import CatalogSubject, ChangeKind
from services.core.errors import AlreadyExists, NotFound
from services.core.ids import AccountId, Etag, Revision, UserId
from services.core.postman.environment import Environment
from services.runtime.revisions import RevisionLog

Condition = tuple[ColumnElement[bool], ...]


class Writing:
    """One transaction of one account."""

    def __init__(self, connection: AsyncConnection, log: RevisionLog, account_id: AccountId) -> None:
        """Take the transaction's connection, the service's revisions and whose things are written."""
        self._connection = connection
        self._log = log
        self._account_id = account_id

    async def claim(self, request: RequestId) -> Result | None:
        """Return the result of the call that was made with this request id before, or None and take the id.

        Of two at once, the second waits for the first's end. Raises InvalidInput where the id stood for another call.
        """
        return await claim(self._connection, self._account_id, request)

    async def record(self, request: RequestId, result: Result) -> None:
        """Keep the result for a retry."""
        await record(self._connection, self._account_id, request, result)

    async def lock_id(self, collection_id: str) -> StoredCollection | None:
        """Lock a collection's id, and return the collection of that id, if there is one.

        Unlike a lock on the row, it also makes two imports of a new collection wait for each other.
        """
        name = f"catalog collection {self._account_id} {collection_id}"
        await self._connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
        statement = select(collections).where(*self._is_collection(collection_id)).with_for_update()
        row = (await self._connection.execute(statement)).mappings().first()
        return collection_of(row) if row is not None else None

    async def lock(self, collection_id: str) -> StoredCollection:
        """Lock a collection, and return it. Raises NotFound."""
        statement = select(collections).where(*self._is_collection(collection_id)).with_for_update()
        row = (await self._connection.execute(statement)).mappings().first()
        if row is None:
            raise NotFound("collection", collection_id)
        return collection_of(row)

    async def document(self, collection: StoredCollection) -> bytes:
        """Return the live document of a locked collection."""
        statement = select(documents.c.document).where(
            *self._belongs(documents, collection.id), documents.c.etag == collection.etag
        )
        return bytes((await self._connection.execute(statement)).scalar_one())

    async def put(self, contents: Contents, *, updated_by: UserId) -> StoredCollection:
        """Store a collection's contents in place of those of a locked one, or as a new one of a locked id."""
        stored = await self._put_head(contents, updated_by)
        await self._connection.execute(
            insert(documents)
            .values(
                account_id=self._account_id,
                collection_id=contents.collection_id,
                etag=contents.etag,
                document=contents.document,
            )
            .on_conflict_do_nothing()
        )
        await self._forget_documents(contents.collection_id)
        await replace_derived_rows(self._connection, self._account_id, contents)
        return stored

    async def _put_head(self, contents: Contents, updated_by: UserId) -> StoredCollection:
        values = {
            "name": contents.name,
            "description": contents.description,
            "schema_version": contents.schema_version,
            "item_count": contents.report.item_count,
            "example_count": contents.report.example_count,
            "size_bytes": len(contents.document),
            "etag": contents.etag,
            "updated_by": updated_by,
            "update_time": func.clock_timestamp(),
        }
        statement = (
            insert(collections)
            .values(account_id=self._account_id, id=contents.collection_id, **values)
            .on_conflict_do_update(constraint="collections_pkey", set_=values)
            .returning(collections)
        )
        return collection_of((await self._connection.execute(statement)).mappings().one())

    async def _forget_documents(self, collection_id: str) -> None:
        """Delete the documents that neither the collection nor a release tag of it names."""
        live = select(collections.c.etag).where(*self._is_collection(collection_id))
        pinned = select(release_tags.c.document_etag).where(*self._belongs(release_tags, collection_id))
        await self._connection.execute(
            delete(documents).where(
                *self._belongs(documents, collection_id),
                documents.c.etag.not_in(live.union_all(pinned)),
            )
        )

    async def delete_collection(self, collection_id: str) -> None:
        """Delete a locked collection with everything that belongs to it."""
        await self._connection.execute(delete(release_tags).where(*self._belongs(release_tags, collection_id)))
        await self._connection.execute(delete(collections).where(*self._is_collection(collection_id)))

    async def add_release_tag(self, collection: StoredCollection, name: str, *, created_by: UserId) -> ReleaseTag:
        """Pin the live document of a locked collection. Raises AlreadyExists."""
        statement = (
            insert(release_tags)
            .values(
                account_id=self._account_id,
                collection_id=collection.id,
                name=name,
                document_etag=collection.etag,
                created_by=created_by,
            )
            .on_conflict_do_nothing()
            .returning(release_tags)
        )
        row = (await self._connection.execute(statement)).mappings().first()
        if row is None:
            raise AlreadyExists("release tag", name)
        return release_tag_of(row)

    async def delete_release_tag(self, collection_id: str, name: str) -> None:
        """Delete a release tag of a locked collection, and a document that only it named. Raises NotFound."""
        statement = (
            delete(release_tags)
            .where(*self._belongs(release_tags, collection_id), release_tags.c.name == name)
            .returning(release_tags.c.name)
        )
        if (await self._connection.execute(statement)).first() is None:
            raise NotFound("release tag", name)
        await self._forget_documents(collection_id)

    async def add_environment(
        self, environment: Environment, content: bytes, etag: Etag, *, updated_by: UserId
    ) -> StoredEnvironment:
        """Store a new environment; `content` is the column of its variables. Raises AlreadyExists."""
        statement = (
            insert(environments)
            .values(
                account_id=self._account_id,
                id=environment.id,
                name=environment.name,
                variables=content,
                etag=etag,
                updated_by=updated_by,
            )
            .on_conflict_do_nothing()
            .returning(environments)
        )
        row = (await self._connection.execute(statement)).mappings().first()
        if row is None:
            raise AlreadyExists("environment", environment.id)
        return environment_of(row)

    async def lock_environment(self, environment_id: str) -> StoredEnvironment:
        """Lock an environment, and return it. Raises NotFound."""
        statement = select(environments).where(*self._is_environment(environment_id)).with_for_update()
        row = (await self._connection.execute(statement)).mappings().first()
        if row is None:
            raise NotFound("environment", environment_id)
        return environment_of(row)

    async def change_environment(
        self,
        environment_id: str,
        *,
        name: str,
        content: bytes,
        etag: Etag,
        updated_by: UserId,
    ) -> StoredEnvironment:
        """Change a locked environment; `content` is the column of its variables."""
        statement = (
            update(environments)
            .where(*self._is_environment(environment_id))
            .values(
                name=name,
                variables=content,
                etag=etag,
                updated_by=updated_by,
                update_time=func.clock_timestamp(),
            )
            .returning(environments)
        )
        return environment_of((await self._connection.execute(statement)).mappings().one())

    async def delete_environment(self, environment_id: str) -> None:
        """Delete a locked environment."""
        await self._connection.execute(delete(environments).where(*self._is_environment(environment_id)))

    async def newest_revision(self) -> Revision:
        """Return the newest revision that this transaction sees."""
        return Revision((await self._connection.execute(select(revision.c.number))).scalar_one())

    async def announce(
        self, kind: ChangeKind, subject: CatalogSubject, subject_id: str, *, release_tag: str = ""
    ) -> Revision:
        """Tell watchers, and return the transaction's revision. Must come last: other writers wait from here on."""
        payload = {
            "kind": kind.value,
            "subject": subject.value,
            "account_id": self._account_id,
            "id": subject_id,
            "release_tag": release_tag,
        }
        return await self._log.append(self._connection, payload)

    def _is_collection(self, collection_id: str) -> Condition:
        return collections.c.account_id == self._account_id, collections.c.id == collection_id

    def _is_environment(self, environment_id: str) -> Condition:
        return environments.c.account_id == self._account_id, environments.c.id == environment_id

    def _belongs(self, table: Table, collection_id: str) -> Condition:
        return table.c.account_id == self._account_id, table.c.collection_id == collection_id
