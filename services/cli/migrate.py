"""`understudy migrate`: brings the databases of the services up to this release; pods never do that themselves."""

import asyncio
from enum import Enum
from typing import Annotated

import typer

from services.cli.commands import sentences_for_errors
from services.cli.output import Output
from services.core.errors import InvalidInput

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


@app.command("migrate")
def migrate(
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
            envvar="UNDERSTUDY_DATABASE_URL",
            metavar="URL",
            help="postgresql://owner:password@host:port/database, of a role that may create schemas.",
            show_default=False,
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, for programs.")] = False,
) -> None:
    """Bring the services' schemas up to this release, and print which migrations ran."""
    with sentences_for_errors():
        if not database_url:
            raise InvalidInput.of("--database-url", "is missing.", "Give it, or set UNDERSTUDY_DATABASE_URL.")
        services = [service] if service is not None else list(MigratedService)
        ran = asyncio.run(_migrate([each.value for each in services], phase, database_url))
        _show(Output(as_json=as_json), ran)


async def _migrate(services: list[str], phase: PhaseName, url: str) -> dict[str, tuple[str, ...]]:
    from services.cli import owner_database  # noqa: PLC0415 -- SQLAlchemy and Alembic take a third of a second

    async with owner_database.owner_engine(url) as engine:
        return await owner_database.migrate_services(engine, services, phase=phase.value)


def _show(output: Output, ran: dict[str, tuple[str, ...]]) -> None:
    if output.as_json:
        output.json({service: list(names) for service, names in ran.items()})
    else:
        output.facts({service: ", ".join(names) or "up to date" for service, names in ran.items()})
