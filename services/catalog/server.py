"""The catalog's gRPC methods: messages in, use case, messages out."""
# ruff: noqa: N802, ARG002 -- the contract names the methods, and gRPC hands each a context whether it wants one or not

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Protocol

from understudy.catalog.v1 import (
    collection_service_pb2,
    environment_service_pb2,
    example_service_pb2,
    watch_service_pb2,
)
from understudy.catalog.v1.collection_service_pb2_grpc import (
    CollectionServiceServicer,
    add_CollectionServiceServicer_to_server,
)
from understudy.catalog.v1.environment_service_pb2_grpc import (
    EnvironmentServiceServicer,
    add_EnvironmentServiceServicer_to_server,
)
from understudy.catalog.v1.example_service_pb2_grpc import ExampleServiceServicer, add_ExampleServiceServicer_to_server
from understudy.catalog.v1.watch_service_pb2_grpc import WatchServiceServicer, add_WatchServiceServicer_to_server

from services.catalog.upload import check_announced_size, document_of, first_header
from services.catalog.use_cases import (
    Collections,
    Environments,
    Examples,
    ImportOrder,
    NewExample,
    PageOrder,
    ReleaseTags,
    Target,
    watch,
)
from services.core.errors import InvalidInput
from services.core.ids import ExampleId, Revision
from services.runtime.grpc_server import Service
from services.runtime.revisions import RevisionLog
from services.wire import catalog_codec as codec
from services.wire.authentication import current_principal
from services.wire.handlers import Context

ImportHeader = collection_service_pb2.ImportCollectionRequest.Header


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """All that the catalog does."""

    collections: Collections
    release_tags: ReleaseTags
    examples: Examples
    environments: Environments
    log: RevisionLog


def grpc_services(use_cases: UseCases, *, uploads_at_once: int) -> tuple[Service, ...]:
    """Return the catalog's gRPC services around its use cases."""
    uploads = asyncio.Semaphore(uploads_at_once)
    collections = CollectionServer(use_cases.collections, use_cases.release_tags, uploads)
    examples, environments = ExampleServer(use_cases.examples), EnvironmentServer(use_cases.environments)
    watch_ = WatchServer(use_cases.log)
    return (
        Service(
            _name(collection_service_pb2), lambda server: add_CollectionServiceServicer_to_server(collections, server)
        ),
        Service(_name(example_service_pb2), lambda server: add_ExampleServiceServicer_to_server(examples, server)),
        Service(
            _name(environment_service_pb2),
            lambda server: add_EnvironmentServiceServicer_to_server(environments, server),
        ),
        Service(
            _name(watch_service_pb2),
            lambda server: add_WatchServiceServicer_to_server(watch_, server),
            end_streams=use_cases.log.close,
        ),
    )


