"""`understudy keys`: API keys, each with the rights of its user."""

import uuid
from typing import Annotated

import typer

from services.cli.commands import Session, client_command
from services.cli.output import Column, json_of, time_text
from services.core.access.api_keys import ApiKey

app = typer.Typer(help="API keys.", no_args_is_help=True)

COLUMNS = (
    Column[ApiKey]("NAME", lambda key: key.name),
    Column[ApiKey]("ID", lambda key: key.id, is_whole=True),
    Column[ApiKey]("BEGINS", lambda key: f"{key.hint}…"),
    Column[ApiKey]("USER", lambda key: str(key.user_id)),
    Column[ApiKey]("CREATED", lambda key: time_text(key.create_time)),
    Column[ApiKey]("REVOKED", lambda key: time_text(key.revoke_time) if key.revoke_time else ""),
)


@client_command(app, "list")
async def list_keys(
    session: Session,
    *,
    revoked: Annotated[bool, typer.Option("--revoked", help="Show revoked keys too.")] = False,
) -> None:
    """List the API keys; their secrets are kept nowhere."""
    found = [key async for key in session.understudy.registry.list_api_keys(show_revoked=revoked)]
    session.output.things(found, COLUMNS, none="There is no API key.")


@client_command(app, "create")
async def create_key(
    session: Session,
    name: Annotated[str, typer.Argument(help="What the key is for, such as the program that will use it.")],
    *,
    user: Annotated[int, typer.Option(metavar="NUMBER", help="The user to act for. Left out: yourself.")] = 0,
) -> None:
    """Make an API key, and show its secret this once."""
    registry = session.understudy.registry
    key, secret = await registry.create_api_key(name, user_id=user, request_id=str(uuid.uuid4()))
    if session.output.as_json:
        session.output.json({"api_key": json_of(key), "secret": secret})
    else:
        session.output.facts({"id": key.id, "name": key.name, "secret": secret})
        session.output.say("Keep the secret now: it is not shown again.")


@client_command(app, "revoke")
async def revoke_key(
    session: Session, key: Annotated[str, typer.Argument(metavar="ID", help="Id of the key.")]
) -> None:
    """Revoke an API key: within a second nobody accepts it any more."""
    session.output.thing(await session.understudy.registry.revoke_api_key(key), COLUMNS)
