"""CORS on the mock path: always on, any origin, no setting ("Calls to mock servers").

A preflight is answered before any example is looked at, so an OPTIONS example cannot be reached from a browser; a plain
OPTIONS call is matched like any other. Postman does not publish what its preflights carry; ours allow what is asked.
"""

from typing import Final

from services.core.rendering.headers import header_value
from services.core.rendering.reply import Reply

MAXIMUM_ECHO_LENGTH: Final = 8 * 1024
"""The longest list of header names that is sent back; browsers ask for a few hundred bytes at most."""

_BEFORE: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS"),
)
_AFTER: Final = (
    (b"access-control-max-age", b"86400"),
    (b"vary", b"Access-Control-Request-Headers"),
)


def is_preflight(method: str, requested_method: str | None) -> bool:
    """Tell whether a call asks for permission: OPTIONS with an `Access-Control-Request-Method` header."""
    return method == "OPTIONS" and requested_method is not None


def preflight_reply(requested_headers: str | None) -> Reply:
    """Return the permission for everything; `requested_headers` is the call's `Access-Control-Request-Headers`."""
    echo = requested_headers if requested_headers and len(requested_headers) <= MAXIMUM_ECHO_LENGTH else None
    allowed = ((b"access-control-allow-headers", header_value(echo)),) if echo else ()
    return Reply(status=204, headers=(*_BEFORE, *allowed, *_AFTER), body=b"")
