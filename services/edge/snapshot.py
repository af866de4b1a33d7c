"""A snapshot: what an edge worker holds of one mock, immutable, replaced as a whole."""

from dataclasses import dataclass

from services.core.catalog import StoredEnvironment
from services.core.ids import AccountId, CollectionId, Etag
from services.core.matching.explain import Explainer
from services.core.matching.index import MockIndex
from services.core.matching.settings import MatchSettings
from services.core.mocks import Mock, ServerResponse
from services.core.postman.collection import Collection
from services.core.rendering.reply import Reply
from services.core.serving.answers import Answers


@dataclass(frozen=True, slots=True)
class CollectionKey:
    """Names one content of a collection: two snapshots with equal keys share what was parsed."""

    account_id: AccountId
    collection_id: CollectionId
    release_tag: str
    etag: Etag

    @property
    def place(self) -> tuple[AccountId, CollectionId, str]:
        """Return where the collection is found, whatever its content."""
        return self.account_id, self.collection_id, self.release_tag


@dataclass(frozen=True, slots=True)
class IndexKey:
    """Names what an index was compiled from: two snapshots with equal keys share the index."""

    collection: CollectionKey
    environment: tuple[str, Etag] | None
    settings: MatchSettings


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class LoadedCollection:
    """A parsed collection."""

    key: CollectionKey
    collection: Collection


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class LoadedIndex:
    """A compiled index, the answers that it gave, and who explains them."""

    key: IndexKey
    index: MockIndex
    answers: Answers
    explainer: Explainer


@dataclass(frozen=True, slots=True, kw_only=True)
class MockSnapshot:
    """All that is needed to answer calls to a mock.

    collection, index: None where the mock is deactivated or its collection is gone.
    server_reply: the reply of the active server response.
    """

    mock: Mock
    server_response: ServerResponse | None
    server_reply: Reply | None
    collection: LoadedCollection | None
    environment: StoredEnvironment | None
    index: LoadedIndex | None
