"""Manifests: which mocks there are to be, as `{"mocks": [{"name": "Shop", "collection": "Shop API", …}]}`.

The keys are those of Postman's API ("Create a mock server", "Update a mock server") where it has them, and
Understudy's own beside them: `private`, `description`, `serverResponses`, and in `config` the switches of
`services.core.matching.settings`. Collections and environments are named by name, id or uid. A mock is as its manifest
says: a key that is left out means the default, but for `serverResponses`, without which those that exist stay as they
are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from services.cli.mocks import NETWORKS
from services.core.access.visibility import Visibility
from services.core.errors import FieldViolation
from services.core.ids import CollectionId, EnvironmentId
from services.core.matching.settings import MatchSettings
from services.core.mock_rules import mock_violations, server_response_violations, settled
from services.core.mocks import Delay, MockConfig, MockDraft, ServerResponseDraft
from services.core.postman.document import JsonObject, JsonValue

MOCKS = "mocks"
"""The one key of a manifest, by which it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedServerResponse:
    """A server response of a mock, known by its name; at most one of a mock is active."""

    draft: ServerResponseDraft
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedMock:
    """A mock that is to be, known by its name.

    path: where it stands in the manifest, `mocks[3]`.
    draft: all of it but what it uses of the catalog, which `collection` and `environment` (perhaps empty) name.
    server_responses: None where the manifest does not speak of them.
    """

    file: str
    path: str
    collection: str
    environment: str
    draft: MockDraft
    server_responses: tuple[WantedServerResponse, ...] | None

    @property
    def name(self) -> str:
        """Return the name."""
        return self.draft.name


def is_manifest(tree: JsonValue) -> bool:
    """Tell whether a document wants to be a manifest."""
    return isinstance(tree, dict) and MOCKS in tree


def read_manifest(tree: JsonObject, *, file: str) -> tuple[list[WantedMock], list[FieldViolation]]:
    """Return the mocks that are right, and what is wrong with the others and with the manifest as a whole."""
    wrong = [
        FieldViolation(field=key, problem="is not known.", remedy=f"A manifest has one key, {MOCKS}.")
        for key in tree
        if key != MOCKS
    ]
    entries = tree[MOCKS]
    if not isinstance(entries, list):
        return [], [*wrong, FieldViolation(field=MOCKS, problem="should be an array of objects.")]
    mocks: list[WantedMock] = []
    for number, entry in enumerate(entries):
        path = f"{MOCKS}[{number}]"
        try:
            mock = _MockEntry.model_validate(entry).wanted(file, path)
        except ValidationError as error:
            wrong += _type_violations(error, path)
        else:
            violations = list(_problems(mock))
            wrong += violations
            if not violations:
                mocks.append(mock)
    return mocks, wrong


def key_of(path: str, field: str) -> str:
    """Return the key of a manifest, at the path of its mock, that a field of registry's contract comes from."""
    name, bracket, rest = field.partition("[")
    return f"{path}.{_KEYS.get(name, name.removeprefix('mock.'))}{bracket}{rest}"


def _problems(wanted: WantedMock) -> Iterator[FieldViolation]:
    """Yield what is wrong with what one mock's keys say."""
    for violation in mock_violations(settled_with(wanted.draft, CollectionId(wanted.collection))):
        yield replace(violation, field=key_of(wanted.path, violation.field))
    yield from _server_response_problems(wanted.server_responses or (), f"{wanted.path}.serverResponses")


def settled_with(
    draft: MockDraft, collection_id: CollectionId, environment_id: EnvironmentId | None = None
) -> MockDraft:
    """Return a wanted mock's draft with what it uses of the catalog, and with what follows from a delay's preset."""
    return settled(replace(draft, collection_id=collection_id, environment_id=environment_id))


def _server_response_problems(responses: Iterable[WantedServerResponse], path: str) -> Iterator[FieldViolation]:
    names: set[str] = set()
    is_active = False
    for number, response in enumerate(responses):
        place = f"{path}[{number}]"
        if response.draft.name in names:
            yield FieldViolation(field=f"{place}.name", problem="is the name of another server response of this mock.")
        if response.is_active and is_active:
            yield FieldViolation(field=f"{place}.active", problem="is true of another server response too.")
        names.add(response.draft.name)
        is_active = is_active or response.is_active
        for violation in server_response_violations(response.draft):
            key = violation.field.removeprefix("server_response.").replace("status_code", "statusCode")
            yield replace(violation, field=f"{place}.{key}")


