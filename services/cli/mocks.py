"""`understudy mocks`: the mocks that answer, and how each of them does."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer

from services.cli.commands import Session, client_command
from services.cli.environments import with_variables
from services.cli.lookup import find_collection, find_environment, find_mock
from services.cli.output import Column, time_text
from services.client import Understudy
from services.core.access.visibility import Visibility
from services.core.catalog import StoredEnvironment
from services.core.errors import InvalidInput, NotFound
from services.core.ids import EnvironmentId
from services.core.mock_rules import draft_of_mock
from services.core.mocks import DELAY_PRESETS, Delay, Mock, MockConfig, MockDraft
from services.core.postman.environment import Environment
from services.core.postman.variable import Variable

app = typer.Typer(help="Mocks: the URLs that answer with examples.", no_args_is_help=True)

NETWORKS = {"2g": "1", "3g": "2"}
"""The names people know Postman's delay presets by."""


def _delay_text(mock: Mock) -> str:
    delay = mock.config.delay
    return f"{delay.duration / timedelta(milliseconds=1):.0f} ms" if delay else ""


def _state(mock: Mock) -> str:
    return "deactivated" if mock.is_deactivated else mock.visibility.value


COLUMNS = (
    Column[Mock]("NAME", lambda mock: mock.name),
    Column[Mock]("ID", lambda mock: mock.id, is_whole=True),
    Column[Mock]("STATE", _state),
    Column[Mock]("URL", lambda mock: mock.url, is_whole=True),
)

DETAILS = (
    *COLUMNS,
    Column[Mock]("COLLECTION", lambda mock: mock.collection_id),
    Column[Mock]("ENVIRONMENT", lambda mock: mock.environment_id or ""),
    Column[Mock]("TAG", lambda mock: mock.release_tag or ""),
    Column[Mock]("DELAY", _delay_text),
    Column[Mock]("MATCHES", lambda mock: _matching_text(mock.config)),
    Column[Mock]("SEED", lambda mock: mock.config.seed),
    Column[Mock]("CREATED", lambda mock: time_text(mock.create_time)),
    Column[Mock]("UPDATED", lambda mock: time_text(mock.update_time)),
    Column[Mock]("ETAG", lambda mock: mock.etag),
)


def _matching_text(config: MockConfig) -> str:
    headers = [f"header {name}" for name in config.match_settings.match_headers]
    return ", ".join([*headers, *(["body"] if config.match_settings.match_body else [])])


MockName = Annotated[str, typer.Argument(metavar="MOCK", help="Id, uid or name of a mock.")]
Etag = Annotated[str, typer.Option(metavar="ETAG", help="Fail if it was changed since it had this etag.")]
EnvironmentName = Annotated[
    str | None, typer.Option("--environment", metavar="ENVIRONMENT", help="Id, uid or name of the environment to use.")
]
Tag = Annotated[
    str | None, typer.Option("--tag", metavar="TAG", help="Answer from the version that this release tag pins.")
]
DelayText = Annotated[
    str | None, typer.Option("--delay", metavar="MS|2g|3g", help="Wait before answering: 1 to 180000 ms, 2g or 3g.")
]
MatchHeader = Annotated[
    list[str] | None,
    typer.Option("--match-header", metavar="NAME", help="Answer only where this header matches; may be repeated."),
]
Seed = Annotated[
    str | None,
    typer.Option("--seed", metavar="TEXT", help="Give the same call the same reply, random values included."),
]
MatchBody = Annotated[
    bool | None, typer.Option("--match-body/--any-body", help="Answer only where the request body matches.")
]


@client_command(app, "list")
async def list_mocks(
    session: Session,
    *,
    collection: Annotated[str, typer.Option(metavar="COLLECTION", help="Only the mocks of this collection.")] = "",
) -> None:
    """List the mocks, oldest first."""
    collection_id = (await find_collection(session.understudy, collection)).id if collection else ""
    found = [mock async for mock in session.understudy.registry.list_mocks(collection_id=collection_id)]
    session.output.things(found, COLUMNS, none="There is no mock yet: `understudy import FILE --mock` makes one.")


@client_command(app, "get")
async def get_mock(session: Session, mock: MockName) -> None:
    """Show one mock."""
    session.output.thing(await find_mock(session.understudy, mock), DETAILS)


@client_command(app, "create")
async def create_mock(  # noqa: PLR0913 -- each is an option of the command
    session: Session,
    collection: Annotated[str, typer.Argument(metavar="COLLECTION", help="Id, uid or name of the collection.")],
    *,
    name: Annotated[str, typer.Option(help="The mock's name. Left out: the collection's.")] = "",
    environment: EnvironmentName = None,
    tag: Tag = None,
    private: Annotated[bool, typer.Option("--private", help="Answer only calls with an API key.")] = False,
    delay: DelayText = None,
    match_header: MatchHeader = None,
    match_body: MatchBody = None,
    seed: Seed = None,
    save_url_to: Annotated[
        str | None,
        typer.Option(
            metavar="ENVIRONMENT:VARIABLE",
            help="Write the mock's URL into this variable; the environment is made where it is missing.",
        ),
    ] = None,
) -> None:
    """Make a mock of a collection, and show its URL."""
    saved = url_place(save_url_to) if save_url_to is not None else None
    draft = MockDraft(
        name=name,
        collection_id=(await find_collection(session.understudy, collection)).id,
        environment_id=(await find_environment(session.understudy, environment)).id if environment else None,
        release_tag=tag,
        visibility=Visibility.PRIVATE if private else Visibility.PUBLIC,
        config=configured(MockConfig(), delay=delay, match_header=match_header, match_body=match_body, seed=seed),
    )
    mock = await session.understudy.registry.create_mock(draft)
    if saved is not None:
        await save_url(session.understudy, mock.url, *saved)
    session.output.thing(mock, DETAILS)


