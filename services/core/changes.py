"""What watch streams tell: changes of the catalog and of the registry, each with its revision."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from services.core.access.api_keys import KeyDigest
from services.core.ids import AccountId, Revision


class ChangeKind(StrEnum):
    """What happened to a thing."""

    WRITTEN = "written"
    DELETED = "deleted"


class CatalogSubject(StrEnum):
    """What kind of thing a change of the catalog is about."""

    COLLECTION = "collection"
    ENVIRONMENT = "environment"
    RELEASE_TAG = "release_tag"


class RegistrySubject(StrEnum):
    """What kind of thing a change of the registry is about."""

    MOCK = "mock"
    API_KEY = "api_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogChange:
    """A write of the catalog; of a release tag, `id` is the collection's."""

    kind: ChangeKind
    subject: CatalogSubject
    account_id: AccountId
    id: str
    change_time: datetime
    release_tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryChange:
    """A write of the registry; `key_digest` is there for an API key that is valid."""

    kind: ChangeKind
    subject: RegistrySubject
    account_id: AccountId
    id: str
    change_time: datetime
    key_digest: KeyDigest | None = None


Change = TypeVar("Change")


@dataclass(frozen=True, slots=True)
class Watched(Generic[Change]):
    """One message of a watch stream: a revision to resume behind, and the change; a bookmark has none."""

    revision: Revision
    change: Change | None = None
