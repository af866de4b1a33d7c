"""The nouns of the catalog: collections, environments and release tags as they are kept and listed.

Their content is in `services.core.postman`; here is what surrounds it: whose it is, when it was written, its etag.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.core.ids import NO_USER, AccountId, CollectionId, EnvironmentId, Etag, ItemId, Revision, UserId
from services.core.postman.collection import Example
from services.core.postman.report import ImportReport
from services.core.postman.variable import Variable


class ImportMode(StrEnum):
    """What an import does with a collection that is, or is not, there already."""

    UPSERT = "upsert"
    CREATE = "create"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCollection:
    """A collection as the catalog lists it; its content is the document."""

    account_id: AccountId
    id: CollectionId
    name: str
    schema_version: str
    etag: Etag
    create_time: datetime
    update_time: datetime
    description: str = ""
    item_count: int = 0
    example_count: int = 0
    size_bytes: int = 0
    updated_by: UserId = NO_USER


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCollection:
    """What an import stored, and what it found."""

    collection: StoredCollection
    report: ImportReport
    is_new: bool
    revision: Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """A saved request, as the place where examples live."""

    id: ItemId
    name: str
    folders: tuple[str, ...]
    method: str
    url: str
    example_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExample:
    """An example with the collection it was read from."""

    collection_id: CollectionId
    collection_etag: Etag
    example: Example


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTag:
    """A name for one immutable version of a collection."""

    collection_id: CollectionId
    name: str
    document_etag: Etag
    create_time: datetime
    created_by: UserId = NO_USER


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEnvironment:
    """An environment as the catalog keeps it; lists leave `variables` out."""

    account_id: AccountId
    id: EnvironmentId
    name: str
    etag: Etag
    create_time: datetime
    update_time: datetime
    variables: tuple[Variable, ...] = field(default=())
    updated_by: UserId = NO_USER
