"""The nouns of a mock: what it answers from, how it matches and waits, and its canned server responses.

A *draft* is what a caller says of a mock or server response; what the suite itself knows of it (id, owner, etag, times)
is not in it. `services.core.mock_rules` says which drafts are valid, and what a change of some fields means.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from services.core.access.visibility import Visibility
from services.core.ids import NO_USER, AccountId, CollectionId, EnvironmentId, Etag, MockId, ServerResponseId, UserId
from services.core.matching.settings import MatchSettings

NO_COLLECTION = CollectionId("")
"""Stands in drafts that do not speak of the collection."""

MINIMUM_DELAY = timedelta(milliseconds=1)
MAXIMUM_DELAY = timedelta(seconds=180)
"""Postman's own range for `x-mock-response-delay` (1 to 180,000 ms); doubling it would outlast most proxies."""

DELAY_PRESETS: Mapping[str, timedelta] = MappingProxyType(
    {"1": timedelta(milliseconds=300), "2": timedelta(milliseconds=100)}
)
"""Postman's presets: "1" is a 2G network, "2" a 3G network (API reference, "Get a mock server")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How long a mock waits before it answers; `preset` is Postman's "1" or "2", or empty for a custom duration."""

    duration: timedelta
    preset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MockConfig:
    """How a mock matches and answers.

    seed: by which replies to the same call are the same; empty where dynamic variables differ from reply to reply.
    """

    match_settings: MatchSettings = field(default_factory=MatchSettings)
    delay: Delay | None = None
    server_response_id: ServerResponseId | None = None
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """A mock: one collection, perhaps an environment, perhaps pinned to a release tag."""

    id: MockId
    account_id: AccountId
    name: str
    collection_id: CollectionId
    etag: Etag
    create_time: datetime
    update_time: datetime
    description: str = ""
    environment_id: EnvironmentId | None = None
    release_tag: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    config: MockConfig = field(default_factory=MockConfig)
    is_deactivated: bool = False
    url: str = ""
    created_by: UserId = NO_USER
    updated_by: UserId = NO_USER


@dataclass(frozen=True, slots=True, kw_only=True)
class MockDraft:
    """What a caller says of a mock; a change reads the named fields alone, so the others may be left out.

    name: empty on creation means the collection's.
    collection_id, environment_id: as id or uid.
    """

    name: str = ""
    description: str = ""
    collection_id: CollectionId = NO_COLLECTION
    environment_id: EnvironmentId | None = None
    release_tag: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    config: MockConfig = field(default_factory=MockConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What of the catalog a mock uses; many mocks may use the same."""

    account_id: AccountId
    collection_id: CollectionId
    environment_id: EnvironmentId | None
    release_tag: str | None

    @classmethod
    def of(cls, account_id: AccountId, mock: Mock | MockDraft) -> "References":
        """Return what a mock uses, or would use."""
        return cls(
            account_id=account_id,
            collection_id=mock.collection_id,
            environment_id=mock.environment_id,
            release_tag=mock.release_tag,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerResponse:
    """A canned 5xx reply of a mock ("Simulate a 5xx server response"). `language` is for editors only."""

    id: ServerResponseId
    mock_id: MockId
    name: str
    status_code: int
    etag: Etag
    create_time: datetime
    update_time: datetime
    headers: tuple[tuple[str, str], ...] = ()
    language: str = ""
    body: bytes = b""
    created_by: UserId = NO_USER
    updated_by: UserId = NO_USER


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerResponseDraft:
    """What a caller says of a server response; a change reads the named fields alone."""

    name: str = ""
    status_code: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    language: str = ""
    body: bytes = b""
