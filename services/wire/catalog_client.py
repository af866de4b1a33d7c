"""The typed client of the catalog: dataclasses in and out, domain errors where a call fails, a deadline on each."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial

import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from understudy.catalog.v1 import (
    collection_pb2,
    collection_service_pb2,
    environment_pb2,
    environment_service_pb2,
    example_service_pb2,
    watch_service_pb2,
)
from understudy.catalog.v1.collection_service_pb2_grpc import CollectionServiceStub
from understudy.catalog.v1.environment_service_pb2_grpc import EnvironmentServiceStub
from understudy.catalog.v1.example_service_pb2_grpc import ExampleServiceStub
from understudy.catalog.v1.watch_service_pb2_grpc import WatchServiceStub

from services.core.catalog import (
    ImportedCollection,
    ImportMode,
    ReleaseTag,
    StoredCollection,
    StoredEnvironment,
    StoredExample,
    StoredItem,
)
from services.core.changes import CatalogChange, Watched
from services.core.ids import Revision
from services.core.postman.collection import Example
from services.core.postman.environment import Environment
from services.core.postman.variable import Variable
from services.wire import catalog_codec as codec
from services.wire.authentication import Metadata
from services.wire.channel import TRANSFER_SECONDS, Caller
from services.wire.paging import Page, rows_of
from services.wire.text import wire_text

CHUNK_BYTES = 1024 * 1024
"""Large enough that the overhead of a message is lost in it, small enough to show progress."""

OnProgress = Callable[[int], None]
"""Takes the number of bytes sent so far."""


class CatalogClient:
    """Calls a catalog with one caller's credentials. Every method raises errors of `services.core.errors`.

    Ids may be given as uid. `account_id` is for services, which name the account they ask about.
    """

    def __init__(self, channel: grpc.aio.Channel, credentials: Metadata) -> None:
        """Take an open channel, which may be shared, and the credentials to send with each call."""
        self._channel = channel
        self._caller = Caller(credentials)
        self._collections = CollectionServiceStub(channel)
        self._examples = ExampleServiceStub(channel)
        self._environments = EnvironmentServiceStub(channel)
        self._watch = WatchServiceStub(channel)

    def acting_as(self, credentials: Metadata) -> "CatalogClient":
        """Return a client on the same channel for another caller."""
        return CatalogClient(self._channel, credentials)

    async def import_collection(  # noqa: PLR0913 -- each is a field of the request, and named
        self,
        document: bytes,
        *,
        mode: ImportMode = ImportMode.UPSERT,
        collection_id: str = "",
        etag: str = "",
        request_id: str = "",
        account_id: int = 0,
        on_progress: OnProgress | None = None,
    ) -> ImportedCollection:
        """Store a document. Raises InvalidInput, TooLarge, AlreadyExists (CREATE), NotFound (REPLACE), StaleEtag."""
        header = collection_service_pb2.ImportCollectionRequest.Header(
            mode=codec.IMPORT_MODE_NUMBERS[mode],
            collection_id=collection_id,
            etag=etag,
            request_id=request_id,
            account_id=account_id,
            size_bytes=len(document),
        )
        upload = _upload(header, document, on_progress)
        response = await self._caller.unary(self._collections.ImportCollection, upload, seconds=TRANSFER_SECONDS)
        return codec.imported_of(response)

    async def get_collection(self, collection_id: str, *, account_id: int = 0) -> StoredCollection:
        """Return one collection. Raises NotFound."""
        request = collection_service_pb2.GetCollectionRequest(collection_id=collection_id, account_id=account_id)
        response = await self._caller.unary(self._collections.GetCollection, request)
        return codec.collection_of(response.collection)

    async def list_collections_page(
        self, *, page_size: int = 0, page_token: str = "", name: str = "", account_id: int = 0
    ) -> Page[StoredCollection]:
        """Return a page of the account's collections, by name; `name` keeps those of exactly that name."""
        request = collection_service_pb2.ListCollectionsRequest(
            page_size=page_size, page_token=page_token, name=wire_text(name), account_id=account_id
        )
        response = await self._caller.unary(self._collections.ListCollections, request)
        return Page(tuple(codec.collection_of(row) for row in response.collections), response.next_page_token)

    def list_collections(self, *, name: str = "", account_id: int = 0) -> AsyncIterator[StoredCollection]:
        """Yield all of the account's collections, by name."""
        return rows_of(partial(self._collections_behind, name, account_id))

    async def _collections_behind(self, name: str, account_id: int, token: str) -> Page[StoredCollection]:
        return await self.list_collections_page(page_token=token, name=name, account_id=account_id)

    async def update_collection(
        self,
        collection_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        etag: str = "",
        account_id: int = 0,
    ) -> StoredCollection:
        """Change name or description in the document. Raises NotFound, InvalidInput, StaleEtag."""
        changes = {"name": name, "description": description}
        request = collection_service_pb2.UpdateCollectionRequest(
            collection_id=collection_id,
            collection=collection_pb2.Collection(name=wire_text(name or ""), description=wire_text(description or "")),
            update_mask=FieldMask(paths=[field for field, value in changes.items() if value is not None]),
            etag=etag,
            account_id=account_id,
        )
        response = await self._caller.unary(self._collections.UpdateCollection, request, seconds=TRANSFER_SECONDS)
        return codec.collection_of(response.collection)

    async def delete_collection(self, collection_id: str, *, etag: str = "", account_id: int = 0) -> None:
        """Remove a collection and its release tags. Raises NotFound, StaleEtag."""
        request = collection_service_pb2.DeleteCollectionRequest(
            collection_id=collection_id, etag=etag, account_id=account_id
        )
        await self._caller.unary(self._collections.DeleteCollection, request)

    async def export_collection(
        self, collection_id: str, *, release_tag: str = "", account_id: int = 0
    ) -> tuple[StoredCollection, bytes]:
        """Return a collection and its document, or the version that a release tag pins. Raises NotFound."""
        request = collection_service_pb2.ExportCollectionRequest(
            collection_id=collection_id, release_tag=wire_text(release_tag), account_id=account_id
        )
        parts = self._caller.stream(self._collections.ExportCollection, request, seconds=TRANSFER_SECONDS)
        collection, document = collection_pb2.Collection(), bytearray()
        async for part in parts:
            if part.HasField("collection"):
                collection = part.collection
            else:
                document += part.chunk
        return codec.collection_of(collection), bytes(document)

    def list_items(self, collection_id: str, *, account_id: int = 0) -> AsyncIterator[StoredItem]:
        """Yield the saved requests of a collection, in document order. Raises NotFound."""
        return rows_of(partial(self._items_behind, collection_id, account_id))

    async def _items_behind(self, collection_id: str, account_id: int, token: str) -> Page[StoredItem]:
        request = collection_service_pb2.ListItemsRequest(
            collection_id=collection_id, page_token=token, account_id=account_id
        )
        response = await self._caller.unary(self._collections.ListItems, request)
        return Page(tuple(codec.item_of(row) for row in response.items), response.next_page_token)

    async def create_release_tag(
        self, collection_id: str, name: str, *, request_id: str = "", account_id: int = 0
    ) -> ReleaseTag:
        """Pin the collection's present content under a name. Raises NotFound, AlreadyExists, InvalidInput."""
        request = collection_service_pb2.CreateReleaseTagRequest(
            collection_id=collection_id, name=wire_text(name), request_id=request_id, account_id=account_id
        )
        response = await self._caller.unary(self._collections.CreateReleaseTag, request)
        return codec.release_tag_of(response.release_tag)

    async def get_release_tag(self, collection_id: str, name: str, *, account_id: int = 0) -> ReleaseTag:
        """Return one release tag. Raises NotFound."""
        request = collection_service_pb2.GetReleaseTagRequest(
            collection_id=collection_id, name=wire_text(name), account_id=account_id
        )
        response = await self._caller.unary(self._collections.GetReleaseTag, request)
        return codec.release_tag_of(response.release_tag)

    def list_release_tags(self, collection_id: str, *, account_id: int = 0) -> AsyncIterator[ReleaseTag]:
        """Yield a collection's release tags, newest first. Raises NotFound."""
        return rows_of(partial(self._release_tags_behind, collection_id, account_id))

    async def _release_tags_behind(self, collection_id: str, account_id: int, token: str) -> Page[ReleaseTag]:
        request = collection_service_pb2.ListReleaseTagsRequest(
            collection_id=collection_id, page_token=token, account_id=account_id
        )
        response = await self._caller.unary(self._collections.ListReleaseTags, request)
        return Page(tuple(codec.release_tag_of(row) for row in response.release_tags), response.next_page_token)

    async def delete_release_tag(self, collection_id: str, name: str, *, account_id: int = 0) -> None:
        """Remove a release tag. Raises NotFound."""
        request = collection_service_pb2.DeleteReleaseTagRequest(
            collection_id=collection_id, name=wire_text(name), account_id=account_id
        )
        await self._caller.unary(self._collections.DeleteReleaseTag, request)

    def list_examples(
        self, collection_id: str, *, item_id: str = "", account_id: int = 0
    ) -> AsyncIterator[StoredExample]:
        """Yield a collection's examples, in document order; `item_id` keeps those of one item. Raises NotFound."""
        return rows_of(partial(self._examples_behind, collection_id, item_id, account_id))

    async def _examples_behind(
        self, collection_id: str, item_id: str, account_id: int, token: str
    ) -> Page[StoredExample]:
        request = example_service_pb2.ListExamplesRequest(
            collection_id=collection_id, item_id=item_id, page_token=token, account_id=account_id
        )
        response = await self._caller.unary(self._examples.ListExamples, request)
        return Page(tuple(codec.stored_example_of(row) for row in response.examples), response.next_page_token)

    async def get_example(self, collection_id: str, example_id: str, *, account_id: int = 0) -> StoredExample:
        """Return one example. Raises NotFound."""
        request = example_service_pb2.GetExampleRequest(
            collection_id=collection_id, example_id=example_id, account_id=account_id
        )
        response = await self._caller.unary(self._examples.GetExample, request)
        return codec.stored_example_of(response.example)

    async def create_example(  # noqa: PLR0913 -- each is a field of the request, and named
        self,
        collection_id: str,
        example: Example,
        *,
        item_id: str = "",
        etag: str = "",
        request_id: str = "",
        account_id: int = 0,
    ) -> StoredExample:
        """Add an example to an item, or to a new item of its own. Raises NotFound, AlreadyExists, InvalidInput."""
        request = example_service_pb2.CreateExampleRequest(
            collection_id=collection_id,
            item_id=item_id,
            example=codec.example_message(example),
            etag=etag,
            request_id=request_id,
            account_id=account_id,
        )
        response = await self._caller.unary(self._examples.CreateExample, request, seconds=TRANSFER_SECONDS)
        return codec.stored_example_of(response.example)

    async def update_example(  # noqa: PLR0913 -- each is a field of the request, and named
        self,
        collection_id: str,
        example_id: str,
        example: Example,
        *,
        fields: Sequence[str],
        etag: str = "",
        account_id: int = 0,
    ) -> StoredExample:
        """Change the named fields of an example. Raises NotFound, InvalidInput, StaleEtag."""
        request = example_service_pb2.UpdateExampleRequest(
            collection_id=collection_id,
            example_id=example_id,
            example=codec.example_message(example),
            update_mask=FieldMask(paths=fields),
            etag=etag,
            account_id=account_id,
        )
        response = await self._caller.unary(self._examples.UpdateExample, request, seconds=TRANSFER_SECONDS)
        return codec.stored_example_of(response.example)

    async def delete_example(self, collection_id: str, example_id: str, *, etag: str = "", account_id: int = 0) -> None:
        """Remove an example from its collection. Raises NotFound, StaleEtag."""
        request = example_service_pb2.DeleteExampleRequest(
            collection_id=collection_id, example_id=example_id, etag=etag, account_id=account_id
        )
        await self._caller.unary(self._examples.DeleteExample, request, seconds=TRANSFER_SECONDS)

    async def create_environment(
        self, environment: Environment, *, request_id: str = "", account_id: int = 0
    ) -> StoredEnvironment:
        """Store a new environment; an empty id gets a new one. Raises AlreadyExists, InvalidInput, TooLarge."""
        request = environment_service_pb2.CreateEnvironmentRequest(
            environment=codec.new_environment_message(environment), request_id=request_id, account_id=account_id
        )
        response = await self._caller.unary(self._environments.CreateEnvironment, request, seconds=TRANSFER_SECONDS)
        return codec.environment_of(response.environment)

    async def get_environment(
        self, environment_id: str, *, omit_variables: bool = False, account_id: int = 0
    ) -> StoredEnvironment:
        """Return one environment, without its variables where they are not wanted. Raises NotFound."""
        request = environment_service_pb2.GetEnvironmentRequest(
            environment_id=environment_id, omit_variables=omit_variables, account_id=account_id
        )
        response = await self._caller.unary(self._environments.GetEnvironment, request)
        return codec.environment_of(response.environment)

    async def list_environments_page(
        self, *, page_size: int = 0, page_token: str = "", name: str = "", account_id: int = 0
    ) -> Page[StoredEnvironment]:
        """Return a page of the account's environments without their variables, by name."""
        request = environment_service_pb2.ListEnvironmentsRequest(
            page_size=page_size, page_token=page_token, name=wire_text(name), account_id=account_id
        )
        response = await self._caller.unary(self._environments.ListEnvironments, request)
        return Page(tuple(codec.environment_of(row) for row in response.environments), response.next_page_token)

    def list_environments(self, *, name: str = "", account_id: int = 0) -> AsyncIterator[StoredEnvironment]:
        """Yield all of the account's environments without their variables, by name."""
        return rows_of(partial(self._environments_behind, name, account_id))

    async def _environments_behind(self, name: str, account_id: int, token: str) -> Page[StoredEnvironment]:
        return await self.list_environments_page(page_token=token, name=name, account_id=account_id)

    async def update_environment(
        self,
        environment_id: str,
        *,
        name: str | None = None,
        variables: Sequence[Variable] | None = None,
        etag: str = "",
        account_id: int = 0,
    ) -> StoredEnvironment:
        """Change name or all variables. Raises NotFound, InvalidInput, StaleEtag, TooLarge."""
        changes = {"name": name, "variables": variables}
        request = environment_service_pb2.UpdateEnvironmentRequest(
            environment_id=environment_id,
            environment=environment_pb2.Environment(
                name=wire_text(name or ""), variables=codec.variable_messages(tuple(variables or ()))
            ),
            update_mask=FieldMask(paths=[field for field, value in changes.items() if value is not None]),
            etag=etag,
            account_id=account_id,
        )
        response = await self._caller.unary(self._environments.UpdateEnvironment, request, seconds=TRANSFER_SECONDS)
        return codec.environment_of(response.environment)

    async def delete_environment(self, environment_id: str, *, etag: str = "", account_id: int = 0) -> None:
        """Remove an environment. Raises NotFound, StaleEtag."""
        request = environment_service_pb2.DeleteEnvironmentRequest(
            environment_id=environment_id, etag=etag, account_id=account_id
        )
        await self._caller.unary(self._environments.DeleteEnvironment, request)

    async def watch(self, resume: Revision | None) -> AsyncIterator[Watched[CatalogChange]]:
        """Yield a bookmark, then every change behind `resume`, or behind the newest one. Raises RevisionExpired."""
        request = watch_service_pb2.WatchRequest(resume_revision=resume)
        async for message in self._caller.stream(self._watch.Watch, request):
            yield codec.watched_of(message)


def _upload(
    header: collection_service_pb2.ImportCollectionRequest.Header, document: bytes, on_progress: OnProgress | None
) -> Iterator[collection_service_pb2.ImportCollectionRequest]:
    """Yield the messages of an upload; whoever asks for the next one has sent those before."""
    yield collection_service_pb2.ImportCollectionRequest(header=header)
    for start in range(0, len(document), CHUNK_BYTES):
        chunk = document[start : start + CHUNK_BYTES]
        yield collection_service_pb2.ImportCollectionRequest(chunk=chunk)
        if on_progress is not None:
            on_progress(start + len(chunk))
