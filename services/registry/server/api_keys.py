"""Serves understudy.registry.v1.ApiKeyService."""
# ruff: noqa: N802, D102, ARG002 -- the contract names and describes the methods; gRPC gives each a context

from understudy.registry.v1 import api_key_service_pb2 as pb
from understudy.registry.v1.api_key_service_pb2_grpc import ApiKeyServiceServicer, add_ApiKeyServiceServicer_to_server

from services.core.ids import UserId
from services.registry.use_cases.api_keys import ApiKeyUseCases
from services.runtime.grpc_server import Service
from services.wire.account_codec import api_key_message, key_digest_message, verified_message
from services.wire.authentication import current_principal
from services.wire.handlers import Context

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["ApiKeyService"].full_name


def api_key_service(use_cases: ApiKeyUseCases) -> Service:
    """Return the gRPC service around the use cases."""
    servicer = ApiKeyServer(use_cases)
    return Service(SERVICE_NAME, lambda server: add_ApiKeyServiceServicer_to_server(servicer, server))


class ApiKeyServer(ApiKeyServiceServicer):
    """API keys."""

    def __init__(self, use_cases: ApiKeyUseCases) -> None:
        """Take the use cases."""
        self._keys = use_cases

    async def CreateApiKey(self, request: pb.CreateApiKeyRequest, context: Context) -> pb.CreateApiKeyResponse:
        key, secret = await self._keys.create(
            current_principal(), request.name, user_id=UserId(request.user_id), request_id=request.request_id
        )
        return pb.CreateApiKeyResponse(api_key=api_key_message(key), secret=secret)

    async def ListApiKeys(self, request: pb.ListApiKeysRequest, context: Context) -> pb.ListApiKeysResponse:
        page = await self._keys.list(
            current_principal(),
            show_revoked=request.show_revoked,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return pb.ListApiKeysResponse(api_keys=map(api_key_message, page.rows), next_page_token=page.next_page_token)

    async def RevokeApiKey(self, request: pb.RevokeApiKeyRequest, context: Context) -> pb.RevokeApiKeyResponse:
        key = await self._keys.revoke(current_principal(), request.api_key_id)
        return pb.RevokeApiKeyResponse(api_key=api_key_message(key))

    async def VerifyApiKey(self, request: pb.VerifyApiKeyRequest, context: Context) -> pb.VerifyApiKeyResponse:
        return verified_message(await self._keys.verify(request.secret))

    async def ListKeyDigests(self, request: pb.ListKeyDigestsRequest, context: Context) -> pb.ListKeyDigestsResponse:
        page = await self._keys.list_digests(
            current_principal(), page_size=request.page_size, page_token=request.page_token
        )
        return pb.ListKeyDigestsResponse(
            key_digests=map(key_digest_message, page.rows), next_page_token=page.next_page_token
        )
