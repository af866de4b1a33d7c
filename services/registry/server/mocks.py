"""Serves understudy.registry.v1.MockService."""
# ruff: noqa: N802, D102, ARG002 -- the contract names and describes the methods; gRPC gives each a context

from understudy.registry.v1 import mock_service_pb2 as pb
from understudy.registry.v1.mock_service_pb2_grpc import MockServiceServicer, add_MockServiceServicer_to_server

from services.core.access.visibility import Visibility
from services.registry.use_cases.mocks import MockUseCases
from services.registry.use_cases.server_responses import ServerResponseUseCases
from services.runtime.grpc_server import Service
from services.wire.authentication import current_principal
from services.wire.handlers import Context
from services.wire.registry_codec import (
    mock_draft_of,
    mock_message,
    server_response_draft_of,
    server_response_message,
)

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["MockService"].full_name


def mock_service(mocks: MockUseCases, server_responses: ServerResponseUseCases) -> Service:
    """Return the gRPC service around the use cases."""
    servicer = MockServer(mocks, server_responses)
    return Service(SERVICE_NAME, lambda server: add_MockServiceServicer_to_server(servicer, server))


class MockServer(MockServiceServicer):
    """Mocks and their server responses."""

    def __init__(self, mocks: MockUseCases, server_responses: ServerResponseUseCases) -> None:
        """Take the use cases."""
        self._mocks = mocks
        self._server_responses = server_responses

    async def CreateMock(self, request: pb.CreateMockRequest, context: Context) -> pb.CreateMockResponse:
        mock = await self._mocks.create(current_principal(), mock_draft_of(request.mock), request_id=request.request_id)
        return pb.CreateMockResponse(mock=mock_message(mock))

    async def GetMock(self, request: pb.GetMockRequest, context: Context) -> pb.GetMockResponse:
        mock, active = await self._mocks.get(current_principal(), request.mock_id)
        return pb.GetMockResponse(
            mock=mock_message(mock),
            active_server_response=None if active is None else server_response_message(active),
        )

    async def ListMocks(self, request: pb.ListMocksRequest, context: Context) -> pb.ListMocksResponse:
        page = await self._mocks.list(
            current_principal(),
            collection_id=request.collection_id,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return pb.ListMocksResponse(mocks=map(mock_message, page.rows), next_page_token=page.next_page_token)

    async def UpdateMock(self, request: pb.UpdateMockRequest, context: Context) -> pb.UpdateMockResponse:
        mock = await self._mocks.update(
            current_principal(),
            request.mock_id,
            mock_draft_of(request.mock),
            fields=request.update_mask.paths,
            etag=request.etag,
        )
        return pb.UpdateMockResponse(mock=mock_message(mock))

    async def DeleteMock(self, request: pb.DeleteMockRequest, context: Context) -> pb.DeleteMockResponse:
        await self._mocks.delete(current_principal(), request.mock_id, etag=request.etag)
        return pb.DeleteMockResponse()

    async def PublishMock(self, request: pb.PublishMockRequest, context: Context) -> pb.PublishMockResponse:
        mock = await self._mocks.switch(current_principal(), request.mock_id, Visibility.PUBLIC)
        return pb.PublishMockResponse(mock=mock_message(mock))

    async def UnpublishMock(self, request: pb.UnpublishMockRequest, context: Context) -> pb.UnpublishMockResponse:
        mock = await self._mocks.switch(current_principal(), request.mock_id, Visibility.PRIVATE)
        return pb.UnpublishMockResponse(mock=mock_message(mock))

    async def CreateServerResponse(
        self, request: pb.CreateServerResponseRequest, context: Context
    ) -> pb.CreateServerResponseResponse:
        response = await self._server_responses.create(
            current_principal(),
            request.mock_id,
            server_response_draft_of(request.server_response),
            request_id=request.request_id,
        )
        return pb.CreateServerResponseResponse(server_response=server_response_message(response))

    async def GetServerResponse(
        self, request: pb.GetServerResponseRequest, context: Context
    ) -> pb.GetServerResponseResponse:
        response = await self._server_responses.get(current_principal(), request.mock_id, request.server_response_id)
        return pb.GetServerResponseResponse(server_response=server_response_message(response))

    async def ListServerResponses(
        self, request: pb.ListServerResponsesRequest, context: Context
    ) -> pb.ListServerResponsesResponse:
        page = await self._server_responses.list(
            current_principal(), request.mock_id, page_size=request.page_size, page_token=request.page_token
        )
        return pb.ListServerResponsesResponse(
            server_responses=map(server_response_message, page.rows), next_page_token=page.next_page_token
        )

    async def UpdateServerResponse(
        self, request: pb.UpdateServerResponseRequest, context: Context
    ) -> pb.UpdateServerResponseResponse:
        response = await self._server_responses.update(
            current_principal(),
            request.mock_id,
            request.server_response_id,
            server_response_draft_of(request.server_response),
            fields=request.update_mask.paths,
            etag=request.etag,
        )
        return pb.UpdateServerResponseResponse(server_response=server_response_message(response))

    async def DeleteServerResponse(
        self, request: pb.DeleteServerResponseRequest, context: Context
    ) -> pb.DeleteServerResponseResponse:
        await self._server_responses.delete(
            current_principal(), request.mock_id, request.server_response_id, etag=request.etag
        )
        return pb.DeleteServerResponseResponse()
