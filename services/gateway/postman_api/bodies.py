"""Bodies: what the API wraps (`{"collection": {…}}`) is unwrapped, and nothing that a customer wrote is lost.

A collection is cut out of its wrapper, so that the very bytes are stored that were sent. Where the wrapper holds more
than the collection, or is not in UTF-8, the collection is written anew from what was read, which is equal as JSON.
"""

import re
from contextlib import suppress
from dataclasses import dataclass

from services.core.errors import InvalidInput
from services.core.postman.document import MAX_COLLECTION_BYTES, JsonObject, JsonValue, read_json, write_json
from services.core.postman.identity import id_in_file
from services.core.postman.recognition import MAX_ENVIRONMENT_BYTES, open_collection
from services.gateway.postman_api.faults import ParameterMissing

WRAPPER_BYTES = 1024 * 1024
"""Room for what stands around a document; Postman's limits are the documents' own."""

MAXIMUM_COLLECTION_BODY = MAX_COLLECTION_BYTES + WRAPPER_BYTES
MAXIMUM_ENVIRONMENT_BODY = MAX_ENVIRONMENT_BYTES + WRAPPER_BYTES
MAXIMUM_MOCK_BODY = 1024 * 1024
"""A mock is names and switches: a thousandth of this in practice."""


@dataclass(frozen=True, slots=True)
class CollectionBody:
    """A collection that was sent: its JSON, and its own id where it has one that can be used."""

    document: bytes
    id: str | None


def read_collection_body(body: bytes) -> CollectionBody:
    """Return the collection in a body.

    Raises InvalidInput in the words of Postman's API (`: must have required property 'collection'`), TooLarge.
    """
    if (document := _cut_out(body)) is not None:
        with suppress(InvalidInput):  # What is wrong is told below, with its place in the whole body.
            return _collection_body(document)
    return _collection_body(write_json(unwrap(_read(body, MAXIMUM_COLLECTION_BODY), "collection")))


def read_environment_body(body: bytes) -> JsonObject:
    """Return the environment in a body. Raises InvalidInput, TooLarge."""
    return unwrap(_read(body, MAXIMUM_ENVIRONMENT_BODY), "environment")


def read_body(body: bytes) -> JsonValue:
    """Return the JSON of a small body; an empty one is an empty object. Raises InvalidInput, TooLarge."""
    return _read(body, MAXIMUM_MOCK_BODY)


def unwrap(root: JsonValue, name: str) -> JsonObject:
    """Return the object inside of `{"<name>": {…}}`. Raises InvalidInput."""
    if not isinstance(root, dict):
        raise InvalidInput.of("", "must be object")
    if name not in root:
        raise InvalidInput.of("", f"must have required property '{name}'")
    inner = root[name]
    if not isinstance(inner, dict):
        raise InvalidInput.of(name, "must be object")
    return inner


def wanted(root: JsonValue, name: str) -> JsonObject:
    """Return the object inside of `{"<name>": {…}}`. Raises ParameterMissing where it is not there, InvalidInput."""
    if not isinstance(root, dict) or root.get(name) is None:
        raise ParameterMissing([name])
    inner = root[name]
    if not isinstance(inner, dict):
        raise InvalidInput.of(name, "must be an object.")
    return inner


def _read(body: bytes, max_bytes: int) -> JsonValue:
    return read_json(body, max_bytes=max_bytes) if body.strip() else {}


def _collection_body(document: bytes) -> CollectionBody:
    return CollectionBody(document=document, id=id_in_file(open_collection(document).info.get("_postman_id")))


_SPACE = rb"[ \t\r\n]*"
_OPENING = re.compile(_SPACE + rb"\{" + _SPACE + rb'"collection"' + _SPACE + rb":" + _SPACE)


def _cut_out(body: bytes) -> bytes | None:
    """Return what stands between the opening of the wrapper and the last brace; whether it is JSON is not known yet.

    If it is, the wrapper held nothing else: then cutting and reading come to the same.
    """
    opening, end = _OPENING.match(body), body.rfind(b"}")
    if opening is None or end < opening.end() or body[end + 1 :].strip():
        return None
    return body[opening.end() : end].rstrip(b" \t\r\n")
