"""The identifiers of the house: each a type of its own, so that one cannot be passed for another.

A *uid* is what Postman's API prints for an object: the owning account's number, a dash and the object's id.
"""

from typing import NewType

AccountId = NewType("AccountId", int)
UserId = NewType("UserId", int)
ApiKeyId = NewType("ApiKeyId", str)
CollectionId = NewType("CollectionId", str)
ItemId = NewType("ItemId", str)
ExampleId = NewType("ExampleId", str)
EnvironmentId = NewType("EnvironmentId", str)
MockId = NewType("MockId", str)
ServerResponseId = NewType("ServerResponseId", str)
CallLogEntryId = NewType("CallLogEntryId", str)
Revision = NewType("Revision", int)
Etag = NewType("Etag", str)

NO_ACCOUNT = AccountId(0)
NO_USER = UserId(0)
"""Numbers begin at 1; 0 stands for the suite itself."""


def uid_of(account_id: AccountId, object_id: str) -> str:
    """Return Postman's uid, `<account number>-<id>`."""
    return f"{account_id}-{object_id}"


def split_uid(account_id: AccountId, id_or_uid: str) -> str:
    """Return the id from an id or from the account's own uid; anything else comes back unchanged."""
    return id_or_uid.removeprefix(f"{account_id}-")
