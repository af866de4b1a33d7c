"""Serves understudy.catalog.v1.CollectionService."""
# ruff: noqa: N802, D102, ARG002 -- the contract names and describes the methods; gRPC gives each a context

import asyncio
from collections.abc import AsyncIterator

from understudy.catalog.v1 import collection_service_pb2 as pb
from understudy.catalog.v1.collection_service_pb2_grpc import (
    CollectionServiceServicer,
    add_CollectionServiceServicer_to_server,
)

from services.catalog.server.requests import collection_target, page_order
from services.catalog.upload import check_announced_size, document_of, first_header
from services.catalog.use_cases import Collections, ImportOrder, ReleaseTags
from services.core.errors import InvalidInput
from services.runtime.grpc_server import Service
from services.wire.authentication import current_principal
from services.wire.catalog_codec import (
    IMPORT_MODES,
    collection_message,
    imported_message,
    item_message,
    release_tag_message,
)
from services.wire.handlers import Context

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["CollectionService"].full_name

ImportHeader = pb.ImportCollectionRequest.Header


def collection_service(collections: Collections, release_tags: ReleaseTags, *, uploads_at_once: int) -> Service:
    """Return the gRPC service around the use cases; it receives at most `uploads_at_once` documents at once."""
    servicer = CollectionServer(collections, release_tags, asyncio.Semaphore(uploads_at_once))
    return Service(SERVICE_NAME, lambda server: add_CollectionServiceServicer_to_server(servicer, server))


class CollectionServer(CollectionServiceServicer):
    """Collections, their items and their release tags."""

    def __init__(self, collections: Collections, release_tags: ReleaseTags, uploads: asyncio.Semaphore) -> None:
        """Take the use cases, and the semaphore that bounds how many documents are received at once."""
        self._collections = collections
        self._release_tags = release_tags
        self._uploads = uploads

    async def ImportCollection(
        self, request_iterator: AsyncIterator[pb.ImportCollectionRequest], context: Context
    ) -> pb.ImportCollectionResponse:
        principal, parts = current_principal(), _parts_of(request_iterator)
        header = await first_header(parts)
        order = _import_order(header)
        check_announced_size(header.size_bytes)
        self._collections.check_import(principal, order)
        async with self._uploads:
            imported = await self._collections.import_document(principal, order, await document_of(parts))
        return imported_message(imported)

    async def GetCollection(self, request: pb.GetCollectionRequest, context: Context) -> pb.GetCollectionResponse:
        collection = await self._collections.get(
            current_principal(), request.collection_id, account_id=request.account_id
        )
        return pb.GetCollectionResponse(collection=collection_message(collection))

    async def ListCollections(self, request: pb.ListCollectionsRequest, context: Context) -> pb.ListCollectionsResponse:
        page = await self._collections.page(
            current_principal(), page_order(request), name=request.name, account_id=request.account_id
        )
        return pb.ListCollectionsResponse(
            collections=map(collection_message, page.rows), next_page_token=page.next_page_token
        )

    async def UpdateCollection(
        self, request: pb.UpdateCollectionRequest, context: Context
    ) -> pb.UpdateCollectionResponse:
        collection = await self._collections.update(
            current_principal(),
            collection_target(request),
            name=request.collection.name,
            description=request.collection.description,
            fields=request.update_mask.paths,
        )
        return pb.UpdateCollectionResponse(collection=collection_message(collection))

    async def DeleteCollection(
        self, request: pb.DeleteCollectionRequest, context: Context
    ) -> pb.DeleteCollectionResponse:
        await self._collections.delete(current_principal(), collection_target(request))
        return pb.DeleteCollectionResponse()

    async def ExportCollection(
        self, request: pb.ExportCollectionRequest, context: Context
    ) -> AsyncIterator[pb.ExportCollectionResponse]:
        exported = await self._collections.export(
            current_principal(),
            request.collection_id,
            release_tag=request.release_tag,
            account_id=request.account_id,
        )
        collection, slices = collection_message(exported.collection), exported.slices[::-1]
        del exported
        yield pb.ExportCollectionResponse(collection=collection)
        while slices:  # What was sent is let go of.
            yield pb.ExportCollectionResponse(chunk=slices.pop())

    async def ListItems(self, request: pb.ListItemsRequest, context: Context) -> pb.ListItemsResponse:
        page = await self._collections.items(
            current_principal(), request.collection_id, page_order(request), account_id=request.account_id
        )
        return pb.ListItemsResponse(items=map(item_message, page.rows), next_page_token=page.next_page_token)

    async def CreateReleaseTag(
        self, request: pb.CreateReleaseTagRequest, context: Context
    ) -> pb.CreateReleaseTagResponse:
        tag = await self._release_tags.create(
            current_principal(),
            request.collection_id,
            request.name,
            request_id=request.request_id,
            account_id=request.account_id,
        )
        return pb.CreateReleaseTagResponse(release_tag=release_tag_message(tag))

    async def GetReleaseTag(self, request: pb.GetReleaseTagRequest, context: Context) -> pb.GetReleaseTagResponse:
        tag = await self._release_tags.get(
            current_principal(), request.collection_id, request.name, account_id=request.account_id
        )
        return pb.GetReleaseTagResponse(release_tag=release_tag_message(tag))

    async def ListReleaseTags(self, request: pb.ListReleaseTagsRequest, context: Context) -> pb.ListReleaseTagsResponse:
        page = await self._release_tags.page(
            current_principal(), request.collection_id, page_order(request), account_id=request.account_id
        )
        return pb.ListReleaseTagsResponse(
            release_tags=map(release_tag_message, page.rows), next_page_token=page.next_page_token
        )

    async def DeleteReleaseTag(
        self, request: pb.DeleteReleaseTagRequest, context: Context
    ) -> pb.DeleteReleaseTagResponse:
        await self._release_tags.delete(
            current_principal(), request.collection_id, request.name, account_id=request.account_id
        )
        return pb.DeleteReleaseTagResponse()


async def _parts_of(requests: AsyncIterator[pb.ImportCollectionRequest]) -> AsyncIterator[ImportHeader | bytes]:
    """Yield what an upload's messages carry. Raises InvalidInput for a message that carries nothing."""
    async for request in requests:
        match request.WhichOneof("part"):
            case "header":
                yield request.header
            case "chunk":
                yield request.chunk
            case _:
                raise InvalidInput.of("part", "is missing.", "Send the header or a chunk in each message.")


def _import_order(header: ImportHeader) -> ImportOrder:
    if header.mode not in IMPORT_MODES:
        raise InvalidInput.of("mode", f"is {header.mode}, which this server does not know.", "Leave it out for UPSERT.")
    return ImportOrder(
        mode=IMPORT_MODES[header.mode],
        collection_id=header.collection_id,
        etag=header.etag,
        request_id=header.request_id,
        account_id=header.account_id,
    )
