"""A call to the API as its handlers see it: HTTP ends at `application`, and begins again there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from services.client import Understudy
from services.core.postman.document import JsonObject
from services.gateway.postman_api.queries import Query


class Resource(StrEnum):
    """What a route is about; the values are the kinds of `services.core.errors.NotFound`."""

    SERVER = "server"
    USER = "user"
    COLLECTION = "collection"
    ENVIRONMENT = "environment"
    RELEASE_TAG = "release_tag"
    MOCK = "mock"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One call.

    open_suite: returns the services, called with the caller's own key; raises Unauthenticated where no key came.
    read_body: returns the body, of at most so many bytes, once it is certain who sends it; raises TooLarge, Busy.
    new_id: makes a random UUID; now: tells the time.
    take_turn: waits until a document of so many bytes may be in memory; raises Busy where that takes too long.
    """

    query: Query
    open_suite: Callable[[], Understudy]
    read_body: Callable[[int], Awaitable[bytes]]
    new_id: Callable[[], str]
    now: Callable[[], datetime]
    take_turn: Callable[[int], Awaitable[None]]

    @property
    def suite(self) -> Understudy:
        """Return the services as the caller sees them. Raises Unauthenticated where no key came."""
        return self.open_suite()


@dataclass(frozen=True, slots=True)
class Document:
    """A reply that is JSON text already."""

    json: bytes


Answer: TypeAlias = "JsonObject | Document"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API; the handler gets the ids of the path behind the call."""

    method: str
    path: str
    resource: Resource
    handler: Callable[..., Awaitable[Answer]] = field(repr=False)

    @property
    def is_write(self) -> bool:
        """Tell whether the operation has a body that says what to store."""
        return self.method in {"POST", "PUT"}
