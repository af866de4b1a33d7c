"""A source of mocks in memory, whose answers a test can hold back: races need to be made, not waited for."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from services.core.catalog import StoredEnvironment
from services.core.changes import CatalogChange, CatalogSubject, ChangeKind, RegistryChange, RegistrySubject
from services.core.errors import UnderstudyError
from services.core.ids import AccountId, CollectionId, EnvironmentId, Etag, MockId
from services.core.matching.call import Call
from services.core.matching.match import Match, match
from services.core.mocks import Mock, ServerResponse
from services.core.postman.variable import Variable
from services.edge.snapshot import MockSnapshot
from tests.builders import a_collection, an_example, an_item, document

ACCOUNT = AccountId(1)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


@dataclass(slots=True)
class MemorySource:
    """Mocks, collections and environments by id; `asked` counts the questions.

    hold: while it is set up and not released, each collection that is read waits for it after its content was taken.
    failure: what every question raises.
    """

    mocks: dict[str, Mock] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    environments: dict[str, StoredEnvironment] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    hold: asyncio.Event | None = None
    is_held: asyncio.Event = field(default_factory=asyncio.Event)
    failure: UnderstudyError | None = None

    def add_mock(self, mock_id: str, collection_id: str = "shop", **fields: Any) -> Mock:
        mock = Mock(
            id=MockId(mock_id),
            account_id=ACCOUNT,
            name=mock_id,
            collection_id=CollectionId(collection_id),
            etag=Etag("1"),
            create_time=NOW,
            update_time=NOW,
        )
        self.mocks[mock_id] = replace(mock, **fields)
        self.bodies.setdefault(collection_id, "first")
        return self.mocks[mock_id]

    def add_environment(self, environment_id: str, **values: str) -> None:
        self.environments[environment_id] = StoredEnvironment(
            account_id=ACCOUNT,
            id=EnvironmentId(environment_id),
            name=environment_id,
            etag=Etag(str(values)),
            create_time=NOW,
            update_time=NOW,
            variables=tuple(Variable(key=key, value=value) for key, value in values.items()),
        )

    async def mock(self, mock_id: MockId) -> tuple[Mock, ServerResponse | None] | None:
        await self._ask("mock")
        found = self.mocks.get(mock_id)
        return (found, None) if found else None

    async def collection_etag(self, account_id: AccountId, collection_id: CollectionId, tag: str) -> Etag | None:
        await self._ask("collection_etag")
        body = self.bodies.get(collection_id)
        return None if body is None else Etag(f"{account_id} {tag} {body}")

    async def collection(
        self, account_id: AccountId, collection_id: CollectionId, tag: str
    ) -> tuple[Etag, bytes] | None:
        await self._ask("collection")
        body = self.bodies.get(collection_id)
        if self.hold is not None:
            self.is_held.set()
            await self.hold.wait()
        if body is None:
            return None
        example = an_example(url="https://x.example/a", body=body)
        return Etag(f"{account_id} {tag} {body}"), document(a_collection(an_item(example), id=collection_id))

    async def environment(self, account_id: AccountId, environment_id: EnvironmentId) -> StoredEnvironment | None:
        assert ACCOUNT == account_id
        await self._ask("environment")
        return self.environments.get(environment_id)

    async def _ask(self, question: str) -> None:
        self.asked[question] += 1
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure


def mock_changed(mock_id: str, *, kind: ChangeKind = ChangeKind.WRITTEN) -> RegistryChange:
    return RegistryChange(
        kind=kind, subject=RegistrySubject.MOCK, account_id=ACCOUNT, id=mock_id, change_time=datetime.now(UTC)
    )


def collection_changed(collection_id: str = "shop", *, kind: ChangeKind = ChangeKind.WRITTEN) -> CatalogChange:
    return catalog_changed(CatalogSubject.COLLECTION, collection_id, kind=kind)


def catalog_changed(
    subject: CatalogSubject, thing: str, *, kind: ChangeKind = ChangeKind.WRITTEN, tag: str = ""
) -> CatalogChange:
    return CatalogChange(
        kind=kind, subject=subject, account_id=ACCOUNT, id=thing, change_time=datetime.now(UTC), release_tag=tag
    )


def body_of(snapshot: MockSnapshot | None) -> str | bytes | None:
    """Return what the snapshot's only example answers; None where the mock answers nothing."""
    if snapshot is None or snapshot.index is None:
        return None
    found = match(Call(method="GET", path="/a", query="", headers=()), snapshot.index.index)
    assert isinstance(found, Match)
    return found.example.example.body
