"""`understudy serve`: one service in this process, for those who run each in its own container."""

import importlib
from enum import Enum
from typing import Annotated

import typer

from services.cli.commands import sentences_for_errors
from services.cli.variables import named_variables

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
    with sentences_for_errors(), named_variables(f"{service.name}_"):
        importlib.import_module(f"services.{service.value}.__main__").main()
