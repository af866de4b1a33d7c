"""`understudy migrate`: brings the databases of the services up to this release; pods never do that themselves."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

import typer
from pydantic import SecretStr

from services.cli.commands import sentences_for_errors
from services.cli.output import Json, Output
from services.cli.patience import Wait, patiently
from services.cli.service_role import ServiceRole
from services.cli.variables import named_variables
from services.core.errors import FieldViolation, InvalidInput

app = typer.Typer()


class MigratedService(Enum):
    """The services that have a schema."""

    CATALOG = "catalog"
    REGISTRY = "registry"
    CALLLOG = "calllog"


class PhaseName(Enum):
    """Which migrations to run: those that come before new code rolls out, those after it, or all."""

    PRE = "pre"
    POST = "post"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What was done: the migrations that ran, by service, and the roles that are new; None where none were wanted."""

    ran: Mapping[str, tuple[str, ...]]
    new_roles: tuple[str, ...] | None


@app.command("migrate")
def migrate(  # noqa: PLR0913 -- each is an option of the command
    service: Annotated[
        MigratedService | None, typer.Argument(help="The service whose schema to migrate.", show_default="all of them")
    ] = None,
    *,
    phase: Annotated[
        PhaseName, typer.Option(help="Before new code rolls out, after it, or all at once.")
    ] = PhaseName.ALL,
    database_url: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="postgresql://owner:password@host:port/database, of a role that may create schemas. Left out: "
            "UNDERSTUDY_DATABASE_URL, or UNDERSTUDY_DATABASE_HOST, …_PORT, …_NAME, …_USER and …_PASSWORD.",
            show_default=False,
        ),
    ] = "",
    create_roles: Annotated[
        bool,
        typer.Option(
            "--create-roles",
            envvar="UNDERSTUDY_CREATE_ROLES",
            help="Create the services' roles first where they are missing, with the passwords in "
            "CATALOG_DATABASE_PASSWORD, REGISTRY_… and CALLLOG_…; needs the right to create roles.",
        ),
    ] = False,
    wait: Wait = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, for programs.")] = False,
) -> None:
    """Bring the services' schemas up to this release, and print which migrations ran.

    A service's role is named like the service, or as CATALOG_DATABASE_USER and its like say; where it is there, it is
    granted what the service needs.
    """
    with sentences_for_errors():
        services = [each.value for each in ([service] if service is not None else MigratedService)]
        url = _owner_url(database_url)
        roles = _roles(services, need_passwords=create_roles)
        done = asyncio.run(
            patiently(lambda: _migrate(url, roles, phase=phase, create_roles=create_roles), seconds=wait)
        )
        _show(Output(as_json=as_json), done)


def _owner_url(given: str) -> str:
    """Return the owner's URL, given or of the environment. Raises InvalidInput."""
    from services.runtime.database_settings import OwnerDatabaseSettings  # noqa: PLC0415 -- SQLAlchemy, see _migrate

    with named_variables("UNDERSTUDY_"):
        if given:
            return OwnerDatabaseSettings(database_url=SecretStr(given)).postgres_url
        return OwnerDatabaseSettings().postgres_url


def _roles(services: Sequence[str], *, need_passwords: bool) -> dict[str, ServiceRole]:
    """Return the services' roles, by service. Raises InvalidInput where a password is needed and missing."""
    roles = {service: ServiceRole.of(service) for service in services}
    missing = [f"{service.upper()}_DATABASE_PASSWORD" for service, role in roles.items() if not role.password]
    if need_passwords and missing:
        raise InvalidInput(
            [
                FieldViolation(
                    field=name, problem="is missing.", remedy="--create-roles gives it to the service's role."
                )
                for name in missing
            ]
        )
    return roles


async def _migrate(url: str, roles: Mapping[str, ServiceRole], *, phase: PhaseName, create_roles: bool) -> Migrated:
    # SQLAlchemy and Alembic take a third of a second, which the help of all commands need not wait for.
    from services.cli.owner_database import migrate_services, owner_engine  # noqa: PLC0415 -- as said
    from services.cli.roles import create_roles as create  # noqa: PLC0415 -- as said

    names = {service: role.name for service, role in roles.items()}
    async with owner_engine(url) as engine:
        new_roles = None
        if create_roles:
            passwords = {names[service]: role.password for service, role in roles.items()}
            new_roles = await create(engine, url, passwords)
        ran = await migrate_services(engine, list(roles), phase=phase.value, roles=names)
    return Migrated(ran=ran, new_roles=new_roles)


def _show(output: Output, done: Migrated) -> None:
    if output.as_json:
        created: dict[str, Json] = {} if done.new_roles is None else {"roles": list(done.new_roles)}
        output.json(created | {service: list(names) for service, names in done.ran.items()})
        return
    if done.new_roles:
        output.say(f"Created the roles {', '.join(done.new_roles)}.")
    output.facts({service: ", ".join(names) or "up to date" for service, names in done.ran.items()})
