"""The headers of a reply: which of an example's headers are sent, and which are added.

The rules are those of Postman's "Make calls to mock servers", and of what its users report of them.

* An example's headers go out in its order, duplicates kept, except those that describe how the original reply
  travelled: its body is stored decoded, and travels anew.
* Without a valid Content-Type the example's preview language tells the type. Postman itself says `text/html` then,
  which stays the answer where the language says nothing.
* Browsers may read every reply, unless the example says otherwise.
* What HTTP cannot carry is left out: a name that is no token, control characters in a value. So no value, whatever a
  call put into it, can begin a header of its own.
"""

import re
from collections.abc import Iterable
from typing import Final

DROPPED: Final = frozenset({b"content-encoding", b"transfer-encoding", b"content-length", b"connection", b"date"})
CONTENT_TYPE: Final = b"content-type"
ALLOW_ORIGIN: Final = b"access-control-allow-origin"

HeaderList = list[tuple[bytes, bytes]]


def header_name(name: str) -> bytes | None:
    """Return a name as it is sent, in lower case as ASGI and HTTP/2 want it; None where it must not be sent."""
    stripped = name.strip()
    sent = stripped.lower().encode() if _TOKEN.fullmatch(stripped) else None
    return None if sent in DROPPED else sent


_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def header_value(value: str) -> bytes:
    """Return a value as it is sent.

    As Latin-1 where it can be: that is how clients read headers, so what Postman once received goes out as the same
    bytes.
    """
    clean = _CONTROLS.sub("", value).strip(" \t")
    try:
        return clean.encode("latin-1")
    except UnicodeEncodeError:
        return clean.encode(errors="replace")


_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def completed(headers: Iterable[tuple[bytes, bytes]], default_type: bytes | None) -> HeaderList:
    """Return the headers with what every reply has: a valid type (if there is a default), and an allowed origin."""
    kept = [(name, value) for name, value in headers if name != CONTENT_TYPE or _MEDIA_TYPE.match(value)]
    names = {name for name, _ in kept}
    if default_type and CONTENT_TYPE not in names:
        kept.append((CONTENT_TYPE, default_type))
    if ALLOW_ORIGIN not in names:
        kept.append((ALLOW_ORIGIN, b"*"))
    return kept


_MEDIA_TYPE: Final = re.compile(rb"[!#$%&'+\-.^_`|~0-9A-Za-z]+/[!#$%&'+\-.^_`|~0-9A-Za-z]+[ \t]*(?:;|$)")


def is_json(content_type: bytes) -> bool:
    """Tell whether a body of this type is JSON, plain or with a name of its own such as `application/vnd.api+json`."""
    return _JSON.match(content_type) is not None


_JSON: Final = re.compile(rb"[^;]*[/+]json[ \t]*(?:;|$)", re.IGNORECASE)


def default_type(preview_language: str, *, is_binary: bool) -> bytes:
    """Return the Content-Type of an example that has none."""
    language = preview_language.strip().lower()
    return _TYPES.get(language, b"application/octet-stream" if is_binary else b"text/html; charset=utf-8")


_TYPES: Final = {
    "json": b"application/json; charset=utf-8",
    "xml": b"application/xml; charset=utf-8",
    "html": b"text/html; charset=utf-8",
    "javascript": b"text/javascript; charset=utf-8",
    "text": b"text/plain; charset=utf-8",
    "plain": b"text/plain; charset=utf-8",
    "raw": b"text/plain; charset=utf-8",
    "auto": b"text/plain; charset=utf-8",
}
