"""What files hold, thing by thing: collections, environments and mocks, and what is wrong with the rest.

A thing that two files hold is refused in both: nobody said which of them is meant.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from services.cli.apply.directory import ReadFile
from services.cli.apply.manifest import WantedMock, is_manifest, read_manifest
from services.core.errors import FieldViolation, InvalidInput, UnderstudyError
from services.core.ids import AccountId, CollectionId
from services.core.postman.document import JsonValue, read_json
from services.core.postman.environment import Environment
from services.core.postman.environments import read_environment
from services.core.postman.identity import id_in_file, mint_collection_id
from services.core.postman.recognition import recognise_collection
from services.core.postman.values import text_of

FOREIGN = FieldViolation(
    field="",
    problem="is neither a collection, an environment nor a manifest.",
    remedy='Export it from Postman again, or list mocks in it: {"mocks": […]}.',
)

ENVIRONMENT_KEYS = frozenset({"values", "environment"})
KNOWN_KEYS = ENVIRONMENT_KEYS | {"info", "item", "requests", "collection", "collections", "openapi", "swagger"}
"""By these a document tells what it is, if only one that deserves its own answer."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong in a file."""

    file: str
    violation: FieldViolation

    def __str__(self) -> str:
        """Render file, key and problem as one line."""
        return f"{self.file}: {self.violation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCollection:
    """A collection's document, and the id it will have."""

    file: str
    path: str = ""
    id: CollectionId
    name: str
    document: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEnvironment:
    """An environment."""

    file: str
    path: str = ""
    environment: Environment

    @property
    def name(self) -> str:
        """Return the name."""
        return self.environment.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything that the files want, and what is wrong with them."""

    collections: tuple[WantedCollection, ...] = ()
    environments: tuple[WantedEnvironment, ...] = ()
    mocks: tuple[WantedMock, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class Wanted(Protocol):
    """Anything that a file wants: the file, the path inside of it, and the name."""

    @property
    def file(self) -> str:
        """The file."""
        ...

    @property
    def path(self) -> str:
        """The path inside of the file, empty for the whole of it."""
        ...

    @property
    def name(self) -> str:
        """The name."""
        ...


Thing = TypeVar("Thing", bound=Wanted)
Kind = TypeVar("Kind")


def contents_of(files: Iterable[ReadFile], account_id: AccountId) -> Contents:
    """Return what the files hold, for the account that will own it."""
    things: list[WantedCollection | WantedEnvironment | WantedMock | Refusal] = []
    for file in files:
        name = str(file.path)
        try:
            things += _things_of(name, file.document, account_id)
        except UnderstudyError as error:
            things += refusals_of(name, error)
    collections, collections_twice = _only_once(_of(WantedCollection, things), lambda wanted: wanted.id)
    environments, environments_twice = _only_once(_of(WantedEnvironment, things), lambda wanted: wanted.environment.id)
    mocks, mocks_twice = _only_once(_of(WantedMock, things), lambda wanted: wanted.name)
    wrong = (*_of(Refusal, things), *collections_twice, *environments_twice, *mocks_twice)
    return Contents(collections=collections, environments=environments, mocks=mocks, refusals=wrong)


def refusals_of(file: str, error: UnderstudyError) -> list[Refusal]:
    """Return an error as what is wrong in a file."""
    if isinstance(error, InvalidInput) and error.violations:
        return [Refusal(file, _without_document(violation)) for violation in error.violations]
    return [Refusal(file, FieldViolation(field="", problem=error.message))]


def _things_of(
    file: str, document: bytes, account_id: AccountId
) -> Iterator[WantedCollection | WantedEnvironment | WantedMock | Refusal]:
    tree = read_json(document)
    if isinstance(tree, dict) and is_manifest(tree):
        mocks, wrong = read_manifest(tree, file=file)
        yield from mocks
        yield from (Refusal(file, violation) for violation in wrong)
    elif not isinstance(tree, dict) or not KNOWN_KEYS & tree.keys():
        yield Refusal(file, FOREIGN)
    elif ENVIRONMENT_KEYS & tree.keys() and "item" not in tree:
        yield WantedEnvironment(file=file, environment=read_environment(document, account_id=account_id))
    else:
        yield _collection(file, tree, document, account_id)


def _collection(file: str, tree: JsonValue, document: bytes, account_id: AccountId) -> WantedCollection:
    info = recognise_collection(tree).info
    name = text_of(info.get("name"))
    own = id_in_file(info.get("_postman_id"))
    collection_id = mint_collection_id(account_id, name) if own is None else CollectionId(own)
    return WantedCollection(file=file, id=collection_id, name=name, document=document)


def _of(kind: type[Kind], things: Iterable[object]) -> list[Kind]:
    return [thing for thing in things if isinstance(thing, kind)]


def _only_once(things: Iterable[Thing], key: Callable[[Thing], str]) -> tuple[tuple[Thing, ...], tuple[Refusal, ...]]:
    """Return what only one place wants, and a refusal for each place of what several want, which names another."""
    by_key: dict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        by_key[key(thing)].append(thing)
    once = (wanted[0] for wanted in by_key.values() if len(wanted) == 1)
    repeated = (_refusals_of_repeated(wanted) for wanted in by_key.values() if len(wanted) > 1)
    return tuple(once), tuple(itertools.chain.from_iterable(repeated))


def _refusals_of_repeated(things: Sequence[Wanted]) -> Iterator[Refusal]:
    for thing, other in zip(things, [*things[1:], things[0]], strict=True):
        place = f"{other.file}: {other.path}" if other.path else other.file
        violation = FieldViolation(
            field=thing.path and f"{thing.path}.name",
            problem=f"{thing.name!r} is in {place} too.",
            remedy="Say which is meant by keeping one.",
        )
        yield Refusal(thing.file, violation)


def _without_document(violation: FieldViolation) -> FieldViolation:
    """Return a violation that does not call the file `document` behind the file's own name."""
    return replace(violation, field="") if violation.field == "document" else violation
