"""Finding what a person means: a thing is named by its id, its uid or, where only one has it, its name."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol, TypeVar

from services.client import Understudy
from services.core.catalog import StoredCollection, StoredEnvironment
from services.core.errors import InvalidInput, NotFound
from services.core.mocks import Mock


class Named(Protocol):
    """Anything that has an id and a name."""

    @property
    def id(self) -> str:
        """The id."""
        ...

    @property
    def name(self) -> str:
        """The name."""
        ...


Thing = TypeVar("Thing", bound=Named)


async def find_mock(understudy: Understudy, named: str) -> Mock:
    """Return the mock of that id, uid or name. Raises NotFound, and InvalidInput where several have the name."""
    try:
        mock, _ = await understudy.registry.get_mock(named)
    except NotFound as error:
        return only_one(
            error, "mock", named, [mock async for mock in understudy.registry.list_mocks() if mock.name == named]
        )
    return mock


async def find_collection(understudy: Understudy, named: str) -> StoredCollection:
    """Return the collection of that id, uid or name; raises as `find_mock` does."""
    try:
        return await understudy.catalog.get_collection(named)
    except NotFound as error:
        return only_one(error, "collection", named, await _all(understudy.catalog.list_collections(name=named)))


async def find_environment(understudy: Understudy, named: str) -> StoredEnvironment:
    """Return the environment, its variables included, of that id, uid or name; raises as `find_mock` does."""
    try:
        return await understudy.catalog.get_environment(named)
    except NotFound as error:
        found = only_one(error, "environment", named, await _all(understudy.catalog.list_environments(name=named)))
    return await understudy.catalog.get_environment(found.id)


def only_one(missing: NotFound, kind: str, name: str, found: Sequence[Thing]) -> Thing:
    """Return the only thing found; raises `missing` for none, and InvalidInput, naming their ids, for several."""
    if not found:
        raise missing
    if len(found) > 1:
        ids = ", ".join(thing.id for thing in found)
        raise InvalidInput.of(kind, f"{len(found)} have the name {name!r}.", f"Say which by its id: {ids}.")
    return found[0]


async def _all(things: AsyncIterator[Thing]) -> list[Thing]:
    return [thing async for thing in things]