class CollectionServer(CollectionServiceServicer):
    """Collections, their items and their release tags."""

    def __init__(self, collections: Collections, release_tags: ReleaseTags, uploads: asyncio.Semaphore) -> None:
        """Take the use cases, and the semaphore that bounds how many documents are received at once."""
        self._collections = collections
        self._release_tags = release_tags
        self._uploads = uploads

    async def ImportCollection(
        self,
        request_iterator: AsyncIterator[collection_service_pb2.ImportCollectionRequest],
        context: Context,
    ) -> collection_service_pb2.ImportCollectionResponse:
        """Receive a document, and store it."""
        principal, parts = current_principal(), _parts_of(request_iterator)
        header = await first_header(parts)
        order = _import_order(header)
        check_announced_size(header.size_bytes)
        self._collections.check_import(principal, order)
        async with self._uploads:
            imported = await self._collections.import_document(principal, order, await document_of(parts))
        return codec.imported_message(imported)

    async def GetCollection(
        self, request: collection_service_pb2.GetCollectionRequest, context: Context
    ) -> collection_service_pb2.GetCollectionResponse:
        """Return one collection."""
        collection = await self._collections.get(
            current_principal(), request.collection_id, account_id=request.account_id
        )
        return collection_service_pb2.GetCollectionResponse(collection=codec.collection_message(collection))

    async def ListCollections(
        self, request: collection_service_pb2.ListCollectionsRequest, context: Context
    ) -> collection_service_pb2.ListCollectionsResponse:
        """Return a page of collections."""
        page = await self._collections.page(
            current_principal(), _page_order(request), name=request.name, account_id=request.account_id
        )
        return collection_service_pb2.ListCollectionsResponse(
            collections=map(codec.collection_message, page.rows), next_page_token=page.next_page_token
        )

    async def UpdateCollection(
        self, request: collection_service_pb2.UpdateCollectionRequest, context: Context
    ) -> collection_service_pb2.UpdateCollectionResponse:
        """Change name or description."""
        collection = await self._collections.update(
            current_principal(),
            _collection_target(request),
            name=request.collection.name,
            description=request.collection.description,
            mask=request.update_mask.paths,
        )
        return collection_service_pb2.UpdateCollectionResponse(collection=codec.collection_message(collection))

    async def DeleteCollection(
        self, request: collection_service_pb2.DeleteCollectionRequest, context: Context
    ) -> collection_service_pb2.DeleteCollectionResponse:
        """Remove a collection."""
        await self._collections.delete(current_principal(), _collection_target(request))
        return collection_service_pb2.DeleteCollectionResponse()

    async def ExportCollection(
        self, request: collection_service_pb2.ExportCollectionRequest, context: Context
    ) -> AsyncIterator[collection_service_pb2.ExportCollectionResponse]:
        """Stream a document. What was sent is let go of."""
        exported = await self._collections.export(
            current_principal(),
            request.collection_id,
            release_tag=request.release_tag,
            account_id=request.account_id,
        )
        collection, slices = codec.collection_message(exported.collection), exported.slices[::-1]
        del exported
        yield collection_service_pb2.ExportCollectionResponse(collection=collection)
        while slices:
            yield collection_service_pb2.ExportCollectionResponse(chunk=slices.pop())

    async def ListItems(
        self, request: collection_service_pb2.ListItemsRequest, context: Context
    ) -> collection_service_pb2.ListItemsResponse:
        """Return a page of saved requests."""
        page = await self._collections.items(
            current_principal(), request.collection_id, _page_order(request), account_id=request.account_id
        )
        return collection_service_pb2.ListItemsResponse(
            items=map(codec.item_message, page.rows), next_page_token=page.next_page_token
        )

    async def CreateReleaseTag(
        self, request: collection_service_pb2.CreateReleaseTagRequest, context: Context
    ) -> collection_service_pb2.CreateReleaseTagResponse:
        """Pin the present content."""
        tag = await self._release_tags.create(
            current_principal(),
            request.collection_id,
            request.name,
            request_id=request.request_id,
            account_id=request.account_id,
        )
        return collection_service_pb2.CreateReleaseTagResponse(release_tag=codec.release_tag_message(tag))

    async def GetReleaseTag(
        self, request: collection_service_pb2.GetReleaseTagRequest, context: Context
    ) -> collection_service_pb2.GetReleaseTagResponse:
        """Return one release tag."""
        tag = await self._release_tags.get(
            current_principal(), request.collection_id, request.name, account_id=request.account_id
        )
        return collection_service_pb2.GetReleaseTagResponse(release_tag=codec.release_tag_message(tag))

    async def ListReleaseTags(
        self, request: collection_service_pb2.ListReleaseTagsRequest, context: Context
    ) -> collection_service_pb2.ListReleaseTagsResponse:
        """Return a page of release tags."""
        page = await self._release_tags.page(
            current_principal(), request.collection_id, _page_order(request), account_id=request.account_id
        )
        return collection_service_pb2.ListReleaseTagsResponse(
            release_tags=map(codec.release_tag_message, page.rows), next_page_token=page.next_page_token
        )

    async def DeleteReleaseTag(
        self, request: collection_service_pb2.DeleteReleaseTagRequest, context: Context
    ) -> collection_service_pb2.DeleteReleaseTagResponse:
        """Remove a release tag."""
        await self._release_tags.delete(
            current_principal(), request.collection_id, request.name, account_id=request.account_id
        )
        return collection_service_pb2.DeleteReleaseTagResponse()


