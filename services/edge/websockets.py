"""WebSockets: mocks have none, and say so before the connection is made."""

from typing import Final

from services.core.serving.errors import EdgeError, error_reply
from services.edge.bodies import Receive
from services.edge.exchange import Scope, Send

NO_WEBSOCKETS: Final = EdgeError(
    status=501,
    name="notSupportedError",
    message="Mocks answer HTTP calls; WebSockets are not supported.",
    header="Not supported",
)

RESPONSE: Final = "websocket.http.response"
"""ASGI's extension for refusing with a reply of one's own; without it, closing means 403."""


async def refuse_websocket(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse the handshake, with a reason where the server can carry one."""
    await receive()
    if RESPONSE not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1003, "reason": NO_WEBSOCKETS.message})
        return
    reply = error_reply(NO_WEBSOCKETS)
    await send({"type": f"{RESPONSE}.start", "status": reply.status, "headers": list(reply.headers)})
    await send({"type": f"{RESPONSE}.body", "body": reply.body})
