"""Serves understudy.catalog.v1.ExampleService."""
# ruff: noqa: N802, D102, ARG002 -- the contract names and describes the methods; gRPC gives each a context

from dataclasses import replace

from understudy.catalog.v1 import example_service_pb2 as pb
from understudy.catalog.v1.example_service_pb2_grpc import ExampleServiceServicer, add_ExampleServiceServicer_to_server

from services.catalog.server.requests import collection_target, page_order
from services.catalog.use_cases import Examples, NewExample
from services.core.ids import ExampleId
from services.runtime.grpc_server import Service
from services.wire.authentication import current_principal
from services.wire.catalog_codec import example_of, stored_example_message
from services.wire.handlers import Context

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["ExampleService"].full_name


def example_service(use_cases: Examples) -> Service:
    """Return the gRPC service around the use cases."""
    servicer = ExampleServer(use_cases)
    return Service(SERVICE_NAME, lambda server: add_ExampleServiceServicer_to_server(servicer, server))


class ExampleServer(ExampleServiceServicer):
    """Examples inside their collections."""

    def __init__(self, use_cases: Examples) -> None:
        """Take the use cases."""
        self._examples = use_cases

    async def ListExamples(self, request: pb.ListExamplesRequest, context: Context) -> pb.ListExamplesResponse:
        page = await self._examples.page(
            current_principal(),
            request.collection_id,
            page_order(request),
            item_id=request.item_id,
            account_id=request.account_id,
        )
        return pb.ListExamplesResponse(
            examples=map(stored_example_message, page.rows), next_page_token=page.next_page_token
        )

    async def GetExample(self, request: pb.GetExampleRequest, context: Context) -> pb.GetExampleResponse:
        stored = await self._examples.get(
            current_principal(), request.collection_id, request.example_id, account_id=request.account_id
        )
        return pb.GetExampleResponse(example=stored_example_message(stored))

    async def CreateExample(self, request: pb.CreateExampleRequest, context: Context) -> pb.CreateExampleResponse:
        new = NewExample(
            example=example_of(request.example),
            item_id=request.item_id,
            has_request=request.example.HasField("request"),
        )
        stored = await self._examples.create(
            current_principal(), collection_target(request), new, request_id=request.request_id
        )
        return pb.CreateExampleResponse(example=stored_example_message(stored))

    async def UpdateExample(self, request: pb.UpdateExampleRequest, context: Context) -> pb.UpdateExampleResponse:
        stored = await self._examples.update(
            current_principal(),
            collection_target(request),
            replace(example_of(request.example), id=ExampleId(request.example_id)),
            fields=request.update_mask.paths,
        )
        return pb.UpdateExampleResponse(example=stored_example_message(stored))

    async def DeleteExample(self, request: pb.DeleteExampleRequest, context: Context) -> pb.DeleteExampleResponse:
        await self._examples.delete(current_principal(), collection_target(request), request.example_id)
        return pb.DeleteExampleResponse()
