"""Which parts of a loaded mock a change makes stale: what must be read again, and what need not."""

from enum import Flag, auto
from typing import Final

from services.core.changes import CatalogChange, CatalogSubject, ChangeKind, RegistryChange, RegistrySubject
from services.core.mocks import Mock


class Part(Flag):
    """What a snapshot is made from, each with an owner and an etag of its own."""

    MOCK = auto()
    COLLECTION = auto()
    ENVIRONMENT = auto()


FRESH: Final = Part(0)
EVERYTHING: Final = Part.MOCK | Part.COLLECTION | Part.ENVIRONMENT

AnyChange = RegistryChange | CatalogChange


def stale_parts(mock: Mock, change: AnyChange) -> Part:
    """Return the parts of a mock that a change is about.

    A mock that is pinned to a release tag does not follow its collection's edits; but it goes where the collection
    goes, so the collection's deletion and return count.
    """
    if isinstance(change, RegistryChange):
        return Part.MOCK if change.subject is RegistrySubject.MOCK and change.id == mock.id else FRESH
    if change.account_id != mock.account_id:
        return FRESH
    match change.subject:
        case CatalogSubject.ENVIRONMENT:
            return Part.ENVIRONMENT if change.id == mock.environment_id else FRESH
        case CatalogSubject.COLLECTION:
            return Part.COLLECTION if change.id == mock.collection_id else FRESH
        case CatalogSubject.RELEASE_TAG:
            is_pinned_to_it = change.id == mock.collection_id and change.release_tag == mock.release_tag
            return Part.COLLECTION if is_pinned_to_it else FRESH


def removes_mock(change: AnyChange) -> str | None:
    """Return the id of the mock that a change deleted, None where it deleted none."""
    is_removal = change.subject is RegistrySubject.MOCK and change.kind is ChangeKind.DELETED
    return change.id if is_removal else None
