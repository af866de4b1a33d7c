"""What a client says of a mock, read into a draft and the names of the fields it is about.

Types are checked here, where JSON ends; which values make sense is registry's to say, in the words of
`services.core.mock_rules`, whose fields `PARAMETERS` translates back. Keys that nobody knows are ignored, so that a
mock can be sent as it was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.core.access.visibility import Visibility
from services.core.ids import CollectionId, EnvironmentId, ServerResponseId
from services.core.matching.settings import MatchSettings
from services.core.mocks import Delay, MockConfig, MockDraft
from services.core.postman.document import JsonValue
from services.gateway.postman_api.bodies import wanted
from services.gateway.postman_api.fields import Fields

MOCK_MASK: Mapping[str, str] = {
    "name": "name",
    "description": "description",
    "collection": "collection_id",
    "environment": "environment_id",
    "versionTag": "release_tag",
    "private": "visibility",
}
CONFIG_MASK: Mapping[str, str] = {
    "headers": "config.match_headers",
    "matchHeader": "config.match_headers",
    "matchBody": "config.match_body",
    "matchQueryParams": "config.ignore_query_params",
    "matchWildcards": "config.literal_wildcards",
    "delay": "config.delay",
    "serverResponseId": "config.server_response_id",
    "seed": "config.seed",
}
"""Key of the body -> field of registry's update mask."""

PARAMETERS: Mapping[str, str] = {
    **{f"mock.{field}": key for key, field in MOCK_MASK.items()},
    **{f"mock.{field}": f"config.{key}" for key, field in CONFIG_MASK.items() if key != "matchHeader"},
    "mock.config.delay.preset": "config.delay.preset",
    "mock.config.delay.duration": "config.delay.duration",
}
"""Field of registry's contract -> parameter as the API calls it."""


@dataclass(frozen=True, slots=True)
class MockBody:
    """A draft, and the mask of the fields that the body holds."""

    draft: MockDraft
    fields: tuple[str, ...]


def read_mock_body(root: JsonValue) -> MockBody:
    """Return the mock in `{"mock": {…}}`.

    Raises ParameterMissing without the wrapper, and InvalidInput naming every key of a wrong type.
    """
    tree = wanted(root, "mock")
    mock = Fields.of(tree)
    config = mock.inner("config")
    draft = _draft(mock, config)
    mock.check()
    named = [MOCK_MASK[key] for key in MOCK_MASK if key in tree]
    named += [CONFIG_MASK[key] for key in CONFIG_MASK if key in config.tree]
    return MockBody(draft, tuple(dict.fromkeys(named)))


def _draft(mock: Fields, config: Fields) -> MockDraft:
    return MockDraft(
        name=mock.text("name"),
        description=mock.text("description"),
        collection_id=CollectionId(mock.text("collection")),
        environment_id=EnvironmentId(mock.text("environment")) or None,
        release_tag=mock.text("versionTag") or None,
        visibility=Visibility.PRIVATE if mock.flag("private", default=False) else Visibility.PUBLIC,
        config=_config(config),
    )


def _config(config: Fields) -> MockConfig:
    headers = config.texts("headers")
    return MockConfig(
        match_settings=MatchSettings(
            match_headers=headers if config.flag("matchHeader", default=True) else (),
            match_body=config.flag("matchBody", default=False),
            match_query_params=config.flag("matchQueryParams", default=True),
            match_wildcards=config.flag("matchWildcards", default=True),
        ),
        delay=_delay(config),
        server_response_id=ServerResponseId(config.text("serverResponseId")) or None,
        seed=config.text("seed"),
    )


def _delay(config: Fields) -> Delay | None:
    """Return `{"type": "fixed", "preset"?, "duration"?}`; a preset has its own duration, null is no delay."""
    if config.tree.get("delay") is None:
        return None
    delay = config.inner("delay")
    delay.require("type", ("fixed",))
    milliseconds = delay.integer("duration", default=0)
    return Delay(preset=delay.text("preset"), duration=timedelta(milliseconds=milliseconds))
