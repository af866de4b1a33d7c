"""`understudy import`: files into collections, environments and mocks, with a report of what each file held."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from services.cli.commands import Session, client_command
from services.cli.output import Json, Output, complain, count_text, json_of
from services.client import Understudy
from services.core.access.visibility import Visibility
from services.core.catalog import ImportedCollection, StoredEnvironment
from services.core.errors import AlreadyExists, FailedPrecondition, InvalidInput, Unavailable, UnderstudyError
from services.core.ids import AccountId, CollectionId, EnvironmentId
from services.core.mocks import Mock, MockDraft
from services.core.postman.environment import Environment
from services.core.postman.environments import read_environment
from services.core.postman.report import Finding, FindingKind

app = typer.Typer()

FINDINGS_SHOWN = 10
"""Of each kind: what fits on a page. `--json` lists all of them."""

PROGRESS_BYTES = 1024 * 1024
"""Smaller files are there before a bar could be read."""

KIND_TITLES = {
    FindingKind.CANNOT_BE_MOCKED: "cannot be mocked",
    FindingKind.SELECTOR_ONLY: "answered with only when named by a selector header",
    FindingKind.WARNING: "read leniently",
}

Imported = ImportedCollection | StoredEnvironment


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one file: what was imported, and its mock where one was wanted; or why it was refused."""

    file: Path
    imported: Imported | None = None
    mock: Mock | None = None
    refusal: UnderstudyError | None = None


@client_command(app, "import")
async def import_files(
    session: Session,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Collections and environments; of a folder, every *.json in it."),
    ],
    *,
    environment: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An environment to import too, which the mocks will use.")
    ] = None,
    mock: Annotated[bool, typer.Option("--mock", help="Make a mock of each collection that has none yet.")] = False,
    private: Annotated[bool, typer.Option("--private", help="With --mock: answer only calls with an API key.")] = False,
) -> None:
    """Import collections and environments, and report what a mock can and cannot answer with.

    A collection that is there already is updated. A file that is refused does not stop the others.
    """
    if private and not mock:
        raise InvalidInput.of("--private", "says how a mock answers, and no mock is wanted.", "Add --mock.")
    _, account = await session.understudy.registry.get_caller()
    attached = (await import_environment(session.understudy, environment, account.id)).id if environment else None
    results = []
    for file in every_file(files):
        result = await import_file(session.understudy, file, account.id)
        if mock:
            result = await _with_mock(session.understudy, result, attached, is_private=private)
        results.append(result)
        show_result(session.output, result)
    _conclude(session.output, results)


def _conclude(output: Output, results: Sequence[FileResult]) -> None:
    """End the command: with all results for programs, and with status 1 where a file was refused."""
    if output.as_json:
        output.json([_json_of_result(result) for result in results])
    if refused := sum(result.refusal is not None for result in results):
        complain(f"Error: {count_text(refused, 'file')} of {len(results)} refused.")
        raise typer.Exit(1)


async def _with_mock(
    understudy: Understudy, result: FileResult, environment_id: EnvironmentId | None, *, is_private: bool
) -> FileResult:
    if not isinstance(result.imported, ImportedCollection):
        return result
    collection_id = result.imported.collection.id
    return replace(result, mock=await ensure_mock(understudy, collection_id, environment_id, is_private=is_private))


def every_file(paths: Sequence[Path]) -> list[Path]:
    """Return the files, those of a folder in its place. Raises InvalidInput where there is none."""
    files: list[Path] = []
    for path in paths:
        found = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not found or not all(file.exists() for file in found):
            problem = "holds no *.json file." if path.is_dir() else "does not exist."
            raise InvalidInput.of(str(path), problem)
        files += found
    return files


async def import_file(understudy: Understudy, file: Path, account_id: AccountId) -> FileResult:
    """Import a file, be it a collection or an environment, into the caller's account.

    What is wrong with the file stands in the result. Raises Unavailable where it could not be sent.
    """
    try:
        document = await asyncio.to_thread(_read, file)
        if (environment := await asyncio.to_thread(_environment_in, document, account_id)) is not None:
            return FileResult(file=file, imported=await store_environment(understudy, environment))
        with _progress(file, len(document)) as on_progress:
            imported = await understudy.catalog.import_collection(document, on_progress=on_progress)
    except Unavailable:
        raise
    except UnderstudyError as refusal:
        return FileResult(file=file, refusal=refusal)
    return FileResult(file=file, imported=imported)


async def import_environment(understudy: Understudy, file: Path, account_id: AccountId) -> StoredEnvironment:
    """Import an environment, over the one of the same id. Raises InvalidInput where the file holds none."""
    document = await asyncio.to_thread(_read, file)
    return await store_environment(understudy, read_environment(document, account_id=account_id))


async def store_environment(understudy: Understudy, environment: Environment) -> StoredEnvironment:
    """Create the environment, or update the one of the same id."""
    try:
        return await understudy.catalog.create_environment(environment, request_id=str(uuid.uuid4()))
    except AlreadyExists:
        return await understudy.catalog.update_environment(
            environment.id, name=environment.name, variables=environment.variables
        )