@client_command(app, "update")
async def update_mock(  # noqa: PLR0913 -- each is an option of the command
    session: Session,
    mock: MockName,
    *,
    name: Annotated[str | None, typer.Option(help="The new name.")] = None,
    collection: Annotated[str | None, typer.Option(metavar="COLLECTION", help="The collection to answer from.")] = None,
    environment: EnvironmentName = None,
    tag: Tag = None,
    delay: DelayText = None,
    match_header: MatchHeader = None,
    match_body: MatchBody = None,
    seed: Seed = None,
    etag: Etag = "",
) -> None:
    """Change a mock. What is not named stays as it is; an empty value (`--delay ""`) takes it away."""
    found = await find_mock(session.understudy, mock)
    understudy = session.understudy
    said = {
        "name": name,
        "collection_id": (await find_collection(understudy, collection)).id if collection else None,
        "environment_id": (await find_environment(understudy, environment)).id if environment else environment,
        "release_tag": tag,
        "config": configured(found.config, delay=delay, match_header=match_header, match_body=match_body, seed=seed),
    }
    draft = draft_of_mock(found)
    changes = {field: value for field, value in said.items() if value is not None and value != getattr(draft, field)}
    if changes:
        draft = replace(draft, **changes)  # type: ignore[arg-type] # each is of its field's type
        found = await understudy.registry.update_mock(found.id, draft, fields=tuple(changes), etag=etag or found.etag)
    session.output.thing(found, DETAILS)


@client_command(app, "delete")
async def delete_mock(session: Session, mock: MockName, *, etag: Etag = "") -> None:
    """Delete a mock."""
    found = await find_mock(session.understudy, mock)
    await session.understudy.registry.delete_mock(found.id, etag=etag)
    session.output.done(f"Deleted the mock {found.name!r} ({found.id}).", deleted=found.id)


@client_command(app, "publish")
async def publish_mock(session: Session, mock: MockName) -> None:
    """Make a private mock public."""
    found = await find_mock(session.understudy, mock)
    session.output.thing(await session.understudy.registry.publish_mock(found.id), DETAILS)


@client_command(app, "unpublish")
async def unpublish_mock(session: Session, mock: MockName) -> None:
    """Make a public mock private: from then on calls need an API key."""
    found = await find_mock(session.understudy, mock)
    session.output.thing(await session.understudy.registry.unpublish_mock(found.id), DETAILS)


def configured(
    config: MockConfig,
    *,
    delay: str | None,
    match_header: list[str] | None,
    match_body: bool | None,
    seed: str | None,
) -> MockConfig:
    """Return the config with what was said on the command line; None says nothing, empty takes away."""
    settings = config.match_settings
    if match_header is not None:
        settings = replace(settings, match_headers=tuple(filter(None, match_header)))
    if match_body is not None:
        settings = replace(settings, match_body=match_body)
    return replace(
        config,
        match_settings=settings,
        delay=config.delay if delay is None else parse_delay(delay),
        seed=config.seed if seed is None else seed,
    )


def parse_delay(text: str) -> Delay | None:
    """Return the delay that a person wrote: milliseconds, `2g` or `3g`; empty is none. Raises InvalidInput."""
    if not text:
        return None
    if preset := NETWORKS.get(text.lower()):
        return Delay(duration=DELAY_PRESETS[preset], preset=preset)
    digits = text.lower().removesuffix("ms").strip()
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidInput.of("--delay", f"{text!r} is no delay.", "Write milliseconds (1 to 180000), 2g or 3g.")
    return Delay(duration=timedelta(milliseconds=int(digits)))


def url_place(text: str) -> tuple[str, str]:
    """Return environment and variable of `ENVIRONMENT:VARIABLE`. Raises InvalidInput."""
    environment, colon, variable = text.rpartition(":")
    if not colon or not environment or not variable:
        raise InvalidInput.of("--save-url-to", f"{text!r} names no variable.", "Write ENVIRONMENT:VARIABLE.")
    return environment, variable


async def save_url(understudy: Understudy, url: str, environment: str, variable: str) -> StoredEnvironment:
    """Write a URL into a variable of an environment, which is made where it is missing."""
    try:
        found = await find_environment(understudy, environment)
    except NotFound:
        return await understudy.catalog.create_environment(
            Environment(id=EnvironmentId(""), name=environment, variables=(Variable(key=variable, value=url),)),
            request_id=str(uuid.uuid4()),
        )
    variables = with_variables(found.variables, {variable: url})
    return await understudy.catalog.update_environment(found.id, variables=variables, etag=found.etag)
