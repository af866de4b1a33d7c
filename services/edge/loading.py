"""Making snapshots: asks for what is stale, and uses again whatever is not.

Two mocks of one collection share the parsed collection, and where environment and settings are the same, the index.
They are found again by their etags for as long as any snapshot holds them. Parsing and compiling run in threads: a
collection of 10,000 examples takes about a second, in which calls to other mocks go on being answered.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from services.core.catalog import StoredEnvironment
from services.core.errors import InvalidInput, UnderstudyError
from services.core.ids import AccountId, MockId
from services.core.matching.explain import Explainer
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.settings import MatchSettings
from services.core.mocks import Mock
from services.core.postman.collection import Collection
from services.core.postman.environment import Environment
from services.core.postman.reader import read_collection
from services.core.serving.answers import Answers
from services.core.serving.freshness import Part
from services.core.serving.server_responses import server_response_reply
from services.edge.heap import Heap
from services.edge.snapshot import CollectionKey, IndexKey, LoadedCollection, LoadedIndex, MockSnapshot
from services.edge.sources import MockSource

CONCURRENT_LOADS: Final = 16
"""Questions asked of registry and catalog at once, whatever ids clients make up."""

COMPILER_THREADS: Final = 2
"""A small mock need not wait behind a large one; more threads would only take turns with the event loop."""

Made = TypeVar("Made")


class SnapshotLoader:
    """Makes snapshots from a source. It belongs to one event loop."""

    def __init__(self, source: MockSource) -> None:
        """Take where mocks come from."""
        self._source = source
        self._turn = asyncio.Semaphore(CONCURRENT_LOADS)
        self._compiler = ThreadPoolExecutor(COMPILER_THREADS, thread_name_prefix="compiler")
        self._collections: WeakValueDictionary[CollectionKey, LoadedCollection] = WeakValueDictionary()
        self._indexes: WeakValueDictionary[IndexKey, LoadedIndex] = WeakValueDictionary()
        self._heap = Heap()
        self._making: dict[Hashable, asyncio.Lock] = {}

    async def load(self, mock_id: MockId, previous: MockSnapshot | None, stale: Part) -> MockSnapshot | None:
        """Return the snapshot with the stale parts read anew, None where no such mock is. Raises UnderstudyError."""
        async with self._turn:
            if previous is None or Part.MOCK in stale:
                found = await self._source.mock(mock_id)
                if found is None:
                    return None
            else:
                found = previous.mock, previous.server_response
            mock, server_response = found
            collection = await self._collection(mock, previous, stale)
            environment = await self._environment(mock, previous, stale)
            return MockSnapshot(
                mock=mock,
                server_response=server_response,
                server_reply=server_response_reply(server_response) if server_response else None,
                collection=collection,
                environment=environment,
                index=await self._index(mock, collection, environment),
            )

    def close(self) -> None:
        """Let go of the threads; what they are at is finished and thrown away."""
        self._compiler.shutdown(wait=False, cancel_futures=True)

    async def _collection(self, mock: Mock, previous: MockSnapshot | None, stale: Part) -> LoadedCollection | None:
        if mock.is_deactivated:
            return None
        held = previous.collection if previous else None
        tag = mock.release_tag or ""
        place = (mock.account_id, mock.collection_id, tag)
        if held and held.key.place == place and Part.COLLECTION not in stale:
            return held
        etag = await self._source.collection_etag(*place)
        if etag is None:
            return None
        key = CollectionKey(*place, etag)
        return await self._once(key, lambda: self._collections.get(key), lambda: self._read(key))

    async def _read(self, key: CollectionKey) -> LoadedCollection | None:
        found = await self._source.collection(key.account_id, key.collection_id, key.release_tag)
        if found is None:
            return None
        etag, document = found
        loop = asyncio.get_running_loop()
        collection = await loop.run_in_executor(self._compiler, self._parsed, document, key.account_id)
        key = CollectionKey(key.account_id, key.collection_id, key.release_tag, etag)
        return self._collections.setdefault(key, LoadedCollection(key=key, collection=collection))

    async def _environment(self, mock: Mock, previous: MockSnapshot | None, stale: Part) -> StoredEnvironment | None:
        if mock.environment_id is None or mock.is_deactivated:
            return None
        held = previous.environment if previous else None
        if held is not None and held.id == mock.environment_id and Part.ENVIRONMENT not in stale:
            return held
        return await self._source.environment(mock.account_id, mock.environment_id)

    async def _index(
        self, mock: Mock, collection: LoadedCollection | None, environment: StoredEnvironment | None
    ) -> LoadedIndex | None:
        """Return the index; None where the mock is deactivated, or what it is made of is gone."""
        if collection is None or (mock.environment_id is not None and environment is None):
            return None
        named = (environment.id, environment.etag) if environment else None
        key = IndexKey(collection.key, named, mock.config.match_settings)
        return await self._once(
            key, lambda: self._indexes.get(key), lambda: self._compile(key, collection.collection, environment)
        )

    async def _compile(
        self, key: IndexKey, collection: Collection, environment: StoredEnvironment | None
    ) -> LoadedIndex | None:
        variables = _variables(environment) if environment else None
        compiling = partial(self._compiled, collection, variables, key.settings)
        index = await asyncio.get_running_loop().run_in_executor(self._compiler, compiling)
        loaded = LoadedIndex(key=key, index=index, answers=Answers(index), explainer=Explainer(index))
        return self._indexes.setdefault(key, loaded)

    def _compiled(self, collection: Collection, environment: Environment | None, settings: MatchSettings) -> MockIndex:
        with self._heap.loading():
            index = compile_index(collection, environment=environment, settings=settings)
            self._heap.settle(index.example_count)
        return index

    def _parsed(self, document: bytes, account_id: AccountId) -> Collection:
        with self._heap.loading():
            return _parsed(document, account_id)

    async def _once(
        self, key: Hashable, find: Callable[[], Made | None], make: Callable[[], Awaitable[Made | None]]
    ) -> Made | None:
        """Return what is there under a key, or make it, once however many want it."""
        lock = self._making.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                return find() or await make()
        finally:
            if not lock.locked():
                self._making.pop(key, None)


def _variables(stored: StoredEnvironment) -> Environment:
    return Environment(id=stored.id, name=stored.name, variables=stored.variables)


def _parsed(document: bytes, account_id: AccountId) -> Collection:
    """Return the collection of a document that catalog has accepted. Raises UnderstudyError where it cannot be read."""
    try:
        return read_collection(document, account_id=account_id).collection
    except InvalidInput as error:
        raise UnderstudyError(f"A stored collection cannot be read: {error.message}") from error
