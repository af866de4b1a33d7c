"""Registry's nouns keep everything on their way through protobuf, as the bytes that travel."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from understudy.registry.v1 import account_pb2, mock_pb2, watch_service_pb2

from services.core.access.accounts import Account, User, UserDraft
from services.core.access.api_keys import ApiKey, KeyDigest
from services.core.access.principal import Principal
from services.core.changes import ChangeKind, RegistryChange, RegistrySubject, Watched
from services.core.errors import InvalidInput
from services.core.ids import (
    AccountId,
    ApiKeyId,
    CollectionId,
    EnvironmentId,
    Etag,
    MockId,
    Revision,
    ServerResponseId,
    UserId,
    uid_of,
)
from services.core.matching.settings import MatchSettings
from services.core.mocks import Delay, Mock, MockConfig, MockDraft, ServerResponse, ServerResponseDraft
from services.wire import account_codec, registry_codec

Sent = TypeVar("Sent", bound=Message)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
NUMBERS = st.integers(0, 2**63 - 1)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 -- Hypothesis wants bounds without a zone
HEADERS = st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple)


def ids(kind: Any) -> st.SearchStrategy[Any]:
    return NAMES.map(kind)


st.register_type_strategy(datetime, TIMES)

CONFIGS = st.builds(
    MockConfig,
    match_settings=st.builds(MatchSettings, match_headers=st.lists(TEXTS, max_size=3).map(tuple)),
    delay=st.none() | st.builds(Delay, duration=st.timedeltas(timedelta(), timedelta(days=1)), preset=TEXTS),
    server_response_id=st.none() | ids(ServerResponseId),
    seed=TEXTS,
)

MOCK_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": TEXTS,
    "description": TEXTS,
    "collection_id": TEXTS.map(CollectionId),
    "environment_id": st.none() | ids(EnvironmentId),
    "release_tag": st.none() | NAMES,
    "config": CONFIGS,
}

MOCKS = st.builds(
    Mock,
    id=ids(MockId),
    account_id=NUMBERS.map(AccountId),
    etag=TEXTS.map(Etag),
    url=TEXTS,
    created_by=NUMBERS.map(UserId),
    updated_by=NUMBERS.map(UserId),
    **MOCK_FIELDS,
)

RESPONSE_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": TEXTS,
    "status_code": st.integers(0, 999),
    "headers": HEADERS,
    "language": TEXTS,
    "body": st.binary(max_size=20),
}

DIGESTS = st.builds(
    KeyDigest,
    api_key_id=ids(ApiKeyId),
    digest=st.binary(min_size=32, max_size=32),
    account_id=NUMBERS.map(AccountId),
    user_id=NUMBERS.map(UserId),
)


def sent(message: Sent) -> Sent:
    """Return the message as it arrives."""
    return type(message).FromString(message.SerializeToString())


@given(MOCKS)
def test_a_mock_arrives_whole(mock: Mock) -> None:
    message = sent(registry_codec.mock_message(mock))

    assert mock == registry_codec.mock_of(message)
    assert uid_of(mock.account_id, mock.id) == message.uid


@given(st.builds(MockDraft, **MOCK_FIELDS))
def test_a_draft_of_a_mock_arrives_whole(draft: MockDraft) -> None:
    assert draft == registry_codec.mock_draft_of(sent(registry_codec.mock_draft_message(draft)))


@given(
    st.builds(
        ServerResponse,
        id=ids(ServerResponseId),
        mock_id=ids(MockId),
        etag=TEXTS.map(Etag),
        created_by=NUMBERS.map(UserId),
        updated_by=NUMBERS.map(UserId),
        **RESPONSE_FIELDS,
    )
)
def test_a_server_response_arrives_whole(response: ServerResponse) -> None:
    message = sent(registry_codec.server_response_message(response))

    assert response == registry_codec.server_response_of(message)


@given(st.builds(ServerResponseDraft, **RESPONSE_FIELDS))
def test_a_draft_of_a_server_response_arrives_whole(draft: ServerResponseDraft) -> None:
    message = sent(registry_codec.server_response_draft_message(draft))

    assert draft == registry_codec.server_response_draft_of(message)


@given(st.builds(Account, id=NUMBERS.map(AccountId), name=TEXTS, etag=TEXTS.map(Etag)))
def test_an_account_arrives_whole(account: Account) -> None:
    assert account == account_codec.account_of(sent(account_codec.account_message(account)))


@given(
    st.builds(
        User,
        id=NUMBERS.map(UserId),
        account_id=NUMBERS.map(AccountId),
        username=TEXTS,
        etag=TEXTS.map(Etag),
        full_name=TEXTS,
        email=TEXTS,
    )
)
def test_a_user_arrives_whole(user: User) -> None:
    assert user == account_codec.user_of(sent(account_codec.user_message(user)))


@given(st.builds(UserDraft, username=TEXTS, full_name=TEXTS, email=TEXTS))
def test_a_draft_of_a_user_arrives_whole(draft: UserDraft) -> None:
    assert draft == account_codec.user_draft_of(sent(account_codec.user_draft_message(draft)))


@given(
    st.builds(
        ApiKey,
        id=ids(ApiKeyId),
        account_id=NUMBERS.map(AccountId),
        user_id=NUMBERS.map(UserId),
        name=TEXTS,
        hint=TEXTS,
    )
)
def test_an_api_key_arrives_whole(key: ApiKey) -> None:
    assert key == account_codec.api_key_of(sent(account_codec.api_key_message(key)))


@given(st.none() | DIGESTS)
def test_a_verified_key_arrives_as_its_principal(key: KeyDigest | None) -> None:
    principal: Principal | None = None if key is None else key.principal

    assert principal == account_codec.principal_of(sent(account_codec.verified_message(key)))


@given(
    st.builds(
        RegistryChange,
        account_id=NUMBERS.map(AccountId),
        id=NAMES,
        key_digest=st.none() | DIGESTS,
    )
    | st.none(),
    NUMBERS.map(Revision),
)
def test_a_change_arrives_whole(change: RegistryChange | None, revision: Revision) -> None:
    watched = Watched(revision, change)

    assert watched == registry_codec.watched_of(sent(registry_codec.watched_message(watched)))


def test_a_change_of_what_only_a_newer_registry_knows_is_a_bookmark() -> None:
    newer = watch_service_pb2.WatchResponse(
        revision=7,
        change={"kind": watch_service_pb2.CHANGE_KIND_WRITTEN, "subject": 99},  # type: ignore[arg-type] # a number that is none yet
    )

    assert Watched(Revision(7)) == registry_codec.watched_of(sent(newer))


def test_what_a_draft_leaves_open_has_its_default() -> None:
    assert MockDraft() == registry_codec.mock_draft_of(mock_pb2.Mock())
    assert UserDraft() == account_codec.user_draft_of(account_pb2.User())


def test_an_enum_value_that_is_none_of_ours_is_refused_or_missing() -> None:
    with pytest.raises(InvalidInput, match=r"mock\.visibility"):
        registry_codec.mock_draft_of(mock_pb2.Mock(visibility=99))  # type: ignore[arg-type] # wrong on purpose
    assert account_codec.user_draft_of(account_pb2.User(role=99)).role is None  # type: ignore[arg-type] # as above


@pytest.mark.parametrize("duration", [Duration(seconds=2**62), Duration(seconds=-(2**62))])
def test_a_duration_that_is_none_is_refused(duration: Duration) -> None:
    message = mock_pb2.Mock(config=mock_pb2.MockConfig(delay=mock_pb2.Delay(duration=duration)))

    with pytest.raises(InvalidInput, match=r"mock\.config\.delay\.duration"):
        registry_codec.mock_draft_of(message)


def test_the_subjects_and_kinds_of_the_contract_are_all_known() -> None:
    assert set(RegistrySubject) == set(registry_codec.SUBJECTS)
    assert set(ChangeKind) == set(registry_codec.KINDS)
