"""Everything on the edge's port that is no mock call: is it alive, and what does it hold. A Quart app.

Its paths cannot hide a mock's: a mock's host name goes before them, and below `/_understudy` no path prefix may lie.
"""

from collections.abc import Callable

from quart import Quart, Response, jsonify
from werkzeug.exceptions import HTTPException

from services.core.rendering.reply import Reply
from services.core.serving.errors import MOCK_NOT_FOUND, error_reply

State = Callable[[], dict[str, object]]


def diagnostics_app(state: State) -> Quart:
    """Return the app; `state` tells what the worker holds just now."""
    app = Quart(__name__)

    @app.get("/healthz")
    async def healthz() -> Response:
        return Response("alive\n", content_type="text/plain; charset=utf-8")

    @app.get("/_understudy/diagnostics")
    async def diagnostics() -> Response:
        return jsonify(state())

    @app.errorhandler(HTTPException)
    async def no_such_page(error: HTTPException) -> Response:
        """Answer as for an unknown mock: whoever comes here has most likely mistyped a mock's URL."""
        status = error.code or MOCK_NOT_FOUND.status
        return _response(error_reply(MOCK_NOT_FOUND), status)

    return app


def _response(reply: Reply, status: int) -> Response:
    response = Response(reply.body, status=status)
    for name, value in reply.headers:
        response.headers[name.decode()] = value.decode()
    return response
