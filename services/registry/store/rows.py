"""Rows as nouns, and a mock's config as the JSON it is kept as."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping

from services.core.access.accounts import Account, User
from services.core.access.api_keys import ApiKey, KeyDigest
from services.core.access.principal import Role
from services.core.access.visibility import Visibility
from services.core.errors import StaleEtag
from services.core.ids import (
    AccountId,
    ApiKeyId,
    CollectionId,
    EnvironmentId,
    Etag,
    MockId,
    ServerResponseId,
    UserId,
)
from services.core.matching.settings import MatchSettings
from services.core.mocks import Delay, Mock, MockConfig, ServerResponse

Values = Mapping[str, Any] | RowMapping
"""A row: its columns by name."""

MATCH_SETTINGS = tuple(field.name for field in fields(MatchSettings))


def etag_of(version: int) -> Etag:
    """Return the etag of a row: its version."""
    return Etag(str(version))


def check_etag(version: int, etag: str) -> None:
    """Raise StaleEtag where a caller read another version than the present one; an empty etag is any."""
    if etag and etag != etag_of(version):
        raise StaleEtag


def account_of(row: Values) -> Account:
    """Return a row of accounts."""
    return Account(
        id=AccountId(row["id"]), name=row["name"], etag=etag_of(row["version"]), create_time=row["create_time"]
    )


def user_of(row: Values) -> User:
    """Return a row of users."""
    return User(
        id=UserId(row["id"]),
        account_id=AccountId(row["account_id"]),
        username=row["username"],
        full_name=row["full_name"],
        email=row["email"],
        role=Role(row["role"]),
        etag=etag_of(row["version"]),
        create_time=row["create_time"],
    )


def api_key_of(row: Values) -> ApiKey:
    """Return a row of API keys."""
    return ApiKey(
        id=ApiKeyId(row["id"]),
        account_id=AccountId(row["account_id"]),
        user_id=UserId(row["user_id"]),
        name=row["name"],
        hint=row["hint"],
        create_time=row["create_time"],
        revoke_time=row["revoke_time"],
    )


def key_digest_of(row: Values) -> KeyDigest:
    """Return a row of API keys with its user's role."""
    return KeyDigest(
        api_key_id=ApiKeyId(row["id"]),
        digest=row["digest"],
        account_id=AccountId(row["account_id"]),
        user_id=UserId(row["user_id"]),
        role=Role(row["role"]),
    )


def mock_of(row: Values) -> Mock:
    """Return a row of mocks; its URL is the service's to fill in."""
    return Mock(
        id=MockId(row["id"]),
        account_id=AccountId(row["account_id"]),
        name=row["name"],
        description=row["description"],
        collection_id=CollectionId(row["collection_id"]),
        environment_id=None if row["environment_id"] is None else EnvironmentId(row["environment_id"]),
        release_tag=row["release_tag"],
        visibility=Visibility(row["visibility"]),
        config=config_of(row["config"], row["server_response_id"]),
        is_deactivated=row["is_deactivated"],
        created_by=UserId(row["created_by"]),
        updated_by=UserId(row["updated_by"]),
        etag=etag_of(row["version"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def config_of(document: Mapping[str, Any], server_response_id: str | None) -> MockConfig:
    """Return a config; what the JSON does not hold has its default, what this version does not know is left out."""
    known = {name: document["match"][name] for name in MATCH_SETTINGS if name in document["match"]}
    delay = document["delay"]
    return MockConfig(
        match_settings=MatchSettings(**known | {"match_headers": tuple(known.get("match_headers", ()))}),
        delay=None
        if delay is None
        else Delay(duration=timedelta(microseconds=delay["microseconds"]), preset=delay["preset"]),
        server_response_id=None if server_response_id is None else ServerResponseId(server_response_id),
        seed=document.get("seed", ""),
    )


def config_document(config: MockConfig) -> dict[str, object]:
    """Return a config as JSON, but for the active server response, which has a column of its own."""
    delay = config.delay
    return {
        "match": asdict(config.match_settings),
        "delay": None
        if delay is None
        else {"microseconds": delay.duration // timedelta(microseconds=1), "preset": delay.preset},
        "seed": config.seed,
    }


def server_response_of(row: Values) -> ServerResponse:
    """Return a row of server responses."""
    return ServerResponse(
        id=ServerResponseId(row["id"]),
        mock_id=MockId(row["mock_id"]),
        name=row["name"],
        status_code=row["status_code"],
        headers=tuple((key, value) for key, value in row["headers"]),
        language=row["language"],
        body=row["body"],
        created_by=UserId(row["created_by"]),
        updated_by=UserId(row["updated_by"]),
        etag=etag_of(row["version"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )
