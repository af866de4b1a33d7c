"""How commands that talk to a server are made: an async function with a session, in the options that all of them share.

The function's own parameters become the command's arguments and options, as always with Typer; the shared options are
added to them, and the first parameter, the session, is made from those.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from services.cli.connection import Connection, connected
from services.cli.output import Output, complain
from services.client import Understudy
from services.core.errors import InvalidInput, UnderstudyError

Parameters = ParamSpec("Parameters")

INTERRUPTED = 130
"""What shells report of a program that was ended by Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with: the services, where it prints, and what it was told about the server."""

    understudy: Understudy
    output: Output
    connection: Connection


Command = Callable[Concatenate[Session, Parameters], Coroutine[object, object, None]]


def client_command(app: typer.Typer, name: str) -> Callable[[Command[Parameters]], Command[Parameters]]:
    """Register an async function as the command `name`."""

    def register(function: Command[Parameters]) -> Command[Parameters]:
        app.command(name, help=inspect.getdoc(function))(_as_command(function))
        return function

    return register


def _as_command(function: Command[Parameters]) -> Callable[..., None]:
    _, *own = inspect.signature(function, eval_str=True).parameters.values()

    def command(**arguments: Any) -> None:
        output = Output(as_json=arguments.pop("as_json"))
        connection = Connection(**{name: arguments.pop(name) for name in SHARED if name in arguments})
        with sentences_for_errors():
            asyncio.run(_call(function, output, connection, arguments))

    # Typer reads the parameters from here.
    command.__signature__ = inspect.Signature([*own, *SHARED.values()])  # type: ignore[attr-defined] # unknown to mypy
    command.__annotations__ = {}
    return command


async def _call(
    function: Callable[..., Coroutine[object, object, None]],
    output: Output,
    connection: Connection,
    arguments: dict[str, object],
) -> None:
    async with connected(connection) as understudy:
        await function(Session(understudy, output, connection), **arguments)


@contextmanager
def sentences_for_errors() -> Iterator[None]:
    """End the command with status 1 and a sentence on standard error where an error of ours is raised."""
    try:
        yield
    except InvalidInput as error:
        for violation in error.violations or (error.message,):
            complain(f"Error: {violation}")
        raise typer.Exit(1) from error
    except UnderstudyError as error:
        complain(f"Error: {error.message}")
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(INTERRUPTED) from error
    except BrokenPipeError:
        raise  # Typer ends quietly where the reader of a pipe has left.
    except OSError as error:
        complain(f"Error: {error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
        raise typer.Exit(1) from error


def _shared(name: str, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _hidden_server(service: str) -> inspect.Parameter:
    option = typer.Option(f"--{service}-server", envvar=f"UNDERSTUDY_{service.upper()}_SERVER", hidden=True)
    return _shared(f"{service}_server", Annotated[str, option], "")


def _file(name: str, description: str) -> inspect.Parameter:
    option = typer.Option(
        envvar=f"UNDERSTUDY_{name.upper()}_FILE", metavar="FILE", help=description, show_default=False
    )
    return _shared(name, Annotated[Path | None, option], None)


SHARED = {
    parameter.name: parameter
    for parameter in (
        _shared(
            "as_json",
            Annotated[bool, typer.Option("--json", help="Print one JSON document, for programs.")],
            default=False,
        ),
        _shared(
            "server",
            Annotated[
                str,
                typer.Option(
                    envvar="UNDERSTUDY_SERVER",
                    metavar="HOST:PORT",
                    help="Where the gRPC services answer. Left out: the `up` that runs on this machine.",
                    show_default=False,
                ),
            ],
            "",
        ),
        _shared(
            "api_key",
            Annotated[
                str,
                typer.Option(
                    envvar="UNDERSTUDY_API_KEY",
                    metavar="KEY",
                    help="The API key to use. Left out: the administrator's, from the data directory.",
                    show_default=False,
                ),
            ],
            "",
        ),
        _shared(
            "data",
            Annotated[
                Path | None,
                typer.Option(
                    envvar="UNDERSTUDY_DATA",
                    metavar="DIR",
                    help="The data directory of the `up` to talk to.",
                    show_default=False,
                ),
            ],
            None,
        ),
        _shared(
            "tls",
            Annotated[
                bool,
                typer.Option(
                    "--tls", envvar="UNDERSTUDY_TLS", help="Talk TLS to a server that this machine's authorities know."
                ),
            ],
            default=False,
        ),
        _file("tls_authority", "Talk TLS to a server that these authorities know, PEM."),
        _file("tls_certificate", "Show this certificate to a server that demands one, PEM."),
        _file("tls_key", "The private key of the certificate, PEM."),
        _hidden_server("catalog"),
        _hidden_server("registry"),
        _hidden_server("calllog"),
    )
}
"""The options that every command with a session has."""
