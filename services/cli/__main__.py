"""The `understudy` command: everything it can do, by noun."""

import os
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer

COMMANDS: Final[Mapping[str, str]] = {
    "up": "up",
    "serve": "serve",
    "migrate": "migrate",
    "import": "imports",
    "apply": "apply.command",
    "call": "call",
    "logs": "logs",
    "check": "check",
}
"""Each command, in the order of the help, and the module below `services.cli` that makes it, in its `app`."""

GROUPS: Final[Mapping[str, tuple[str, str]]] = {
    "collections": ("collections", "app"),
    "environments": ("environments", "app"),
    "mocks": ("mocks", "app"),
    "keys": ("keys", "app"),
    "accounts": ("accounts", "accounts"),
    "users": ("accounts", "users"),
}
"""Each group of commands, its module, and what it is there."""


def application(wanted: Iterable[str] = (*COMMANDS, *GROUPS)) -> typer.Typer:
    """Return the command with what is wanted of it; the other modules are not loaded.

    A process of `understudy serve edge` thus lives without the database and the terminal that others need.
    """
    app = typer.Typer(
        name="understudy",
        help="Understudy stands in for APIs that are not there yet, with the saved examples of your collections.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        callback=_options,
    )
    for name in wanted:
        if name in COMMANDS:
            app.add_typer(_module(COMMANDS[name]).app)
        else:
            module, group = GROUPS[name]
            app.add_typer(getattr(_module(module), group), name=name)
    return app


def main() -> None:
    """Run the command. What the terminal's encoding has no sign for is shown as `?`."""
    # The processes that `up` starts are programs of their own, no copies of this one that would go on using gRPC.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr] # a real stream, as this is the process's entry
    known = {*COMMANDS, *GROUPS}
    app = application(sys.argv[1:2]) if known.intersection(sys.argv[1:2]) else application()
    app(prog_name="understudy")


def _module(name: str) -> Any:
    return import_module(f"services.cli.{name}")


def _print_version(wanted: bool) -> None:  # noqa: FBT001 -- Typer passes the flag by position
    if wanted:
        typer.echo(f"understudy {version('understudy')}")
        raise typer.Exit


def _options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that come before the command."""


if __name__ == "__main__":
    main()
