"""Collections ("Get all collections", "Create a collection", "Get …", "Replace …", "Delete a collection").

`workspace` is accepted and has no effect: everything lies in the account's one space. Unlike Postman's, `name` and
paging may be combined.
"""

from services.core.catalog import ImportMode, StoredCollection
from services.core.ids import uid_of
from services.core.postman.document import JsonObject
from services.gateway.postman_api.api_call import ApiCall, Document
from services.gateway.postman_api.bodies import MAXIMUM_COLLECTION_BODY, read_collection_body
from services.gateway.postman_api.collection_json import identity_json, listed_json, minimal_json, with_identities
from services.gateway.postman_api.replies import json_bytes, wrapped
from services.gateway.postman_api.turns import in_thread

DEFAULT_LIMIT = 100
MAXIMUM_LIMIT = 1_000
"""The page sizes of the services' own lists."""

MAXIMUM_OFFSET = 2**31 - 1


async def list_collections(call: ApiCall) -> JsonObject:
    """Return the account's collections by name; `meta` is there for who asks for a part."""
    limit = call.query.integer("limit", minimum=1, maximum=MAXIMUM_LIMIT)
    offset = call.query.integer("offset", minimum=0, maximum=MAXIMUM_OFFSET)
    found = [each async for each in call.suite.catalog.list_collections(name=call.query.text("name") or "")]
    if limit is None and offset is None:
        return {"collections": [listed_json(collection) for collection in found]}
    return _part(found, offset or 0, limit or DEFAULT_LIMIT)


def _part(found: list[StoredCollection], offset: int, limit: int) -> JsonObject:
    return {
        "collections": [listed_json(collection) for collection in found[offset : offset + limit]],
        "meta": {"total": len(found), "offset": offset, "limit": limit},
    }


async def create_collection(call: ApiCall) -> JsonObject:
    """Store a new collection; one without an id gets a random one, so that it is new however it is called."""
    sent = await call.read_body(MAXIMUM_COLLECTION_BODY)
    body = await in_thread(lambda: read_collection_body(sent))
    imported = await call.suite.catalog.import_collection(
        body.document,
        mode=ImportMode.CREATE,
        collection_id="" if body.id is not None else call.new_id(),
        request_id=call.new_id(),
    )
    return {"collection": identity_json(imported.collection)}


async def get_collection(call: ApiCall, collection_id: str) -> Document:
    """Return a collection as it is stored, with its ids and times; `model=minimal` leaves its content out."""
    model = call.query.choice("model", ("minimal",))
    await call.take_turn((await call.suite.catalog.get_collection(collection_id)).size_bytes)
    stored, document = await call.suite.catalog.export_collection(collection_id)
    shown = minimal_json if model == "minimal" else with_identities
    return Document(await in_thread(lambda: wrapped("collection", json_bytes(shown(document, stored)))))


async def replace_collection(call: ApiCall, collection_id: str) -> JsonObject:
    """Replace a collection's whole content; it keeps its id, whatever the body says."""
    sent = await call.read_body(MAXIMUM_COLLECTION_BODY)
    body = await in_thread(lambda: read_collection_body(sent))
    imported = await call.suite.catalog.import_collection(
        body.document, mode=ImportMode.REPLACE, collection_id=collection_id, request_id=call.new_id()
    )
    return {"collection": identity_json(imported.collection)}


async def delete_collection(call: ApiCall, collection_id: str) -> JsonObject:
    """Remove a collection."""
    stored = await call.suite.catalog.get_collection(collection_id)
    await call.suite.catalog.delete_collection(stored.id)
    return {"collection": {"id": stored.id, "uid": uid_of(stored.account_id, stored.id)}}
