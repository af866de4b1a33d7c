"""The HTTP app: requests become calls, answers and errors become replies, and each is counted and logged.

Everything that HTTP has ends here; the handlers of `routes` see an `ApiCall`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import structlog
from quart import Quart, Response, g, request
from werkzeug.exceptions import HTTPException, RequestTimeout
from werkzeug.sansio.utils import get_content_length

from services.client import Understudy
from services.core.errors import NotFound, TooLarge, Unauthenticated, Unavailable, UnderstudyError
from services.gateway.metrics import UNMATCHED, GatewayMetrics
from services.gateway.postman_api.api_call import Answer, ApiCall, Document, Route
from services.gateway.postman_api.credentials import presented_key
from services.gateway.postman_api.envelopes import JSON, ErrorReply, located
from services.gateway.postman_api.error_table import SERVER_ERROR, error_reply, http_error_reply
from services.gateway.postman_api.faults import LengthRequired
from services.gateway.postman_api.fields import UNSTORABLE
from services.gateway.postman_api.queries import Query
from services.gateway.postman_api.replies import json_bytes
from services.gateway.postman_api.routes import ROUTES
from services.gateway.postman_api.turns import Turn, Turns
from services.wire.authentication import credentials_of

logger = structlog.get_logger(__name__)

TRANSFER_SECONDS = 300
"""100 MB in this time are 3 Mbit/s; who is slower splits the collection."""

TURN = "turn"
"""Where a request's turn stands in its ASGI state."""

LONGEST_ID = 300
"""Characters: more than any id or uid has."""

PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET,HEAD,PUT,POST,DELETE,OPTIONS",
    "Access-Control-Max-Age": "86400",
    "Vary": "Access-Control-Request-Headers",
}


def postman_api(suite: Understudy, metrics: GatewayMetrics, turns: Turns, *, maximum_body_bytes: int) -> Quart:
    """Return the app that answers the routes with the suite's services, each caller with their own key."""
    app = _App(turns)
    app.config.update(MAX_CONTENT_LENGTH=maximum_body_bytes, RESPONSE_TIMEOUT=TRANSFER_SECONDS)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    _add_routes(app, suite)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_fault)
    app.before_request(_begin)
    app.after_request(partial(_end, metrics))
    return app


class _App(Quart):
    def __init__(self, turns: Turns) -> None:
        super().__init__("services.gateway", static_folder=None)
        self._turns = turns

    async def asgi_app(self, scope: Any, receive: Any, send: Any) -> None:
        """Give a request its turn, and one without any path (`GET ?x`), which Quart cannot think of, the shortest."""
        if scope["type"] != "http":
            await super().asgi_app(scope, receive, send)
            return
        with self._turns.one(told_bytes=_told_bytes(scope)) as turn:
            scope = {**scope, "path": scope["path"] or "/", "state": {**scope.get("state", {}), TURN: turn}}
            await super().asgi_app(scope, turn.hearing(receive), turn.answering(send))


def _told_bytes(scope: Any) -> int:
    """Return how large a request's body is said to be, 0 where nothing is said of it."""
    told = (value.decode("latin1") for name, value in scope["headers"] if name == b"content-length")
    return get_content_length(http_content_length=next(told, None)) or 0


def _add_routes(app: Quart, suite: Understudy) -> None:
    for route in ROUTES:
        app.add_url_rule(
            route.path,
            endpoint=f"{route.method} {route.path}",
            view_func=_view(route, suite),
            methods=[route.method],
            provide_automatic_options=False,
        )


def _view(route: Route, suite: Understudy) -> Callable[..., Awaitable[Response]]:
    async def view(**ids: str) -> Response:
        call = _api_call(suite)
        try:
            _check_ids(ids)
            return _reply(await route.handler(call, **ids))
        except UnderstudyError as error:
            if (reply := error_reply(await _error_for(call, error), route)) is SERVER_ERROR:
                logger.exception("call failed", route=route.path)
            return _error(reply)

    return view


