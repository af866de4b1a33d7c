"""`understudy up`: everything on this machine, with the collections that are named on the command line mocked."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from services.cli.commands import sentences_for_errors
from services.cli.data_directory import DataDirectory
from services.cli.imports import FileResult, ensure_mock, every_file, import_file, show_result
from services.cli.output import Output, aligned
from services.cli.supervisor import Up, UpOptions, running_up
from services.cli.surroundings import forget_settled
from services.cli.try_it import curl_line
from services.client import Targets, Understudy, connect
from services.core.catalog import ImportedCollection, StoredEnvironment, StoredExample
from services.core.ids import EnvironmentId
from services.core.mocks import Mock
from services.core.postman.collection import Example
from services.core.postman.report import FindingKind
from services.runtime.lifecycle import run, stop_signal
from services.runtime.logging import configure_logging

app = typer.Typer()

MOCKS_SHOWN = 10
"""A person looks for one URL; `understudy mocks list` has the others."""


EXAMPLES_READ = 100
"""Among so many there is one that is easily called."""


class LogLevel(Enum):
    """How much the services say on standard error."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _port(what: str) -> object:
    return typer.Option(min=0, max=65535, metavar="N", help=f"Port of {what}; 0 takes any free one.")


@app.command("up")
def up(  # noqa: PLR0913 -- each is an option of the command
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Collections to import and mock; environments to import."),
    ] = None,
    *,
    data: Annotated[
        Path | None, typer.Option(envvar="UNDERSTUDY_DATA", metavar="DIR", help="Where data are kept.")
    ] = None,
    database_url: Annotated[
        str,
        typer.Option(
            envvar="UNDERSTUDY_DATABASE_URL",
            metavar="URL",
            show_default=False,
            help="A PostgreSQL of your own, by a role that may create roles and schemas. Left out: the embedded one.",
        ),
    ] = "",
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    edge_port: Annotated[int, _port("the mocks")] = 8080,
    gateway_port: Annotated[int, _port("Postman's API")] = 8081,
    grpc_port: Annotated[int, _port("the gRPC services")] = 7000,
    metrics_port: Annotated[int, _port("metrics and probes")] = 9090,
    edge_workers: Annotated[int, typer.Option(min=1, max=256, metavar="N", help="Processes that answer mocks.")] = 1,
    api_key: Annotated[
        str,
        typer.Option(
            envvar="UNDERSTUDY_API_KEY",
            metavar="KEY",
            show_default=False,
            help="The administrator's key, 32 characters or more. Left out: made once, and kept.",
        ),
    ] = "",
    tracing_endpoint: Annotated[
        str,
        typer.Option(
            envvar="UNDERSTUDY_TRACING_ENDPOINT",
            metavar="URL",
            show_default=False,
            help="An OpenTelemetry collector that takes OTLP over gRPC, such as http://localhost:4317.",
        ),
    ] = "",
    log_level: Annotated[
        LogLevel, typer.Option(envvar="UNDERSTUDY_LOG_LEVEL", help="How much to say on standard error.")
    ] = LogLevel.WARNING,
) -> None:
    """Run everything on this machine, and mock the collections in FILE….

    A collection that has a mock already keeps it. One environment among the files is given to the mocks of the others.
    """
    configure_logging(level=log_level.value, log_format="text", service="up")
    forget_settled()
    with sentences_for_errors():
        options = UpOptions(
            host=host,
            edge_port=edge_port,
            gateway_port=gateway_port,
            grpc_port=grpc_port,
            metrics_port=metrics_port,
            edge_workers=edge_workers,
            database_url=database_url,
            api_key=api_key,
            tracing_endpoint=tracing_endpoint,
            log_level=log_level.value,
        )
        run(_run(options, DataDirectory(data), every_file(files or ())))


async def _run(options: UpOptions, directory: DataDirectory, files: Sequence[Path]) -> None:
    """Serve until SIGTERM or SIGINT, which also end a start that is under way."""
    stop = stop_signal()
    is_ready = asyncio.Event()
    serving = asyncio.create_task(_serve(options, directory, files, is_ready, stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not is_ready.is_set():
        serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    Output().say("stopped")


async def _serve(
    options: UpOptions, directory: DataDirectory, files: Sequence[Path], is_ready: asyncio.Event, stop: asyncio.Event
) -> None:
    async with running_up(options, directory) as running:
        async with connect(Targets.at(running.running.grpc), api_key=running.api_key) as understudy:
            await mock_files(understudy, files)
            await running.wait_until_workers_are_ready()
            await show_welcome(understudy, running, directory)
        is_ready.set()
        Output().say("ready")
        await stop.wait()
        Output().say("stopping")


async def mock_files(understudy: Understudy, files: Sequence[Path]) -> None:
    """Import the files and mock their collections; what is wrong with one is said, and the others go on."""
    if not files:
        return
    _, account = await understudy.registry.get_caller()
    results = [await import_file(understudy, file, account.id) for file in files]
    for result in results:
        show_result(Output(), result, kinds=(FindingKind.CANNOT_BE_MOCKED,))
    environment_id = _only_environment(results)
    for result in results:
        if isinstance(result.imported, ImportedCollection):
            await ensure_mock(understudy, result.imported.collection.id, environment_id)


def _only_environment(results: Sequence[FileResult]) -> EnvironmentId | None:
    """Return the environment that was given, where it is the only one: of several, nobody said which is meant."""
    environments = [result.imported.id for result in results if isinstance(result.imported, StoredEnvironment)]
    return environments[0] if len(environments) == 1 else None


async def show_welcome(understudy: Understudy, up: Up, directory: DataDirectory) -> None:
    """Print where everything is, and a call to try."""
    mocks = [mock async for mock in understudy.registry.list_mocks()]
    output = Output()
    for line in ("", f"Understudy {version('understudy')}", ""):
        output.say(line)
    output.facts(
        {
            **dict(_mock_facts(mocks)),
            "try": await _line_to_try(understudy, mocks, up.api_key),
            "gateway": f"{up.running.gateway_url}  (Postman's API; the key goes into x-api-key)",
            "gRPC": up.running.grpc,
            "metrics": up.running.metrics_url,
            "key": up.api_key,
            "data": str(directory.path),
        }
    )
    if not mocks:
        output.say("")
        output.say("Nothing is mocked yet: `understudy import FILE --mock` mocks a collection.")


def _mock_facts(mocks: Sequence[Mock]) -> Iterator[tuple[str, str]]:
    names = aligned([[mock.name, _state(mock), mock.url] for mock in mocks[:MOCKS_SHOWN]])
    for number, line in enumerate(names, start=1):
        yield "mock" if len(mocks) == 1 else f"mock {number}", line
    if len(mocks) > MOCKS_SHOWN:
        yield "more", f"{len(mocks) - MOCKS_SHOWN:,}; `understudy mocks list` shows them"


def _state(mock: Mock) -> str:
    return "deactivated" if mock.is_deactivated else mock.visibility.value


async def _line_to_try(understudy: Understudy, mocks: Sequence[Mock], api_key: str) -> str:
    """Return a call to the first mock that answers; empty where there is none."""
    mock = next((mock for mock in mocks if not mock.is_deactivated), None)
    if mock is None:
        return ""
    examples = understudy.catalog.list_examples(mock.collection_id)
    return curl_line(mock, await _first(examples, EXAMPLES_READ), api_key)


async def _first(examples: AsyncIterator[StoredExample], count: int) -> list[Example]:
    found: list[Example] = []
    async for stored in examples:
        found.append(stored.example)
        if len(found) == count:
            break
    return found