async def ensure_mock(
    understudy: Understudy,
    collection_id: CollectionId,
    environment_id: EnvironmentId | None = None,
    *,
    is_private: bool = False,
) -> Mock:
    """Return the collection's oldest mock, made where there is none, with the environment and privacy that are wanted.

    An environment that is not given, and a mock that is private already, are left as they are.
    """
    draft = MockDraft(
        collection_id=collection_id,
        environment_id=environment_id,
        visibility=Visibility.PRIVATE if is_private else Visibility.PUBLIC,
    )
    async for mock in understudy.registry.list_mocks(collection_id=collection_id):
        return await _adjusted(understudy, mock, draft)
    return await understudy.registry.create_mock(draft, request_id=str(uuid.uuid4()))


async def _adjusted(understudy: Understudy, mock: Mock, wanted: MockDraft) -> Mock:
    fields = []
    if wanted.environment_id is not None and mock.environment_id != wanted.environment_id:
        fields.append("environment_id")
    if wanted.visibility is Visibility.PRIVATE and mock.visibility is not Visibility.PRIVATE:
        fields.append("visibility")
    return await understudy.registry.update_mock(mock.id, wanted, fields=fields) if fields else mock


def show_result(output: Output, result: FileResult, kinds: Container[FindingKind] = tuple(FindingKind)) -> None:
    """Print what became of a file, with the findings of these kinds."""
    match result:
        case FileResult(refusal=InvalidInput(violations=[_, _, *_] as violations)):
            complain(f"{result.file}: refused:")
            for violation in violations:
                complain(f"  {violation}")
        case FileResult(refusal=UnderstudyError(message=message)):
            complain(f"{result.file}: refused: {message}")
        case _ if output.as_json:
            pass
        case FileResult(imported=StoredEnvironment() as environment):
            count = count_text(len(environment.variables), "variable")
            output.say(f"{result.file}: the environment {environment.name!r} with {count} ({environment.id})")
        case FileResult(imported=ImportedCollection() as imported):
            _show_collection(output, result, imported, kinds)


def _show_collection(
    output: Output, result: FileResult, imported: ImportedCollection, kinds: Container[FindingKind]
) -> None:
    report, collection = imported.report, imported.collection
    kept = f"kept {count_text(report.example_count, 'example')} of {count_text(report.item_count, 'request')}"
    verb = "imported" if imported.is_new else "updated"
    output.say(f"{result.file}: {verb} {collection.name!r} ({collection.id}), {kept}")
    for line in report_lines([finding for finding in report.findings if finding.kind in kinds]):
        output.say(f"  {line}")
    if report.omitted_count:
        output.say(f"  {report.omitted_count:,} more findings are not listed at all")
    if result.mock is not None:
        output.say(f"  answers at {result.mock.url}")


def report_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the findings as lines, by kind, each with its place and reason; long lists are cut."""
    by_kind: dict[FindingKind, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_kind[finding.kind].append(finding)
    for kind, title in KIND_TITLES.items():
        found = by_kind[kind]
        if found:
            yield f"{len(found):,} {title}:"
        for finding in found[:FINDINGS_SHOWN]:
            yield f"  {' > '.join(finding.place)} ({finding.pointer}) {finding.reason}".replace("   (", "  (")
        if len(found) > FINDINGS_SHOWN:
            yield f"  … and {len(found) - FINDINGS_SHOWN:,} more; --json lists them all"


def _json_of_result(result: FileResult) -> Json:
    refusal = result.refusal
    document: dict[str, Json] = {"file": str(result.file)}
    match result.imported:
        case ImportedCollection() as imported:
            document |= {"collection": json_of(imported.collection), "report": json_of(imported.report)}
            document |= {"is_new": imported.is_new, "mock": json_of(result.mock)}
        case StoredEnvironment() as environment:
            document["environment"] = json_of(environment)
        case None if refusal is not None:
            violations = refusal.violations if isinstance(refusal, InvalidInput) else ()
            document["refusal"] = {"message": refusal.message, "violations": json_of(violations)}
    return document


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FailedPrecondition(f"{file} cannot be read: {error.strerror}.") from error


def _environment_in(document: bytes, account_id: AccountId) -> Environment | None:
    """Return the environment that a document holds; None where it is something else, which the catalog will judge."""
    try:
        return read_environment(document, account_id=account_id)
    except UnderstudyError:
        return None


@contextmanager
def _progress(file: Path, size_bytes: int) -> Iterator[Callable[[int], None] | None]:
    """Show a bar on a terminal while a large file is sent; yield what takes the number of bytes sent so far."""
    console = Console(stderr=True)
    if size_bytes < PROGRESS_BYTES or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(file.name, total=size_bytes)
        yield lambda sent: progress.update(task, completed=sent)
