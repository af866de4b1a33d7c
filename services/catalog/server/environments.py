"""Serves understudy.catalog.v1.EnvironmentService."""
# ruff: noqa: N802, D102, ARG002 -- the contract names and describes the methods; gRPC gives each a context

from understudy.catalog.v1 import environment_service_pb2 as pb
from understudy.catalog.v1.environment_service_pb2_grpc import (
    EnvironmentServiceServicer,
    add_EnvironmentServiceServicer_to_server,
)

from services.catalog.server.requests import page_order
from services.catalog.use_cases import Environments, Target
from services.runtime.grpc_server import Service
from services.wire.authentication import current_principal
from services.wire.catalog_codec import environment_message, new_environment_of
from services.wire.handlers import Context

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["EnvironmentService"].full_name


def environment_service(use_cases: Environments) -> Service:
    """Return the gRPC service around the use cases."""
    servicer = EnvironmentServer(use_cases)
    return Service(SERVICE_NAME, lambda server: add_EnvironmentServiceServicer_to_server(servicer, server))


class EnvironmentServer(EnvironmentServiceServicer):
    """Environments."""

    def __init__(self, use_cases: Environments) -> None:
        """Take the use cases."""
        self._environments = use_cases

    async def CreateEnvironment(
        self, request: pb.CreateEnvironmentRequest, context: Context
    ) -> pb.CreateEnvironmentResponse:
        stored = await self._environments.create(
            current_principal(),
            new_environment_of(request.environment),
            request_id=request.request_id,
            account_id=request.account_id,
        )
        return pb.CreateEnvironmentResponse(environment=environment_message(stored))

    async def GetEnvironment(self, request: pb.GetEnvironmentRequest, context: Context) -> pb.GetEnvironmentResponse:
        stored = await self._environments.get(
            current_principal(),
            request.environment_id,
            omit_variables=request.omit_variables,
            account_id=request.account_id,
        )
        return pb.GetEnvironmentResponse(environment=environment_message(stored))

    async def ListEnvironments(
        self, request: pb.ListEnvironmentsRequest, context: Context
    ) -> pb.ListEnvironmentsResponse:
        page = await self._environments.page(
            current_principal(), page_order(request), name=request.name, account_id=request.account_id
        )
        return pb.ListEnvironmentsResponse(
            environments=map(environment_message, page.rows), next_page_token=page.next_page_token
        )

    async def UpdateEnvironment(
        self, request: pb.UpdateEnvironmentRequest, context: Context
    ) -> pb.UpdateEnvironmentResponse:
        stored = await self._environments.update(
            current_principal(),
            _environment_target(request),
            new_environment_of(request.environment),
            fields=request.update_mask.paths,
        )
        return pb.UpdateEnvironmentResponse(environment=environment_message(stored))

    async def DeleteEnvironment(
        self, request: pb.DeleteEnvironmentRequest, context: Context
    ) -> pb.DeleteEnvironmentResponse:
        await self._environments.delete(current_principal(), _environment_target(request))
        return pb.DeleteEnvironmentResponse()


def _environment_target(request: pb.UpdateEnvironmentRequest | pb.DeleteEnvironmentRequest) -> Target:
    return Target(id=request.environment_id, etag=request.etag, account_id=request.account_id)
