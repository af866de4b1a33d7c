"""Saved examples: the request to answer and the answer (Postman's "Collection Format v2.1.0", `response`)."""

from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from typing import Final

from services.core.ids import ExampleId, ItemId
from services.core.postman.collection import Example, Request
from services.core.postman.document import JsonObject, JsonValue, json_text, kind_of
from services.core.postman.findings import Warn
from services.core.postman.headers import headers_to_json, read_headers
from services.core.postman.outline import Entry
from services.core.postman.requests import Unreadable, read_request, request_to_json
from services.core.postman.values import text_of

DEFAULT_CODE: Final = 200
"""What an example without a usable code answers with."""

CODES: Final = range(100, 600)
"""The status codes that HTTP knows."""

_NAMES_OF_DRAFTS: Final = {"request": "originalRequest", "data": "body"}
"""Fields that drafts of the format had under other names, which Postman does not read any more."""


def read_example(
    entry: Entry, *, item_id: ItemId, parent: Request | Unreadable, position: int, warn: Warn
) -> Example | Unreadable:
    """Return the example, or why it has no request; `parent` is its item's request, used where it has none itself."""
    value = entry.node.json
    request = _read_original(value.get("originalRequest"), parent, warn)
    if isinstance(request, Unreadable):
        return request
    _warn_of_drafts(value, warn)
    return Example(
        id=ExampleId(entry.id),
        item_id=item_id,
        place=entry.above,
        position=position,
        name=entry.name,
        request=request,
        code=_read_code(value.get("code"), warn),
        status=text_of(value.get("status")),
        headers=read_headers(value.get("header")),
        body=_read_body(value.get("stream") if value.get("body") is None else value["body"], warn),
        preview_language=text_of(value.get("_postman_previewlanguage")),
    )


def example_to_json(example: Example) -> JsonObject:
    """Return the element of a `response` array that reads as `example`."""
    return {
        "id": example.id,
        "name": example.name,
        "originalRequest": request_to_json(example.request),
        "status": example.status,
        "code": example.code,
        **({"_postman_previewlanguage": example.preview_language} if example.preview_language else {}),
        "header": headers_to_json(example.headers),
        "cookie": [],
        "body": _body_to_json(example.body),
    }


def _read_original(value: JsonValue, parent: Request | Unreadable, warn: Warn) -> Request | Unreadable:
    own = read_request(value, lambda field, reason: warn(f"originalRequest/{field}", reason))
    match own, parent:
        case Request(), _:
            return parent if own == parent else own
        case Unreadable(), Unreadable():
            return Unreadable(
                f"has no request: its originalRequest {own.reason}, and the request of its item {parent.reason}"
            )
        case _:
            if value is not None:
                warn("originalRequest", f"{own.reason}: the request of its item is used")
            return parent


def _warn_of_drafts(value: JsonObject, warn: Warn) -> None:
    for draft, name in _NAMES_OF_DRAFTS.items():
        if value.get(draft) and name not in value:
            warn(draft, f"is the name of an old draft for {name}, and is not read")


def _read_code(value: JsonValue, warn: Warn) -> int:
    code = _integer(value)
    if code in CODES:
        return code
    problem = "is missing" if value is None else f"is {json_text(value)}, which is no status code"
    warn("code", f"{problem}: it answers with {DEFAULT_CODE}")
    return DEFAULT_CODE


def _integer(value: JsonValue) -> int:
    """Return the integer that a value says, as a number or as digits; 0, which is no code, for everything else."""
    match value:
        case bool():
            return 0
        case int():
            return value
        case float():
            return int(value) if value.is_integer() else 0
        case str():
            return int(value) if len(value) <= len("200") and value.isascii() and value.isdigit() else 0
        case _:
            return 0


def _read_body(value: JsonValue, warn: Warn) -> str | bytes:
    match value:
        case None:
            return ""
        case str():
            return value
        case {"type": "Base64", "data": str(data)}:
            return _decode(data, warn)
        case {"type": "Buffer", "data": list(octets)}:
            return _bytes_of(octets, warn)
        case _:
            warn("body", f"is {kind_of(value)}, not text: its JSON text is used")
            return json_text(value)


def _decode(data: str, warn: Warn) -> str | bytes:
    """Decode Base64, forgiving missing padding and line breaks as Node.js does."""
    digits = "".join(data.split()).rstrip("=")
    try:
        return b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (BadBase64, ValueError):
        warn("body/data", "is not Base64: the body counts as empty")
        return ""


def _bytes_of(octets: list[JsonValue], warn: Warn) -> str | bytes:
    """Return the bytes of a buffer as Node.js writes it in JSON, which is what Postman's SDK does with a `stream`."""
    values = [octet for octet in octets if isinstance(octet, int) and 0 <= octet <= MAX_OCTET]
    if len(values) < len(octets):
        warn("body/data", "holds more than bytes: the body counts as empty")
        return ""
    return bytes(values)


MAX_OCTET: Final = 255


def _body_to_json(body: str | bytes) -> JsonValue:
    return body if isinstance(body, str) else {"type": "Base64", "data": b64encode(body).decode("ascii")}
