"""What the interceptors share: wrapping the handler of a method, whatever kind of method it is."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

Context = grpc.aio.ServicerContext[Any, Any]

Servicer = Callable[[Any, Context], Any]
"""A method of a servicer: it takes a request (or an iterator of them) and the context."""

NO_RESPONSES: tuple[Any, ...] = ()

Continuation = Callable[[grpc.HandlerCallDetails], Awaitable["grpc.RpcMethodHandler[Any, Any] | None"]]
"""What an interceptor calls for the handler behind it; an unknown method has none."""


def wrap_handler(
    handler: "grpc.RpcMethodHandler[Any, Any] | None",
    *,
    unary: Callable[[Servicer], Servicer],
    stream: Callable[[Servicer], Servicer],
) -> "grpc.RpcMethodHandler[Any, Any] | None":
    """Return a handler of the same kind around a wrapped servicer method; unknown methods (None) pass through."""
    if handler is None:
        return None
    for kind, wrap in (
        ("unary_unary", unary),
        ("stream_unary", unary),
        ("unary_stream", stream),
        ("stream_stream", stream),
    ):
        if (inner := getattr(handler, kind)) is not None:
            make = getattr(grpc, f"{kind}_rpc_method_handler")
            return make(  # type: ignore[no-any-return] # looked up by name
                wrap(inner if wrap is unary else as_generator(inner)),
                request_deserializer=handler.request_deserializer,
                response_serializer=handler.response_serializer,
            )
    raise TypeError("a gRPC handler of no known kind")


def as_generator(inner: Servicer) -> Servicer:
    """Return a streaming method as the generator that ours are; gRPC's own health service writes to the context."""
    if not inspect.iscoroutinefunction(inner):
        return inner

    async def written(request: Any, context: Context) -> AsyncIterator[Any]:
        await inner(request, context)
        for nothing in NO_RESPONSES:
            yield nothing

    return written