class ExampleServer(ExampleServiceServicer):
    """Examples inside their collections."""

    def __init__(self, examples: Examples) -> None:
        """Take the use cases."""
        self._examples = examples

    async def ListExamples(
        self, request: example_service_pb2.ListExamplesRequest, context: Context
    ) -> example_service_pb2.ListExamplesResponse:
        """Return a page of examples."""
        page = await self._examples.page(
            current_principal(),
            request.collection_id,
            _page_order(request),
            item_id=request.item_id,
            account_id=request.account_id,
        )
        return example_service_pb2.ListExamplesResponse(
            examples=map(codec.stored_example_message, page.rows), next_page_token=page.next_page_token
        )

    async def GetExample(
        self, request: example_service_pb2.GetExampleRequest, context: Context
    ) -> example_service_pb2.GetExampleResponse:
        """Return one example."""
        stored = await self._examples.get(
            current_principal(), request.collection_id, request.example_id, account_id=request.account_id
        )
        return example_service_pb2.GetExampleResponse(example=codec.stored_example_message(stored))

    async def CreateExample(
        self, request: example_service_pb2.CreateExampleRequest, context: Context
    ) -> example_service_pb2.CreateExampleResponse:
        """Add an example."""
        stored = await self._examples.create(
            current_principal(),
            _collection_target(request),
            NewExample(
                example=codec.example_of(request.example),
                item_id=request.item_id,
                has_request=request.example.HasField("request"),
            ),
            request_id=request.request_id,
        )
        return example_service_pb2.CreateExampleResponse(example=codec.stored_example_message(stored))

    async def UpdateExample(
        self, request: example_service_pb2.UpdateExampleRequest, context: Context
    ) -> example_service_pb2.UpdateExampleResponse:
        """Change an example."""
        example = codec.example_of(request.example)
        stored = await self._examples.update(
            current_principal(),
            _collection_target(request),
            replace(example, id=ExampleId(request.example_id)),
            mask=request.update_mask.paths,
        )
        return example_service_pb2.UpdateExampleResponse(example=codec.stored_example_message(stored))

    async def DeleteExample(
        self, request: example_service_pb2.DeleteExampleRequest, context: Context
    ) -> example_service_pb2.DeleteExampleResponse:
        """Remove an example."""
        await self._examples.delete(current_principal(), _collection_target(request), request.example_id)
        return example_service_pb2.DeleteExampleResponse()


