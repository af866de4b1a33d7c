"""Whose call it is: the key of a request, which is handed on to the services as it came.

Postman's API takes a key in `x-api-key`, or, as it did of old, in the query as `apikey`; the header wins. OAuth clients
send it as a bearer token.
"""

from collections.abc import Mapping

from werkzeug.datastructures import Headers

from services.core.errors import Unauthenticated

LONGEST_KEY = 512
"""Many times the length of any key; a longer text would only burden the metadata of the calls behind."""


def presented_key(headers: Headers, query: Mapping[str, str]) -> str:
    """Return the key of a request. Raises Unauthenticated where there is none."""
    key = headers.get("x-api-key") or _bearer(headers.get("authorization", "")) or query.get("apikey", "")
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Unauthenticated
    return key


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
