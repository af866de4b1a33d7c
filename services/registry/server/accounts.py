"""Serves understudy.registry.v1.AccountService."""
# ruff: noqa: N802, D102, ARG002 -- the contract names and describes the methods; gRPC gives each a context

from understudy.registry.v1 import account_service_pb2 as pb
from understudy.registry.v1.account_service_pb2_grpc import (
    AccountServiceServicer,
    add_AccountServiceServicer_to_server,
)

from services.core.ids import AccountId, UserId
from services.registry.use_cases.accounts import AccountUseCases
from services.runtime.grpc_server import Service
from services.wire.account_codec import account_message, user_draft_of, user_message
from services.wire.authentication import current_principal
from services.wire.handlers import Context

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["AccountService"].full_name


def account_service(use_cases: AccountUseCases) -> Service:
    """Return the gRPC service around the use cases."""
    servicer = AccountServer(use_cases)
    return Service(SERVICE_NAME, lambda server: add_AccountServiceServicer_to_server(servicer, server))


class AccountServer(AccountServiceServicer):
    """Accounts and users."""

    def __init__(self, use_cases: AccountUseCases) -> None:
        """Take the use cases."""
        self._accounts = use_cases

    async def GetCaller(self, request: pb.GetCallerRequest, context: Context) -> pb.GetCallerResponse:
        user, account = await self._accounts.get_caller(current_principal())
        return pb.GetCallerResponse(user=user_message(user), account=account_message(account))

    async def CreateAccount(self, request: pb.CreateAccountRequest, context: Context) -> pb.CreateAccountResponse:
        account = await self._accounts.create_account(current_principal(), request.name, request_id=request.request_id)
        return pb.CreateAccountResponse(account=account_message(account))

    async def GetAccount(self, request: pb.GetAccountRequest, context: Context) -> pb.GetAccountResponse:
        account = await self._accounts.get_account(current_principal(), AccountId(request.account_id))
        return pb.GetAccountResponse(account=account_message(account))

    async def ListAccounts(self, request: pb.ListAccountsRequest, context: Context) -> pb.ListAccountsResponse:
        page = await self._accounts.list_accounts(
            current_principal(), page_size=request.page_size, page_token=request.page_token
        )
        return pb.ListAccountsResponse(accounts=map(account_message, page.rows), next_page_token=page.next_page_token)

    async def UpdateAccount(self, request: pb.UpdateAccountRequest, context: Context) -> pb.UpdateAccountResponse:
        account = await self._accounts.update_account(
            current_principal(),
            AccountId(request.account_id),
            request.account.name,
            fields=request.update_mask.paths,
            etag=request.etag,
        )
        return pb.UpdateAccountResponse(account=account_message(account))

    async def CreateUser(self, request: pb.CreateUserRequest, context: Context) -> pb.CreateUserResponse:
        user = await self._accounts.create_user(
            current_principal(),
            user_draft_of(request.user),
            account_id=AccountId(request.account_id),
            request_id=request.request_id,
        )
        return pb.CreateUserResponse(user=user_message(user))

    async def GetUser(self, request: pb.GetUserRequest, context: Context) -> pb.GetUserResponse:
        user = await self._accounts.get_user(current_principal(), UserId(request.user_id))
        return pb.GetUserResponse(user=user_message(user))

    async def ListUsers(self, request: pb.ListUsersRequest, context: Context) -> pb.ListUsersResponse:
        page = await self._accounts.list_users(
            current_principal(),
            AccountId(request.account_id),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return pb.ListUsersResponse(users=map(user_message, page.rows), next_page_token=page.next_page_token)

    async def UpdateUser(self, request: pb.UpdateUserRequest, context: Context) -> pb.UpdateUserResponse:
        user = await self._accounts.update_user(
            current_principal(),
            UserId(request.user_id),
            user_draft_of(request.user),
            fields=request.update_mask.paths,
            etag=request.etag,
        )
        return pb.UpdateUserResponse(user=user_message(user))

    async def DeleteUser(self, request: pb.DeleteUserRequest, context: Context) -> pb.DeleteUserResponse:
        await self._accounts.delete_user(current_principal(), UserId(request.user_id), etag=request.etag)
        return pb.DeleteUserResponse()
