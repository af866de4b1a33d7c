"""The errors of the mock path, as a table: what each is called, says and answers with.

They look like Postman's own, so that programs that know its mocks know ours: `{"error": {name, message, header}}`, in
this order, without `header` where there is none ("Calls to mock servers", and error bodies seen in Postman's issues).
What went wrong with the mock never looks like what the mock was told to say: no example of a collection answers here.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Final

from services.core.call_log import Outcome
from services.core.rendering.reply import Reply

ANY_ORIGIN: Final = (b"access-control-allow-origin", b"*")
"""Mocks are called from web pages of any origin, and their errors must be readable there too."""

JSON_TYPE: Final = (b"content-type", b"application/json; charset=utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeError:
    """An error that the edge answers instead of the mock; `outcome` is how the call log counts it."""

    status: int
    name: str
    message: str
    header: str = ""
    outcome: Outcome = Outcome.ERROR
    extra_headers: tuple[tuple[bytes, bytes], ...] = ()


MOCK_NOT_FOUND: Final = EdgeError(status=404, name="mockNotFoundError", message="Please refresh and try again.")

INVALID_CREDENTIALS: Final = EdgeError(
    status=401,
    name="invalidCredentialsError",
    message="This mock is private. Send a valid API key in the x-api-key header.",
    header="Invalid credentials",
    outcome=Outcome.UNAUTHORIZED,
)

NO_MATCHING_REQUEST: Final = EdgeError(
    status=404,
    name="mockRequestNotFoundError",
    message="Double check your method and the request path and try again.",
    header="No matching requests",
    outcome=Outcome.UNMATCHED,
)

NO_EXAMPLES: Final = EdgeError(
    status=404,
    name="mockRequestNotFoundError",
    message="To mock this request add an example response for the mock server to return.",
    header="You need an example",
    outcome=Outcome.UNMATCHED,
)

MOCK_UNAVAILABLE: Final = EdgeError(
    status=503,
    name="mockUnavailableError",
    message="This mock is not loaded, and the services that keep it cannot be reached just now. Try again shortly.",
    header="Mock unavailable",
    extra_headers=((b"retry-after", b"1"),),
)

SERVER_FAULT: Final = EdgeError(
    status=500,
    name="internalServerError",
    message="The mock server itself has a fault; its log has the details.",
    header="Internal server error",
)


def body_too_large(limit_bytes: int) -> EdgeError:
    """Return the error for a call whose body is larger than the edge takes (Postman's mocks: about 1 MB, then 400)."""
    return EdgeError(
        status=400,
        name="requestBodyTooLargeError",
        message=f"The request body is larger than {limit_bytes} bytes, the most that this mock server takes.",
        header="Request body too large",
    )


@cache
def error_reply(error: EdgeError) -> Reply:
    """Return the reply that tells a client of the error; there are few, so each is made once."""
    told = {"name": error.name, "message": error.message} | ({"header": error.header} if error.header else {})
    body = json.dumps({"error": told}, separators=(",", ":")).encode()
    length = (b"content-length", b"%d" % len(body))
    return Reply(status=error.status, headers=(JSON_TYPE, ANY_ORIGIN, *error.extra_headers, length), body=body)
