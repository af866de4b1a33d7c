"""The calls that a gRPC server is at work on.

A server that stops waits for every call that has reached it. Among them may be one that arrived in the very moment of
stopping and is handled by nobody, which would hold the server, and its client, up to the end of the drain
(https://github.com/grpc/grpc/issues/41785 is of the same kind). Counting those that are handled tells them apart.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

KINDS = ("unary_unary", "stream_unary", "unary_stream", "stream_stream")

Context = grpc.aio.ServicerContext[Any, Any]


class CallsInFlight(grpc.aio.ServerInterceptor):
    """Counts the calls from when their handler begins until their status is sent."""

    def __init__(self) -> None:
        """Begin with none."""
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    @property
    def is_none(self) -> bool:
        """Tell whether no call is handled."""
        return not self._count

    async def wait_for_none(self) -> None:
        """Wait until no call is handled."""
        await self._none.wait()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["grpc.RpcMethodHandler[Any, Any] | None"]],
        details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """Return the handler with its calls counted."""
        handler = await continuation(details)
        kind = next((kind for kind in KINDS if getattr(handler, kind, None) is not None), None)
        if handler is None or kind is None:
            return handler
        make = getattr(grpc, f"{kind}_rpc_method_handler")
        return make(  # type: ignore[no-any-return] # looked up by name
            self._counted(getattr(handler, kind)),
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

    def _counted(self, inner: Callable[[Any, Context], Any]) -> Callable[[Any, Context], Any]:
        """Return a servicer method of the same kind: a generator, or a coroutine that may write to its context."""
        if inspect.isasyncgenfunction(inner):

            async def generated(request: Any, context: Context) -> AsyncIterator[Any]:
                self._begin(context)
                async for response in inner(request, context):
                    yield response

            return generated

        async def answered(request: Any, context: Context) -> Any:
            self._begin(context)
            return await inner(request, context)

        return answered

    def _begin(self, context: Context) -> None:
        self._count += 1
        self._none.clear()
        context.add_done_callback(self._end)  # type: ignore[arg-type] # its published type is that of the synchronous server

    def _end(self, _context: object) -> None:
        self._count -= 1
        if not self._count:
            self._none.set()
