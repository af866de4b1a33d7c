"""`understudy environments`: the variables that mocks can be given."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.cli.commands import Session, client_command
from services.cli.imports import import_environment
from services.cli.lookup import find_environment
from services.cli.output import Column, time_text
from services.core.catalog import StoredEnvironment
from services.core.errors import InvalidInput
from services.core.postman.variable import Variable

app = typer.Typer(help="Environments: variables that mocks can be given.", no_args_is_help=True)

COLUMNS = (
    Column[StoredEnvironment]("NAME", lambda environment: environment.name),
    Column[StoredEnvironment]("ID", lambda environment: environment.id, is_whole=True),
    Column[StoredEnvironment]("UPDATED", lambda environment: time_text(environment.update_time)),
)

VARIABLE_COLUMNS = (
    Column[Variable]("VARIABLE", lambda variable: variable.key),
    Column[Variable]("VALUE", lambda variable: "(secret)" if variable.type == "secret" else variable.value),
    Column[Variable]("ENABLED", lambda variable: "yes" if variable.is_enabled else "no"),
)

EnvironmentName = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Id, uid or name of an environment.")]
Etag = Annotated[str, typer.Option(metavar="ETAG", help="Fail if it was changed since it had this etag.")]


@client_command(app, "list")
async def list_environments(
    session: Session, *, name: Annotated[str, typer.Option(help="Only those of exactly this name.")] = ""
) -> None:
    """List the environments by name."""
    found = [environment async for environment in session.understudy.catalog.list_environments(name=name)]
    session.output.things(
        found, COLUMNS, none="There is no environment: `understudy environments create FILE` makes one."
    )


@client_command(app, "get")
async def get_environment(session: Session, environment: EnvironmentName) -> None:
    """Show one environment with its variables; the values of secrets only with --json."""
    _show(session, await find_environment(session.understudy, environment))


@client_command(app, "create")
async def create_environment(
    session: Session, file: Annotated[Path, typer.Argument(metavar="FILE", help="An environment exported by Postman.")]
) -> None:
    """Create an environment from a file, or replace the one of the same id."""
    _, account = await session.understudy.registry.get_caller()
    _show(session, await import_environment(session.understudy, file, account.id))


@client_command(app, "update")
async def update_environment(  # noqa: PLR0913 -- each is an option of the command
    session: Session,
    environment: EnvironmentName,
    *,
    name: Annotated[str | None, typer.Option(help="The new name.")] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="VARIABLE=VALUE", help="Set a variable; may be repeated.")
    ] = None,
    removals: Annotated[
        list[str] | None, typer.Option("--unset", metavar="VARIABLE", help="Remove a variable; may be repeated.")
    ] = None,
    etag: Etag = "",
) -> None:
    """Change an environment's name, or set and remove variables."""
    if name is None and not assignments and not removals:
        raise InvalidInput.of("update", "has nothing to change.", "Give --name, --set or --unset.")
    found = await find_environment(session.understudy, environment)
    variables = with_variables(found.variables, dict(map(_assignment, assignments or ())), removals or ())
    changed = await session.understudy.catalog.update_environment(
        found.id, name=name, variables=variables if assignments or removals else None, etag=etag or found.etag
    )
    _show(session, changed)


@client_command(app, "delete")
async def delete_environment(session: Session, environment: EnvironmentName, *, etag: Etag = "") -> None:
    """Delete an environment; mocks that use it stop answering."""
    found = await find_environment(session.understudy, environment)
    await session.understudy.catalog.delete_environment(found.id, etag=etag)
    session.output.done(f"Deleted the environment {found.name!r} ({found.id}).", deleted=found.id)


def with_variables(
    variables: Sequence[Variable], values: dict[str, str], removed: Sequence[str] = ()
) -> tuple[Variable, ...]:
    """Return the variables with some values set, new ones at the end, and some removed."""
    kept = [_set(variable, values) for variable in variables if variable.key not in removed]
    known = {variable.key for variable in kept}
    return (*kept, *(Variable(key=key, value=value) for key, value in values.items() if key not in known))


def _set(variable: Variable, values: dict[str, str]) -> Variable:
    if variable.key not in values:
        return variable
    return Variable(key=variable.key, value=values[variable.key], type=variable.type, description=variable.description)


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise InvalidInput.of("--set", f"{text!r} is no assignment.", "Write VARIABLE=VALUE.")
    return key, value


def _show(session: Session, environment: StoredEnvironment) -> None:
    session.output.thing(environment, COLUMNS)
    if not session.output.as_json:
        session.output.say("")
        session.output.things(environment.variables, VARIABLE_COLUMNS, none="It has no variables.")
