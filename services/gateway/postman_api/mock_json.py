"""A mock as Postman's API shows it.

Its keys come in Postman's order. What Postman's own object does not tell (`description`, `versionTag`, and that a mock
is `private`: `isPublic` is about a workspace) stands behind, where there is something to tell; so does Understudy's own
`seed` in the config.
"""

from services.core.access.visibility import Visibility
from services.core.ids import uid_of
from services.core.mocks import Delay, Mock, MockConfig
from services.core.postman.document import JsonObject
from services.gateway.postman_api.times import stamp


def mock_json(mock: Mock) -> JsonObject:
    """Return a mock as it is listed and read."""
    return {
        **_head(mock),
        "config": _config_json(mock.config),
        **_times(mock),
        "isPublic": False,
        "deactivated": mock.is_deactivated,
        **_tail(mock),
    }


def written_mock_json(mock: Mock) -> JsonObject:
    """Return a mock as creating and updating answer it: with `matchHeader`, without what only reading tells."""
    config = _config_json(mock.config)
    headers = config.pop("headers")
    shown: JsonObject = {"headers": headers, "matchHeader": bool(headers)}
    return {**_head(mock), "config": shown | config, **_times(mock), **_tail(mock)}


def _head(mock: Mock) -> JsonObject:
    return {
        "id": mock.id,
        "owner": str(mock.account_id),
        "uid": uid_of(mock.account_id, mock.id),
        "collection": uid_of(mock.account_id, mock.collection_id),
        "mockUrl": mock.url,
        "name": mock.name,
    }


def _config_json(config: MockConfig) -> JsonObject:
    settings = config.match_settings
    return {
        "headers": [*settings.match_headers],
        "matchBody": settings.match_body,
        "matchQueryParams": settings.match_query_params,
        "matchWildcards": settings.match_wildcards,
        "delay": None if config.delay is None else _delay_json(config.delay),
        "serverResponseId": config.server_response_id,
        **({"seed": config.seed} if config.seed else {}),
    }


def _delay_json(delay: Delay) -> JsonObject:
    preset: JsonObject = {"preset": delay.preset} if delay.preset else {}
    return {"type": "fixed", **preset, "duration": round(delay.duration.total_seconds() * 1000)}


def _times(mock: Mock) -> JsonObject:
    return {"createdAt": stamp(mock.create_time), "updatedAt": stamp(mock.update_time)}


def _tail(mock: Mock) -> JsonObject:
    tail: JsonObject = {}
    if mock.environment_id is not None:
        tail["environment"] = uid_of(mock.account_id, mock.environment_id)
    if mock.description:
        tail["description"] = mock.description
    if mock.release_tag is not None:
        tail["versionTag"] = mock.release_tag
    if mock.visibility is Visibility.PRIVATE:
        tail["private"] = True
    return tail
