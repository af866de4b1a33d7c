"""`understudy serve`: one service in this process, for those who run each in its own container."""

import importlib
from enum import Enum
from typing import Annotated

import typer
from pydantic import ValidationError

from services.cli.commands import sentences_for_errors
from services.core.errors import FieldViolation, InvalidInput

app = typer.Typer()


class ServiceName(Enum):
    """The services that can be run alone."""

    CATALOG = "catalog"
    REGISTRY = "registry"
    CALLLOG = "calllog"
    EDGE = "edge"
    GATEWAY = "gateway"


@app.command("serve")
def serve(service: Annotated[ServiceName, typer.Argument(help="The service to run.", show_default=False)]) -> None:
    """Run one service until SIGTERM. Its settings come from the environment: CATALOG_…, REGISTRY_… and so on."""
    with sentences_for_errors():
        try:
            importlib.import_module(f"services.{service.value}.__main__").main()
        except ValidationError as error:
            raise InvalidInput([_violation(service, fault) for fault in error.errors()]) from error


def _violation(service: ServiceName, fault: object) -> FieldViolation:
    """Name the variable of the environment that is wrong; `fault` is one of pydantic's error details."""
    details = fault if isinstance(fault, dict) else {}
    name = "_".join([service.name, *(str(part).upper() for part in details.get("loc", ()))])
    return FieldViolation(
        field=name, problem=f"{details.get('msg', 'is not valid')}.", remedy="Set it in the environment."
    )
