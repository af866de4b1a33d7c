"""JSON replies as bytes: a customer's numbers and texts leave as they came, lone surrogates included."""

from services.core.postman.document import MAX_COLLECTION_BYTES, JsonObject, write_json

MAXIMUM_REPLY_BYTES = 2 * MAX_COLLECTION_BYTES
"""A collection grows by the ids and uids that a reply adds: about 100 bytes for each request and example."""


def json_bytes(tree: JsonObject) -> bytes:
    """Return a reply's JSON."""
    return write_json(tree, max_bytes=MAXIMUM_REPLY_BYTES)


def wrapped(name: str, document: bytes) -> bytes:
    """Return JSON text inside of `{"<name>": …}`, without reading it."""
    return b"".join((b'{"', name.encode(), b'":', document, b"}"))