async def _error_for(call: ApiCall, error: UnderstudyError) -> UnderstudyError:
    """Return the error as the caller may know it: whoever has no valid key is told that alone."""
    if isinstance(error, Unauthenticated | Unavailable):
        return error
    try:
        await call.suite.registry.get_caller()
    except Unauthenticated as stranger:
        return stranger
    except UnderstudyError:
        return error  # Registry cannot say, and the error is true anyhow.
    return error


def _check_ids(ids: dict[str, str]) -> None:
    """Raise NotFound for an id that nothing can have, before it reaches a database that could not even look for it.

    A part of a path is named for what it is the id of: `mock_id`, `release_tag`.
    """
    for name, id_ in ids.items():
        if len(id_) > LONGEST_ID or UNSTORABLE.search(id_):
            raise NotFound(name.removesuffix("_id"), id_)


def _api_call(suite: Understudy) -> ApiCall:
    query = request.args.to_dict(flat=True)
    turn: Turn = request.scope["state"][TURN]

    def open_suite() -> Understudy:
        return suite.acting_as(credentials_of(presented_key(request.headers, query)))

    async def read_body(max_bytes: int) -> bytes:
        await open_suite().registry.get_caller()  # Strangers are not listened to for 100 MB.
        return await _read_body(turn, max_bytes)

    return ApiCall(
        query=Query(query),
        open_suite=open_suite,
        read_body=read_body,
        new_id=lambda: str(uuid4()),
        now=lambda: datetime.now(UTC),
        take_turn=turn.take,
    )


async def _read_body(turn: Turn, max_bytes: int) -> bytes:
    """Return the body. Raises LengthRequired where its length is not told ("Postman API": 411), TooLarge, Busy."""
    if request.content_length is None and "transfer-encoding" in request.headers:
        raise LengthRequired
    if (request.content_length or 0) > max_bytes:
        raise _too_large(max_bytes)
    await turn.take(request.content_length or 0)
    try:
        async with asyncio.timeout(TRANSFER_SECONDS):
            return await _joined_parts(turn, max_bytes)
    except TimeoutError:
        raise RequestTimeout from None


async def _joined_parts(turn: Turn, max_bytes: int) -> bytes:
    """Return the body, whose length may come to light only now: HTTP/2 may keep it to itself."""
    body = bytearray()
    async for part in request.body:
        body += part
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
        await turn.take(len(body))
    return bytes(body)


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"The request's body is larger than {max_bytes // (1024 * 1024)} MB, which is the most accepted.")


def _reply(answer: Answer) -> Response:
    body = answer.json if isinstance(answer, Document) else json_bytes(answer)
    return Response(body, 200, content_type=JSON)


def _error(reply: ErrorReply) -> Response:
    reply = located(reply, request.path)
    return Response(json_bytes(reply.body), reply.status, headers={**reply.headers}, content_type=reply.media_type)


async def _answer_http_error(error: HTTPException) -> Response:
    """Answer what HTTP itself refuses (paths, methods, oversized bodies), and preflights, which have no route."""
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        return _preflight()
    response = _error(http_error_reply(error.code))
    for name, value in error.get_headers():
        if name.lower() == "allow":
            response.headers["Allow"] = value
    return response


def _preflight() -> Response:
    allowed = request.headers.get("access-control-request-headers", "")
    response = Response(b"", 204, headers=PREFLIGHT_HEADERS)
    response.headers.pop("Content-Type")
    if allowed:
        response.headers["Access-Control-Allow-Headers"] = allowed
    return response


async def _answer_fault(error: Exception) -> Response:
    """Answer a fault of our own: logged here with its trace, and told without a word of it."""
    logger.error("call failed", exc_info=error)
    return _error(SERVER_ERROR)


async def _begin() -> None:
    g.began = time.perf_counter()


async def _end(metrics: GatewayMetrics, response: Response) -> Response:
    """Count and log a reply; the log has the path without the query, which may hold a key."""
    seconds = time.perf_counter() - g.began
    route = UNMATCHED if request.url_rule is None else request.url_rule.rule
    metrics.count(route=route, method=request.method, status=response.status_code, seconds=seconds)
    logger.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
