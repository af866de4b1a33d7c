"""Mocks, server responses and the watch stream between protobuf and dataclasses: `x_message` goes out, `x_of` comes in.

What a message leaves open is filled in as the contract says (an unspecified visibility is public). Coming in, a value
that no noun of ours has, as a newer program may send, is refused by the field's name.
"""

from collections.abc import Mapping

from understudy.registry.v1 import mock_pb2, watch_service_pb2

from services.core.access.visibility import Visibility
from services.core.changes import ChangeKind, RegistryChange, RegistrySubject, Watched
from services.core.errors import InvalidInput
from services.core.ids import (
    AccountId,
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
from services.wire.account_codec import key_digest_message, key_digest_of
from services.wire.times import duration_of, time_of, timedelta_of, timestamp_of

VISIBILITIES: Mapping[Visibility, mock_pb2.Visibility.ValueType] = {
    Visibility.PUBLIC: mock_pb2.VISIBILITY_PUBLIC,
    Visibility.PRIVATE: mock_pb2.VISIBILITY_PRIVATE,
}

SUBJECTS: Mapping[RegistrySubject, watch_service_pb2.Subject.ValueType] = {
    RegistrySubject.MOCK: watch_service_pb2.SUBJECT_MOCK,
    RegistrySubject.API_KEY: watch_service_pb2.SUBJECT_API_KEY,
}

KINDS: Mapping[ChangeKind, watch_service_pb2.ChangeKind.ValueType] = {
    ChangeKind.WRITTEN: watch_service_pb2.CHANGE_KIND_WRITTEN,
    ChangeKind.DELETED: watch_service_pb2.CHANGE_KIND_DELETED,
}

SUBJECT_OF = {message: subject for subject, message in SUBJECTS.items()}
KIND_OF = {message: kind for kind, message in KINDS.items()}
VISIBILITY_OF = {message: visibility for visibility, message in VISIBILITIES.items()} | {
    mock_pb2.VISIBILITY_UNSPECIFIED: Visibility.PUBLIC
}


def mock_message(mock: Mock) -> mock_pb2.Mock:
    """Return a mock as a message."""
    return mock_pb2.Mock(
        id=mock.id,
        account_id=mock.account_id,
        uid=uid_of(mock.account_id, mock.id),
        name=mock.name,
        description=mock.description,
        collection_id=mock.collection_id,
        environment_id=mock.environment_id or "",
        release_tag=mock.release_tag or "",
        visibility=VISIBILITIES[mock.visibility],
        config=config_message(mock.config),
        deactivated=mock.is_deactivated,
        mock_url=mock.url,
        created_by=mock.created_by,
        updated_by=mock.updated_by,
        etag=mock.etag,
        create_time=timestamp_of(mock.create_time),
        update_time=timestamp_of(mock.update_time),
    )


def mock_of(message: mock_pb2.Mock) -> Mock:
    """Return a mock from its message."""
    return Mock(
        id=MockId(message.id),
        account_id=AccountId(message.account_id),
        name=message.name,
        description=message.description,
        collection_id=CollectionId(message.collection_id),
        environment_id=EnvironmentId(message.environment_id) if message.environment_id else None,
        release_tag=message.release_tag or None,
        visibility=visibility_of(message.visibility),
        config=config_of(message.config),
        is_deactivated=message.deactivated,
        url=message.mock_url,
        created_by=UserId(message.created_by),
        updated_by=UserId(message.updated_by),
        etag=Etag(message.etag),
        create_time=time_of(message.create_time),
        update_time=time_of(message.update_time),
    )


def mock_draft_message(draft: MockDraft) -> mock_pb2.Mock:
    """Return what somebody says of a mock as a message."""
    return mock_pb2.Mock(
        name=draft.name,
        description=draft.description,
        collection_id=draft.collection_id,
        environment_id=draft.environment_id or "",
        release_tag=draft.release_tag or "",
        visibility=VISIBILITIES[draft.visibility],
        config=config_message(draft.config),
    )


def mock_draft_of(message: mock_pb2.Mock) -> MockDraft:
    """Return what somebody says of a mock from the message. Raises InvalidInput for a visibility that is none."""
    return MockDraft(
        name=message.name,
        description=message.description,
        collection_id=CollectionId(message.collection_id),
        environment_id=EnvironmentId(message.environment_id) if message.environment_id else None,
        release_tag=message.release_tag or None,
        visibility=visibility_of(message.visibility),
        config=config_of(message.config),
    )


def visibility_of(message: mock_pb2.Visibility.ValueType) -> Visibility:
    """Return a visibility from its message. Raises InvalidInput for one that is none of ours."""
    if (visibility := VISIBILITY_OF.get(message)) is None:
        raise InvalidInput.of("mock.visibility", f"{message} is no visibility.", "Send public (1) or private (2).")
    return visibility


def config_message(config: MockConfig) -> mock_pb2.MockConfig:
    """Return a mock's config as a message, whose switches are off by default and thus turn our defaults round."""
    settings = config.match_settings
    return mock_pb2.MockConfig(
        match_headers=settings.match_headers,
        match_body=settings.match_body,
        ignore_query_params=not settings.match_query_params,
        literal_wildcards=not settings.match_wildcards,
        exact_paths=not settings.fuzzy_paths,
        literal_placeholders=not settings.placeholder_wildcards,
        exact_base_paths=not settings.base_path_fallback,
        delay=None if config.delay is None else delay_message(config.delay),
        server_response_id=config.server_response_id or "",
        seed=config.seed,
    )


def config_of(message: mock_pb2.MockConfig) -> MockConfig:
    """Return a mock's config from its message."""
    settings = MatchSettings(
        match_headers=tuple(message.match_headers),
        match_body=message.match_body,
        match_query_params=not message.ignore_query_params,
        match_wildcards=not message.literal_wildcards,
        fuzzy_paths=not message.exact_paths,
        placeholder_wildcards=not message.literal_placeholders,
        base_path_fallback=not message.exact_base_paths,
    )
    return MockConfig(
        match_settings=settings,
        delay=delay_of(message.delay) if message.HasField("delay") else None,
        server_response_id=ServerResponseId(message.server_response_id) if message.server_response_id else None,
        seed=message.seed,
    )


def delay_message(delay: Delay) -> mock_pb2.Delay:
    """Return a delay as a message."""
    return mock_pb2.Delay(preset=delay.preset, duration=duration_of(delay.duration))


def delay_of(message: mock_pb2.Delay) -> Delay:
    """Return a delay from its message. Raises InvalidInput for a duration that no clock of ours can hold."""
    try:
        return Delay(preset=message.preset, duration=timedelta_of(message.duration))
    except (ValueError, OverflowError) as error:
        raise InvalidInput.of("mock.config.delay.duration", "is no duration.", "Send 1 ms to 180 s.") from error


def server_response_message(response: ServerResponse) -> mock_pb2.ServerResponse:
    """Return a server response as a message."""
    return mock_pb2.ServerResponse(
        id=response.id,
        mock_id=response.mock_id,
        name=response.name,
        status_code=response.status_code,
        headers=header_messages(response.headers),
        language=response.language,
        body=response.body,
        created_by=response.created_by,
        updated_by=response.updated_by,
        etag=response.etag,
        create_time=timestamp_of(response.create_time),
        update_time=timestamp_of(response.update_time),
    )


def server_response_of(message: mock_pb2.ServerResponse) -> ServerResponse:
    """Return a server response from its message."""
    return ServerResponse(
        id=ServerResponseId(message.id),
        mock_id=MockId(message.mock_id),
        name=message.name,
        status_code=message.status_code,
        headers=tuple((header.key, header.value) for header in message.headers),
        language=message.language,
        body=message.body,
        created_by=UserId(message.created_by),
        updated_by=UserId(message.updated_by),
        etag=Etag(message.etag),
        create_time=time_of(message.create_time),
        update_time=time_of(message.update_time),
    )


def server_response_draft_message(draft: ServerResponseDraft) -> mock_pb2.ServerResponse:
    """Return what somebody says of a server response as a message."""
    return mock_pb2.ServerResponse(
        name=draft.name,
        status_code=draft.status_code,
        headers=header_messages(draft.headers),
        language=draft.language,
        body=draft.body,
    )


def server_response_draft_of(message: mock_pb2.ServerResponse) -> ServerResponseDraft:
    """Return what somebody says of a server response from the message."""
    return ServerResponseDraft(
        name=message.name,
        status_code=message.status_code,
        headers=tuple((header.key, header.value) for header in message.headers),
        language=message.language,
        body=message.body,
    )


def header_messages(headers: tuple[tuple[str, str], ...]) -> list[mock_pb2.ServerResponse.Header]:
    """Return headers as messages."""
    return [mock_pb2.ServerResponse.Header(key=key, value=value) for key, value in headers]


def watched_message(watched: Watched[RegistryChange]) -> watch_service_pb2.WatchResponse:
    """Return one message of the watch stream."""
    if (change := watched.change) is None:
        return watch_service_pb2.WatchResponse(revision=watched.revision)
    return watch_service_pb2.WatchResponse(
        revision=watched.revision,
        change=watch_service_pb2.WatchResponse.Change(
            kind=KINDS[change.kind],
            subject=SUBJECTS[change.subject],
            account_id=change.account_id,
            id=change.id,
            key_digest=None if change.key_digest is None else key_digest_message(change.key_digest),
            change_time=timestamp_of(change.change_time),
        ),
    )


def watched_of(message: watch_service_pb2.WatchResponse) -> Watched[RegistryChange]:
    """Return one message of the watch stream; one about a subject that a newer registry knows is a mere bookmark."""
    change = message.change
    if not message.HasField("change") or change.subject not in SUBJECT_OF or change.kind not in KIND_OF:
        return Watched(Revision(message.revision))
    return Watched(
        Revision(message.revision),
        RegistryChange(
            kind=KIND_OF[change.kind],
            subject=SUBJECT_OF[change.subject],
            account_id=AccountId(change.account_id),
            id=change.id,
            key_digest=key_digest_of(change.key_digest) if change.HasField("key_digest") else None,
            change_time=time_of(change.change_time),
        ),
    )
