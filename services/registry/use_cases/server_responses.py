"""Server responses: seen by everybody in the mock's account, written by editors."""

from collections.abc import Callable, Sequence

from services.core.access.accounts import require_user
from services.core.access.principal import Principal, Role
from services.core.ids import MockId, ServerResponseId
from services.core.mock_rules import changed_server_response, check_server_response
from services.core.mocks import ServerResponse, ServerResponseDraft
from services.registry.store import Stores
from services.registry.use_cases.requests import object_id, page_of, request_of
from services.wire.paging import Page, decode_page_token, page_size_of


class ServerResponseUseCases:
    """What callers do with the server responses of a mock."""

    def __init__(self, stores: Stores, *, new_id: Callable[[], str]) -> None:
        """Take the stores, and where ids come from."""
        self._stores = stores
        self._new_id = new_id

    async def create(
        self, principal: Principal, mock_id: str, draft: ServerResponseDraft, *, request_id: str
    ) -> ServerResponse:
        """Add a server response to a mock; it is not active yet. Raises NotFound, InvalidInput."""
        require_user(principal, Role.EDITOR)
        check_server_response(draft)
        return await self._stores.server_responses.create(
            ServerResponseId(self._new_id()),
            draft,
            mock_id=MockId(object_id(principal, "mock", mock_id)),
            account_id=principal.account_id,
            user_id=principal.user_id,
            request=request_of(principal, request_id),
        )

    async def get(self, principal: Principal, mock_id: str, server_response_id: str) -> ServerResponse:
        """Return one server response. Raises NotFound (mock, server response)."""
        require_user(principal, Role.VIEWER)
        return await self._stores.server_responses.get(
            MockId(object_id(principal, "mock", mock_id)),
            ServerResponseId(object_id(principal, "server_response", server_response_id)),
            principal.account_id,
        )

    async def list(
        self, principal: Principal, mock_id: str, *, page_size: int, page_token: str
    ) -> Page[ServerResponse]:
        """Return a page of a mock's server responses, oldest first. Raises NotFound, InvalidInput."""
        require_user(principal, Role.VIEWER)
        mock = await self._stores.mocks.get(MockId(object_id(principal, "mock", mock_id)), principal.account_id)
        scope = f"server responses of {mock.id}"
        size, last = page_size_of(page_size), decode_page_token(page_token, scope=scope, kinds=(int,))
        rows = await self._stores.server_responses.page(
            mock.id, after=0 if last is None else int(last[0]), limit=size + 1
        )
        return page_of(rows, size, scope=scope)

    async def update(  # noqa: PLR0913 -- what the contract's request holds
        self,
        principal: Principal,
        mock_id: str,
        server_response_id: str,
        draft: ServerResponseDraft,
        *,
        fields: Sequence[str],
        etag: str,
    ) -> ServerResponse:
        """Change the named fields. Raises NotFound (mock, server response), InvalidInput, StaleEtag."""
        require_user(principal, Role.EDITOR)

        def change(present: ServerResponse) -> ServerResponseDraft:
            changed = changed_server_response(present, draft, fields)
            check_server_response(changed)
            return changed

        return await self._stores.server_responses.change(
            ServerResponseId(object_id(principal, "server_response", server_response_id)),
            change,
            mock_id=MockId(object_id(principal, "mock", mock_id)),
            account_id=principal.account_id,
            user_id=principal.user_id,
            etag=etag,
        )

    async def delete(self, principal: Principal, mock_id: str, server_response_id: str, *, etag: str) -> None:
        """Remove a server response; its mock loses it where it is active. Raises NotFound, StaleEtag."""
        require_user(principal, Role.EDITOR)
        await self._stores.server_responses.delete(
            ServerResponseId(object_id(principal, "server_response", server_response_id)),
            mock_id=MockId(object_id(principal, "mock", mock_id)),
            account_id=principal.account_id,
            user_id=principal.user_id,
            etag=etag,
        )