class EnvironmentServer(EnvironmentServiceServicer):
    """Environments."""

    def __init__(self, environments: Environments) -> None:
        """Take the use cases."""
        self._environments = environments

    async def CreateEnvironment(
        self, request: environment_service_pb2.CreateEnvironmentRequest, context: Context
    ) -> environment_service_pb2.CreateEnvironmentResponse:
        """Store a new environment."""
        stored = await self._environments.create(
            current_principal(),
            codec.new_environment_of(request.environment),
            request_id=request.request_id,
            account_id=request.account_id,
        )
        return environment_service_pb2.CreateEnvironmentResponse(environment=codec.environment_message(stored))

    async def GetEnvironment(
        self, request: environment_service_pb2.GetEnvironmentRequest, context: Context
    ) -> environment_service_pb2.GetEnvironmentResponse:
        """Return one environment."""
        stored = await self._environments.get(
            current_principal(), request.environment_id, account_id=request.account_id
        )
        return environment_service_pb2.GetEnvironmentResponse(environment=codec.environment_message(stored))

    async def ListEnvironments(
        self, request: environment_service_pb2.ListEnvironmentsRequest, context: Context
    ) -> environment_service_pb2.ListEnvironmentsResponse:
        """Return a page of environments."""
        page = await self._environments.page(
            current_principal(), _page_order(request), name=request.name, account_id=request.account_id
        )
        return environment_service_pb2.ListEnvironmentsResponse(
            environments=map(codec.environment_message, page.rows), next_page_token=page.next_page_token
        )

    async def UpdateEnvironment(
        self, request: environment_service_pb2.UpdateEnvironmentRequest, context: Context
    ) -> environment_service_pb2.UpdateEnvironmentResponse:
        """Change an environment."""
        stored = await self._environments.update(
            current_principal(),
            _environment_target(request),
            codec.new_environment_of(request.environment),
            mask=request.update_mask.paths,
        )
        return environment_service_pb2.UpdateEnvironmentResponse(environment=codec.environment_message(stored))

    async def DeleteEnvironment(
        self, request: environment_service_pb2.DeleteEnvironmentRequest, context: Context
    ) -> environment_service_pb2.DeleteEnvironmentResponse:
        """Remove an environment."""
        await self._environments.delete(current_principal(), _environment_target(request))
        return environment_service_pb2.DeleteEnvironmentResponse()


class WatchServer(WatchServiceServicer):
    """Watch streams."""

    def __init__(self, log: RevisionLog) -> None:
        """Take the service's revisions."""
        self._log = log

    async def Watch(
        self, request: watch_service_pb2.WatchRequest, context: Context
    ) -> AsyncIterator[watch_service_pb2.WatchResponse]:
        """Stream what changes."""
        resume = Revision(request.resume_revision) if request.HasField("resume_revision") else None
        async for watched in watch(self._log, current_principal(), resume):
            yield codec.watched_message(watched)


def _parts_of(
    requests: AsyncIterator[collection_service_pb2.ImportCollectionRequest],
) -> AsyncIterator[ImportHeader | bytes]:
    """Yield what an upload's messages carry. Raises InvalidInput for a message that carries nothing."""

    async def parts() -> AsyncIterator[ImportHeader | bytes]:
        async for request in requests:
            match request.WhichOneof("part"):
                case "header":
                    yield request.header
                case "chunk":
                    yield request.chunk
                case _:
                    raise InvalidInput.of("part", "is missing.", "Send the header or a chunk in each message.")

    return parts()


def _import_order(header: ImportHeader) -> ImportOrder:
    if header.mode not in codec.IMPORT_MODES:
        raise InvalidInput.of("mode", f"is {header.mode}, which this server does not know.", "Leave it out for UPSERT.")
    return ImportOrder(
        mode=codec.IMPORT_MODES[header.mode],
        collection_id=header.collection_id,
        etag=header.etag,
        request_id=header.request_id,
        account_id=header.account_id,
    )


def _name(contract: ModuleType) -> str:
    """Return the full name of the one service of a contract's file."""
    (service,) = contract.DESCRIPTOR.services_by_name.values()
    return str(service.full_name)


class _NamesCollection(Protocol):
    """A request that writes a collection, or something in it."""

    @property
    def collection_id(self) -> str: ...
    @property
    def etag(self) -> str: ...
    @property
    def account_id(self) -> int: ...


def _collection_target(request: _NamesCollection) -> Target:
    return Target(id=request.collection_id, etag=request.etag, account_id=request.account_id)


def _environment_target(
    request: environment_service_pb2.UpdateEnvironmentRequest | environment_service_pb2.DeleteEnvironmentRequest,
) -> Target:
    return Target(id=request.environment_id, etag=request.etag, account_id=request.account_id)


class _AsksForPage(Protocol):
    """A request for a page of a list."""

    @property
    def page_size(self) -> int: ...
    @property
    def page_token(self) -> str: ...


def _page_order(request: _AsksForPage) -> PageOrder:
    return PageOrder(size=request.page_size, token=request.page_token)
