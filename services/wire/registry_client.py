"""The typed client of registry: accounts, users, API keys, mocks, server responses and the watch stream.

Every method raises the errors of `services.core.errors`, Unavailable among them; the contract names each method's.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from understudy.registry.v1 import (
    account_pb2,
    account_service_pb2,
    account_service_pb2_grpc,
    api_key_service_pb2,
    api_key_service_pb2_grpc,
    mock_service_pb2,
    mock_service_pb2_grpc,
    watch_service_pb2,
    watch_service_pb2_grpc,
)

from services.core.access.accounts import Account, User, UserDraft
from services.core.access.api_keys import ApiKey, KeyDigest
from services.core.access.principal import Principal, Role
from services.core.changes import RegistryChange, Watched
from services.core.ids import Revision
from services.core.mocks import Mock, MockDraft, ServerResponse, ServerResponseDraft
from services.wire import account_codec, registry_codec
from services.wire.authentication import Metadata
from services.wire.channel import Caller
from services.wire.paging import Page, rows_of

DIGESTS_PER_PAGE = 10_000
"""The most the contract allows: a service that starts wants them all, and 10,000 are about a megabyte."""


class RegistryClient:
    """Registry, as the holder of `credentials` sees it."""

    def __init__(self, channel: grpc.aio.Channel, credentials: Metadata) -> None:
        """Take a channel to registry and what proves the caller."""
        self._channel = channel
        self._caller = Caller(credentials)
        self._accounts = account_service_pb2_grpc.AccountServiceStub(channel)
        self._keys = api_key_service_pb2_grpc.ApiKeyServiceStub(channel)
        self._mocks = mock_service_pb2_grpc.MockServiceStub(channel)
        self._changes = watch_service_pb2_grpc.WatchServiceStub(channel)

    def acting_as(self, credentials: Metadata) -> "RegistryClient":
        """Return the same registry, on the same connection, for another caller."""
        return RegistryClient(self._channel, credentials)

    async def get_caller(self) -> tuple[User, Account]:
        """Return who the credentials belong to."""
        response = await self._caller.unary(self._accounts.GetCaller, account_service_pb2.GetCallerRequest())
        return account_codec.user_of(response.user), account_codec.account_of(response.account)

    async def create_account(self, name: str, *, request_id: str = "") -> Account:
        """Make an account, without users yet."""
        request = account_service_pb2.CreateAccountRequest(name=name, request_id=request_id)
        response = await self._caller.unary(self._accounts.CreateAccount, request)
        return account_codec.account_of(response.account)

    async def get_account(self, account_id: int) -> Account:
        """Return one account."""
        request = account_service_pb2.GetAccountRequest(account_id=account_id)
        response = await self._caller.unary(self._accounts.GetAccount, request)
        return account_codec.account_of(response.account)

    async def list_accounts_page(self, *, page_size: int = 0, page_token: str = "") -> Page[Account]:
        """Return a page of the accounts the caller sees, by number."""
        request = account_service_pb2.ListAccountsRequest(page_size=page_size, page_token=page_token)
        response = await self._caller.unary(self._accounts.ListAccounts, request)
        return Page(tuple(map(account_codec.account_of, response.accounts)), response.next_page_token)

    def list_accounts(self) -> AsyncIterator[Account]:
        """Yield the accounts the caller sees, by number."""
        return rows_of(lambda token: self.list_accounts_page(page_token=token))

    async def update_account(self, account_id: int, *, name: str, etag: str = "") -> Account:
        """Rename an account."""
        request = account_service_pb2.UpdateAccountRequest(
            account_id=account_id,
            account=account_pb2.Account(name=name),
            update_mask=FieldMask(paths=["name"]),
            etag=etag,
        )
        response = await self._caller.unary(self._accounts.UpdateAccount, request)
        return account_codec.account_of(response.account)

    async def create_user(  # noqa: PLR0913 -- each is a field of the user or of the contract's request
        self,
        username: str,
        *,
        role: Role,
        full_name: str = "",
        email: str = "",
        account_id: int = 0,
        request_id: str = "",
    ) -> User:
        """Make a user; in the caller's account unless another is named."""
        draft = UserDraft(username=username, full_name=full_name, email=email, role=role)
        request = account_service_pb2.CreateUserRequest(
            account_id=account_id, user=account_codec.user_draft_message(draft), request_id=request_id
        )
        response = await self._caller.unary(self._accounts.CreateUser, request)
        return account_codec.user_of(response.user)

    async def get_user(self, user_id: int) -> User:
        """Return one user."""
        request = account_service_pb2.GetUserRequest(user_id=user_id)
        response = await self._caller.unary(self._accounts.GetUser, request)
        return account_codec.user_of(response.user)

    async def list_users_page(self, account_id: int = 0, *, page_size: int = 0, page_token: str = "") -> Page[User]:
        """Return a page of an account's users, by number."""
        request = account_service_pb2.ListUsersRequest(
            account_id=account_id, page_size=page_size, page_token=page_token
        )
        response = await self._caller.unary(self._accounts.ListUsers, request)
        return Page(tuple(map(account_codec.user_of, response.users)), response.next_page_token)

    def list_users(self, account_id: int = 0) -> AsyncIterator[User]:
        """Yield an account's users, by number; the caller's account unless another is named."""
        return rows_of(lambda token: self.list_users_page(account_id, page_token=token))

    async def update_user(  # noqa: PLR0913 -- each is a field of the user or of the contract's request
        self,
        user_id: int,
        *,
        username: str | None = None,
        full_name: str | None = None,
        email: str | None = None,
        role: Role | None = None,
        etag: str = "",
    ) -> User:
        """Change what is not None."""
        changes = {"username": username, "full_name": full_name, "email": email, "role": role}
        draft = UserDraft(username=username or "", full_name=full_name or "", email=email or "", role=role)
        request = account_service_pb2.UpdateUserRequest(
            user_id=user_id,
            user=account_codec.user_draft_message(draft),
            update_mask=FieldMask(paths=[field for field, value in changes.items() if value is not None]),
            etag=etag,
        )
        response = await self._caller.unary(self._accounts.UpdateUser, request)
        return account_codec.user_of(response.user)

    async def delete_user(self, user_id: int, *, etag: str = "") -> None:
        """Remove a user and the user's API keys."""
        request = account_service_pb2.DeleteUserRequest(user_id=user_id, etag=etag)
        await self._caller.unary(self._accounts.DeleteUser, request)

    async def create_api_key(self, name: str, *, user_id: int = 0, request_id: str = "") -> tuple[ApiKey, str]:
        """Make an API key, and return it with its secret, which is never shown again."""
        request = api_key_service_pb2.CreateApiKeyRequest(name=name, user_id=user_id, request_id=request_id)
        response = await self._caller.unary(self._keys.CreateApiKey, request)
        return account_codec.api_key_of(response.api_key), response.secret

    async def list_api_keys_page(
        self, *, show_revoked: bool = False, page_size: int = 0, page_token: str = ""
    ) -> Page[ApiKey]:
        """Return a page of the keys the caller keeps, newest first."""
        request = api_key_service_pb2.ListApiKeysRequest(
            show_revoked=show_revoked, page_size=page_size, page_token=page_token
        )
        response = await self._caller.unary(self._keys.ListApiKeys, request)
        return Page(tuple(map(account_codec.api_key_of, response.api_keys)), response.next_page_token)

    def list_api_keys(self, *, show_revoked: bool = False) -> AsyncIterator[ApiKey]:
        """Yield the keys the caller keeps, newest first."""
        return rows_of(lambda token: self.list_api_keys_page(show_revoked=show_revoked, page_token=token))

    async def revoke_api_key(self, api_key_id: str) -> ApiKey:
        """End a key's validity, for ever."""
        request = api_key_service_pb2.RevokeApiKeyRequest(api_key_id=api_key_id)
        response = await self._caller.unary(self._keys.RevokeApiKey, request)
        return account_codec.api_key_of(response.api_key)

    async def verify_api_key(self, secret: str) -> Principal | None:
        """Return whose key this is, None where it is not valid."""
        request = api_key_service_pb2.VerifyApiKeyRequest(secret=secret)
        return account_codec.principal_of(await self._caller.unary(self._keys.VerifyApiKey, request))

    async def list_key_digests_page(
        self, *, page_size: int = DIGESTS_PER_PAGE, page_token: str = ""
    ) -> Page[KeyDigest]:
        """Return a page of the digests of all valid keys; for services alone."""
        request = api_key_service_pb2.ListKeyDigestsRequest(page_size=page_size, page_token=page_token)
        response = await self._caller.unary(self._keys.ListKeyDigests, request)
        return Page(tuple(map(account_codec.key_digest_of, response.key_digests)), response.next_page_token)

    def list_key_digests(self) -> AsyncIterator[KeyDigest]:
        """Yield the digests of all valid keys; for services alone."""
        return rows_of(lambda token: self.list_key_digests_page(page_token=token))

    async def create_mock(self, draft: MockDraft, *, request_id: str = "") -> Mock:
        """Make a mock of a collection."""
        request = mock_service_pb2.CreateMockRequest(
            mock=registry_codec.mock_draft_message(draft), request_id=request_id
        )
        response = await self._caller.unary(self._mocks.CreateMock, request)
        return registry_codec.mock_of(response.mock)

    async def get_mock(self, mock_id: str) -> tuple[Mock, ServerResponse | None]:
        """Return a mock and, where one is active, its server response; services may ask for any account's."""
        request = mock_service_pb2.GetMockRequest(mock_id=mock_id)
        response = await self._caller.unary(self._mocks.GetMock, request)
        active = response.active_server_response if response.HasField("active_server_response") else None
        return (
            registry_codec.mock_of(response.mock),
            None if active is None else registry_codec.server_response_of(active),
        )

    async def list_mocks_page(self, *, collection_id: str = "", page_size: int = 0, page_token: str = "") -> Page[Mock]:
        """Return a page of the account's mocks, oldest first; with `collection_id`, those of one collection."""
        request = mock_service_pb2.ListMocksRequest(
            collection_id=collection_id, page_size=page_size, page_token=page_token
        )
        response = await self._caller.unary(self._mocks.ListMocks, request)
        return Page(tuple(map(registry_codec.mock_of, response.mocks)), response.next_page_token)

    def list_mocks(self, *, collection_id: str = "") -> AsyncIterator[Mock]:
        """Yield the account's mocks, oldest first; with `collection_id`, those of one collection."""
        return rows_of(lambda token: self.list_mocks_page(collection_id=collection_id, page_token=token))

    async def update_mock(self, mock_id: str, draft: MockDraft, *, fields: Sequence[str], etag: str = "") -> Mock:
        """Change the named fields (`name`, `config.delay` …) to what the draft says."""
        request = mock_service_pb2.UpdateMockRequest(
            mock_id=mock_id,
            mock=registry_codec.mock_draft_message(draft),
            update_mask=FieldMask(paths=fields),
            etag=etag,
        )
        response = await self._caller.unary(self._mocks.UpdateMock, request)
        return registry_codec.mock_of(response.mock)

    async def delete_mock(self, mock_id: str, *, etag: str = "") -> None:
        """Remove a mock with its server responses."""
        request = mock_service_pb2.DeleteMockRequest(mock_id=mock_id, etag=etag)
        await self._caller.unary(self._mocks.DeleteMock, request)

    async def publish_mock(self, mock_id: str) -> Mock:
        """Make a private mock public."""
        request = mock_service_pb2.PublishMockRequest(mock_id=mock_id)
        response = await self._caller.unary(self._mocks.PublishMock, request)
        return registry_codec.mock_of(response.mock)

    async def unpublish_mock(self, mock_id: str) -> Mock:
        """Make a public mock private."""
        request = mock_service_pb2.UnpublishMockRequest(mock_id=mock_id)
        response = await self._caller.unary(self._mocks.UnpublishMock, request)
        return registry_codec.mock_of(response.mock)

    async def create_server_response(
        self, mock_id: str, draft: ServerResponseDraft, *, request_id: str = ""
    ) -> ServerResponse:
        """Add a server response to a mock; it is not active yet."""
        request = mock_service_pb2.CreateServerResponseRequest(
            mock_id=mock_id,
            server_response=registry_codec.server_response_draft_message(draft),
            request_id=request_id,
        )
        response = await self._caller.unary(self._mocks.CreateServerResponse, request)
        return registry_codec.server_response_of(response.server_response)

    async def get_server_response(self, mock_id: str, server_response_id: str) -> ServerResponse:
        """Return one server response."""
        request = mock_service_pb2.GetServerResponseRequest(mock_id=mock_id, server_response_id=server_response_id)
        response = await self._caller.unary(self._mocks.GetServerResponse, request)
        return registry_codec.server_response_of(response.server_response)

    async def list_server_responses_page(
        self, mock_id: str, *, page_size: int = 0, page_token: str = ""
    ) -> Page[ServerResponse]:
        """Return a page of a mock's server responses, oldest first."""
        request = mock_service_pb2.ListServerResponsesRequest(
            mock_id=mock_id, page_size=page_size, page_token=page_token
        )
        response = await self._caller.unary(self._mocks.ListServerResponses, request)
        return Page(tuple(map(registry_codec.server_response_of, response.server_responses)), response.next_page_token)

    def list_server_responses(self, mock_id: str) -> AsyncIterator[ServerResponse]:
        """Yield a mock's server responses, oldest first."""
        return rows_of(lambda token: self.list_server_responses_page(mock_id, page_token=token))

    async def update_server_response(
        self,
        mock_id: str,
        server_response_id: str,
        draft: ServerResponseDraft,
        *,
        fields: Sequence[str],
        etag: str = "",
    ) -> ServerResponse:
        """Change the named fields to what the draft says."""
        request = mock_service_pb2.UpdateServerResponseRequest(
            mock_id=mock_id,
            server_response_id=server_response_id,
            server_response=registry_codec.server_response_draft_message(draft),
            update_mask=FieldMask(paths=fields),
            etag=etag,
        )
        response = await self._caller.unary(self._mocks.UpdateServerResponse, request)
        return registry_codec.server_response_of(response.server_response)

    async def delete_server_response(self, mock_id: str, server_response_id: str, *, etag: str = "") -> None:
        """Remove a server response; the active one is deactivated first."""
        request = mock_service_pb2.DeleteServerResponseRequest(
            mock_id=mock_id, server_response_id=server_response_id, etag=etag
        )
        await self._caller.unary(self._mocks.DeleteServerResponse, request)

    async def watch(self, resume: Revision | None) -> AsyncGenerator[Watched[RegistryChange], None]:
        """Yield a bookmark, then what changes, behind `resume` or else behind the newest revision."""
        request = watch_service_pb2.WatchRequest(resume_revision=resume)
        async for response in self._caller.stream(self._changes.Watch, request):
            yield registry_codec.watched_of(response)
