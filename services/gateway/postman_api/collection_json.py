"""A collection as Postman's API shows it: the stored JSON, and on it the ids, uids and times that the server knows.

Every folder, item and example gets its `id` and `uid` in the place where Postman puts them; those without an id of
their own get the one that the whole house knows them by. Whatever else the customer wrote stays, in its order.
"""

from services.core.catalog import StoredCollection
from services.core.ids import AccountId, uid_of
from services.core.postman.document import JsonObject
from services.core.postman.findings import Notes
from services.core.postman.outline import Entry, NodeKind, read_outline
from services.core.postman.recognition import open_collection
from services.core.postman.values import object_of
from services.gateway.postman_api.times import stamp


def identity_json(collection: StoredCollection) -> JsonObject:
    """Return what a write answers."""
    return {"id": collection.id, "name": collection.name, "uid": uid_of(collection.account_id, collection.id)}


def listed_json(collection: StoredCollection) -> JsonObject:
    """Return a collection as lists show it."""
    return {
        "id": collection.id,
        "name": collection.name,
        "owner": str(collection.account_id),
        "createdAt": stamp(collection.create_time),
        "updatedAt": stamp(collection.update_time),
        "uid": uid_of(collection.account_id, collection.id),
        "isPublic": False,
    }


def with_identities(document: bytes, stored: StoredCollection) -> JsonObject:
    """Return the whole collection."""
    tree = open_collection(document).tree
    for entry in read_outline(tree, Notes()).entries:
        _replace(entry.node.json, _identified(entry, stored.account_id))
    return {**tree, "info": _info(object_of(tree.get("info")), stored)}


def minimal_json(document: bytes, stored: StoredCollection) -> JsonObject:
    """Return the tree of folders and items without anything in them (`model=minimal`)."""
    tree = open_collection(document).tree
    for entry in read_outline(tree, Notes()).entries:
        shown = _identified(entry, stored.account_id)
        _replace(entry.node.json, {key: value for key, value in shown.items() if key in _MINIMAL})
    return {"info": _info(object_of(tree.get("info")), stored), "item": tree["item"]}


_MINIMAL = frozenset({"name", "id", "uid", "item"})
_NAME_FIRST = ("name", "id", "uid")
_ID_FIRST = ("id", "uid", "name")


def _identified(entry: Entry, account_id: AccountId) -> JsonObject:
    """Return a node with its id and uid; Postman prints an item's name first, and an example's behind its uid."""
    node = entry.node
    order = _ID_FIRST if node.kind is NodeKind.EXAMPLE else _NAME_FIRST
    known: JsonObject = {**node.json, "id": entry.id, "uid": uid_of(account_id, entry.id)}
    return {key: known[key] for key in order if key in known} | known


def _info(info: JsonObject, stored: StoredCollection) -> JsonObject:
    known: JsonObject = {
        "createdAt": stamp(stored.create_time),
        "updatedAt": stamp(stored.update_time),
        "lastUpdatedBy": str(stored.updated_by),
        "uid": uid_of(stored.account_id, stored.id),
    }
    written = {key: value for key, value in info.items() if key not in known}
    return {"_postman_id": stored.id} | written | {"_postman_id": stored.id} | known


def _replace(node: JsonObject, content: JsonObject) -> None:
    """Put new content into a node that others hold."""
    node.clear()
    node.update(content)
