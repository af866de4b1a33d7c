"""Who calls: an API key or the service token in a call's metadata becomes the Principal that use cases ask about.

The key comes as `x-api-key`, or as `authorization: Bearer …`. Health and reflection answer anybody.
"""

import hmac
from collections.abc import AsyncIterator, Mapping
from contextvars import ContextVar
from typing import Any, Protocol

import grpc

from services.core.access.api_keys import KeyDigest, digest_of
from services.core.access.principal import SERVICE, Principal
from services.core.errors import Unauthenticated
from services.wire.handlers import Context, Continuation, Servicer, wrap_handler

OPEN_PREFIXES = ("/grpc.health.v1.", "/grpc.reflection.")

SERVICE_HEADER = "x-service-token"
"""The name in the metadata by which a service of the suite proves itself."""

Metadata = tuple[tuple[str, str], ...]

_principal: ContextVar[Principal] = ContextVar("principal")


class KeyRing(Protocol):
    """Where a service looks keys up: registry's own table, or a watched copy of it."""

    async def find(self, digest: bytes) -> KeyDigest | None:
        """Return the valid key of that digest. Raises Unavailable where the ring cannot tell yet."""
        ...


def current_principal() -> Principal:
    """Return who makes the call that is being handled. Raises Unauthenticated outside of one."""
    principal = _principal.get(None)
    if principal is None:
        raise Unauthenticated
    return principal


def credentials_of(api_key: str) -> Metadata:
    """Return the metadata that proves a user."""
    return (("x-api-key", api_key),)


def service_credentials(service_token: str) -> Metadata:
    """Return the metadata that proves a service of the suite."""
    return ((SERVICE_HEADER, service_token),)


class AuthenticationInterceptor(grpc.aio.ServerInterceptor):
    """Finds the caller of every call, or raises Unauthenticated."""

    def __init__(self, keys: KeyRing, *, service_token: str) -> None:
        """Take where keys are looked up and the suite's service token; an empty one admits no service."""
        self._keys = keys
        self._service_token = service_token

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """Wrap the method's handler, unless anybody may call it."""
        handler = await continuation(handler_call_details)
        if handler_call_details.method.startswith(OPEN_PREFIXES):
            return handler
        return wrap_handler(handler, unary=self._unary, stream=self._stream)

    def _unary(self, inner: Servicer) -> Servicer:
        async def authenticated(request: Any, context: Context) -> Any:
            _principal.set(await self.principal_of(metadata_of(context)))
            return await inner(request, context)

        return authenticated

    def _stream(self, inner: Servicer) -> Servicer:
        async def authenticated(request: Any, context: Context) -> AsyncIterator[Any]:
            _principal.set(await self.principal_of(metadata_of(context)))
            async for response in inner(request, context):
                yield response

        return authenticated

    async def principal_of(self, metadata: Mapping[str, str]) -> Principal:
        """Return who sent this metadata. Raises Unauthenticated."""
        if (token := metadata.get(SERVICE_HEADER)) is not None:
            return self._service(token)
        key = await self._keys.find(digest_of(presented_key(metadata)))
        if key is None:
            raise Unauthenticated("This API key is not valid: it is unknown or was revoked.")
        return key.principal

    def _service(self, token: str) -> Principal:
        if not self._service_token or not hmac.compare_digest(token.encode(), self._service_token.encode()):
            raise Unauthenticated("This service token is not the suite's.")
        return SERVICE


def presented_key(metadata: Mapping[str, str]) -> str:
    """Return the key that came with a call. Raises Unauthenticated where none did."""
    if key := metadata.get("x-api-key"):
        return key
    scheme, _, key = metadata.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthenticated
    return key.strip()


def metadata_of(context: Context) -> dict[str, str]:
    """Return a call's text metadata; of a repeated name, the first."""
    found: dict[str, str] = {}
    for name, value in context.invocation_metadata() or ():
        if isinstance(value, str):
            found.setdefault(name, value)
    return found
