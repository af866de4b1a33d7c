"""What answers the calls of the golden corpus: the files of a case, and the mock that its blocks set up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from services.core.access.visibility import Visibility
from services.core.mocks import Delay, MockConfig, MockDraft, ServerResponseDraft
from tests.golden_messages import header, message


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What answers a call.

    released: the collection file that the mock's release tag names, where it has one.
    """

    collection: Path
    environment: Path | None = None
    released: Path | None = None
    mock: MockDraft = field(default_factory=MockDraft)
    server_response: ServerResponseDraft | None = None

    @property
    def answering(self) -> Path:
        """The collection file whose examples answer."""
        return self.released or self.collection


def first_world(folder: Path) -> World:
    """Return the world of a folder before anything is set up."""
    return World(
        collection=min(folder.glob("collection*.json"), key=lambda file: len(file.name)),
        environment=next(folder.glob("environment.json"), None),
    )


def with_mock(first: World, block: str) -> World:
    """Return the world that a `mock` block describes: one setting a line, everything else as it was at first."""
    world = first
    for line in block.splitlines():
        name, value = header(line)
        world = _SETTINGS[name](world, value)
    return world


def with_server_response(world: World, block: str) -> World:
    """Return the world with the server response of a block."""
    head, body = message(block.splitlines(), "<")
    response = ServerResponseDraft(
        name="Outage",
        status_code=int(head[0].text),
        headers=tuple(header(line.text) for line in head[1:]),
        body=b"\n".join(line.text.encode() for line in body or ()),
    )
    return replace(world, server_response=response)


def milliseconds(text: str) -> timedelta:
    """Return the time that a text like `80 ms` says."""
    return timedelta(milliseconds=int(text.removesuffix(" ms")))


Setting = Callable[[World, str], World]


def _flag(name: str) -> Setting:
    """Return the setting that switches a field of the match settings."""
    return lambda world, value: _matching(world, **{name: {"on": True, "off": False}[value]})


def _matching(world: World, **changes: object) -> World:
    settings = replace(world.mock.config.match_settings, **changes)  # type: ignore[arg-type] # Named in the table.
    return _configured(world, match_settings=settings)


def _configured(world: World, **changes: object) -> World:
    config: MockConfig = replace(world.mock.config, **changes)  # type: ignore[arg-type] # Named in the table.
    return replace(world, mock=replace(world.mock, config=config))


def _header_names(world: World, value: str) -> World:
    return _matching(world, match_headers=tuple(name.strip() for name in value.split(",")))


def _delay(world: World, value: str) -> World:
    preset = value.removeprefix("preset ")
    if preset != value:
        return _configured(world, delay=Delay(preset=preset, duration=_PRESETS[preset]))
    return _configured(world, delay=Delay(duration=milliseconds(value)))


_PRESETS: Final[Mapping[str, timedelta]] = {"1": timedelta(milliseconds=300), "2": timedelta(milliseconds=100)}


def _release_tag(world: World, value: str) -> World:
    return replace(world, released=world.collection, mock=replace(world.mock, release_tag=value))


def _visibility(world: World, value: str) -> World:
    return replace(world, mock=replace(world.mock, visibility=Visibility(value)))


_SETTINGS: Final[Mapping[str, Setting]] = {
    "match body": _flag("match_body"),
    "match headers": _header_names,
    "match query": _flag("match_query_params"),
    "match wildcards": _flag("match_wildcards"),
    "fuzzy paths": _flag("fuzzy_paths"),
    "placeholder wildcards": _flag("placeholder_wildcards"),
    "base path fallback": _flag("base_path_fallback"),
    "delay": _delay,
    "seed": lambda world, value: _configured(world, seed=value),
    "visibility": _visibility,
    "release tag": _release_tag,
    "collection": lambda world, value: replace(world, collection=world.collection.with_name(value)),
    "environment": lambda world, value: replace(world, environment=world.collection.with_name(value)),
}