def _type_violations(error: ValidationError, path: str) -> Iterator[FieldViolation]:
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        steps, kind = fault["loc"], fault["type"]
        field = path + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
        if kind == "extra_forbidden":
            yield FieldViolation(field=field, problem="is not known.", remedy=_known_beside(steps))
        elif kind == "missing":
            yield FieldViolation(field=field, problem="is missing.")
        else:
            said = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
            yield FieldViolation(field=field, problem=f"{_WORDS.get(kind, said)}.")


def _known_beside(steps: tuple[int | str, ...]) -> str:
    holder = ".".join(step for step in steps[:-1] if isinstance(step, str))
    keys = (field.alias or name for name, field in _OBJECTS[holder].model_fields.items())
    return f"There are: {', '.join(keys)}."


class _Object(BaseModel):
    """An object of a manifest: no other keys than these, and no value that has to be turned into another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class _DelayEntry(_Object):
    type: Literal["fixed"] = "fixed"
    preset: str = ""
    duration: int = 0

    def wanted(self) -> Delay:
        return Delay(preset=self.preset, duration=timedelta(milliseconds=self.duration))


def _delay_object(value: object) -> object:
    """Return a delay as Postman's API writes it: of a number of milliseconds, or of a network's name."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"duration": value}
    if isinstance(value, str):
        if value.lower() not in NETWORKS:
            raise ValueError('is no delay; write milliseconds (1 to 180000), "2g" or "3g"')
        return {"preset": NETWORKS[value.lower()]}
    return value


_DelayKey = Annotated[_DelayEntry | None, BeforeValidator(_delay_object)]


class _ConfigEntry(_Object):
    headers: list[str] = []
    match_header: bool = True
    match_body: bool = False
    match_query_params: bool = True
    match_wildcards: bool = True
    fuzzy_paths: bool = True
    placeholder_wildcards: bool = True
    base_path_fallback: bool = True
    delay: _DelayKey = None
    seed: str = ""

    def match_settings(self) -> MatchSettings:
        return MatchSettings(
            match_headers=tuple(self.headers) if self.match_header else (),
            match_body=self.match_body,
            match_query_params=self.match_query_params,
            match_wildcards=self.match_wildcards,
            fuzzy_paths=self.fuzzy_paths,
            placeholder_wildcards=self.placeholder_wildcards,
            base_path_fallback=self.base_path_fallback,
        )


class _HeaderEntry(_Object):
    key: str
    value: str


class _ServerResponseEntry(_Object):
    name: str
    status_code: int
    headers: list[_HeaderEntry] = []
    language: str = ""
    body: str = ""
    active: bool = False

    def wanted(self) -> WantedServerResponse:
        return WantedServerResponse(
            draft=ServerResponseDraft(
                name=self.name,
                status_code=self.status_code,
                headers=tuple((header.key, header.value) for header in self.headers),
                language=self.language,
                body=self.body.encode(),
            ),
            is_active=self.active,
        )


class _MockEntry(_Object):
    name: str
    collection: str
    environment: str | None = None
    version_tag: str | None = None
    private: bool = False
    description: str = ""
    delay: _DelayKey = None
    config: _ConfigEntry = _ConfigEntry()
    server_responses: list[_ServerResponseEntry] | None = None

    def wanted(self, file: str, path: str) -> WantedMock:
        delay = self.delay or self.config.delay
        responses = self.server_responses
        return WantedMock(
            file=file,
            path=path,
            collection=self.collection,
            environment=self.environment or "",
            draft=MockDraft(
                name=self.name,
                description=self.description,
                release_tag=self.version_tag or None,
                visibility=Visibility.PRIVATE if self.private else Visibility.PUBLIC,
                config=MockConfig(
                    match_settings=self.config.match_settings(),
                    delay=None if delay is None else delay.wanted(),
                    seed=self.config.seed,
                ),
            ),
            server_responses=None if responses is None else tuple(each.wanted() for each in responses),
        )


_WORDS: Mapping[str, str] = {
    "model_type": "should be an object",
    "model_attributes_type": "should be an object",
    "list_type": "should be an array",
}
"""What pydantic says in Python's words, in those of JSON."""

_OBJECTS: Mapping[str, type[_Object]] = {
    "": _MockEntry,
    "delay": _DelayEntry,
    "config": _ConfigEntry,
    "config.delay": _DelayEntry,
    "serverResponses": _ServerResponseEntry,
    "serverResponses.headers": _HeaderEntry,
}
"""The objects of a manifest, by the keys that lead to them."""

_KEYS: Mapping[str, str] = {
    "mock.collection_id": "collection",
    "mock.environment_id": "environment",
    "mock.release_tag": "versionTag",
    "mock.visibility": "private",
    "mock.config.match_headers": "config.headers",
    "mock.config.delay.preset": "delay.preset",
    "mock.config.delay.duration": "delay.duration",
}
"""Field of registry's contract -> key of a manifest, where they differ."""
