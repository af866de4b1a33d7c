"""What the interceptors share: wrapping the handler of a method, whatever kind of method it is."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc

Context = grpc.aio.ServicerContext[Any, Any]

Servicer = Callable[[Any, Context], Any]
"""A method of a servicer: it takes a request (or an iterator of them) and the context."""

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
                wrap(inner),
                request_deserializer=handler.request_deserializer,
                response_serializer=handler.response_serializer,
            )
    raise TypeError("a gRPC handler of no known kind")
