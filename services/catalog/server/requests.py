"""What the requests of several services have in common: whom a write is about, and which page of a list is wanted."""

from typing import Protocol

from services.catalog.use_cases import PageOrder, Target


class _WritesInCollection(Protocol):
    """A request that writes a collection, or something in it."""

    @property
    def collection_id(self) -> str: ...
    @property
    def etag(self) -> str: ...
    @property
    def account_id(self) -> int: ...


class _AsksForPage(Protocol):
    """A request for a page of a list."""

    @property
    def page_size(self) -> int: ...
    @property
    def page_token(self) -> str: ...


def collection_target(request: _WritesInCollection) -> Target:
    """Return the collection that a write is about."""
    return Target(id=request.collection_id, etag=request.etag, account_id=request.account_id)


def page_order(request: _AsksForPage) -> PageOrder:
    """Return which page a request asks for."""
    return PageOrder(size=request.page_size, token=request.page_token)
