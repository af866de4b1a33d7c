"""A call log entry as Postman's API shows it.

Headers and bodies are there for who asks (`include`). A body that was too long to keep whole says so, which Postman's
do not.
"""

import base64
import codecs

from services.core.call_log import CallLogEntry, LoggedBody
from services.core.postman.document import JsonObject
from services.gateway.postman_api.times import exact_stamp

PARTS = ("request.headers", "request.body", "response.headers", "response.body")
"""What `include` may name."""


def entry_json(entry: CallLogEntry, included: frozenset[str]) -> JsonObject:
    """Return an entry with the included parts."""
    return {
        "id": entry.id,
        "responseName": entry.response_name,
        "servedAt": exact_stamp(entry.serve_time),
        "request": _request_json(entry, included),
        "response": _response_json(entry, included),
    }


def _request_json(entry: CallLogEntry, included: frozenset[str]) -> JsonObject:
    request = entry.request
    shown: JsonObject = {"method": request.method, "path": request.path}
    if "request.headers" in included:
        shown["headers"] = [{"key": key, "value": value} for key, value in request.headers]
    if "request.body" in included:
        shown["body"] = {"mode": request.body.mode or "raw", **_body_json(request.body)}
    return shown


def _response_json(entry: CallLogEntry, included: frozenset[str]) -> JsonObject:
    reply = entry.reply
    shown: JsonObject = {
        "type": "success" if entry.outcome.is_success else "error",
        "statusCode": reply.status_code,
    }
    if "response.headers" in included:
        shown["headers"] = [_described_header(key, value) for key, value in reply.headers]
    if "response.body" in included:
        shown["body"] = _body_json(reply.body)
    return shown


def _described_header(key: str, value: str) -> JsonObject:
    return {"key": key, "value": value, "description": {"content": "", "type": "text/plain"}}


def _body_json(body: LoggedBody) -> JsonObject:
    is_cut = len(body.data) < body.size_bytes
    shown: JsonObject = {"data": text_of_body(body.data, is_cut=is_cut)}
    if is_cut:
        shown |= {"truncated": True, "size": body.size_bytes, "sha256": body.sha256.hex()}
    return shown


def text_of_body(data: bytes, *, is_cut: bool) -> str:
    """Return a body as text, or in Base64 where it is none; a cut may have halved its last character."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, final=not is_cut)
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()
