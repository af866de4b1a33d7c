"""The `understudy` command: everything it can do, by noun."""

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from services.cli import (
    accounts,
    call,
    check,
    collections,
    environments,
    imports,
    keys,
    logs,
    migrate,
    mocks,
    serve,
    up,
)
from services.cli.apply import command as apply

app = typer.Typer(
    name="understudy",
    help="Understudy stands in for APIs that are not there yet, with the saved examples of your collections.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

for commands in (up.app, serve.app, migrate.app, imports.app, apply.app, call.app, logs.app, check.app):
    app.add_typer(commands)
for name, group in {
    "collections": collections.app,
    "environments": environments.app,
    "mocks": mocks.app,
    "keys": keys.app,
    "accounts": accounts.accounts,
    "users": accounts.users,
}.items():
    app.add_typer(group, name=name)


def main() -> None:
    """Run the command. What the terminal's encoding has no sign for is shown as `?`."""
    # The processes that `up` starts are programs of their own, no copies of this one that would go on using gRPC.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr] # a real stream, as this is the process's entry
    app(prog_name="understudy")


def _print_version(wanted: bool) -> None:  # noqa: FBT001 -- Typer passes the flag by position
    if wanted:
        typer.echo(f"understudy {version('understudy')}")
        raise typer.Exit


@app.callback()
def options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that come before the command."""


if __name__ == "__main__":
    main()
