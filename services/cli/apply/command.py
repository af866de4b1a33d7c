"""The command: applies the files of directories once, or again whenever they change."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.cli.apply.applying import apply_contents
from services.cli.apply.contents import Contents, Refusal, contents_of, refusals_of
from services.cli.apply.directory import ReadFile, Signature, files_below, read_file, signature_of
from services.cli.apply.report import Report
from services.cli.commands import Session, client_command
from services.cli.connection import why_unavailable
from services.cli.output import complain
from services.cli.patience import Wait, patiently
from services.core.errors import FailedPrecondition, Unavailable, UnderstudyError
from services.core.ids import AccountId
from services.runtime.lifecycle import stop_signal

app = typer.Typer()

ASKED = ("catalog", "registry")
"""The services that this command asks; in a cluster the way to the others is closed to it."""

LOOKS_UNTIL_REPEATED = 12
"""After so many looks, a minute by default, what was refused is tried again: what it needs may have come meanwhile from
elsewhere (a mock's collection by the API). Each try sends all collections, which is too much for every look."""


@client_command(app, "apply")
async def apply(
    session: Session,
    directories: Annotated[
        list[Path], typer.Argument(metavar="DIRECTORY", help="Every *.json file below it is applied.")
    ],
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and apply the files again whenever they change, until SIGTERM.")
    ] = False,
    interval: Annotated[
        float, typer.Option(min=0.1, max=3600, metavar="SECONDS", help="With --watch: how often to look.")
    ] = 5,
    wait: Wait = 0,
) -> None:
    """Make collections, environments and mocks as files say, and change nothing where they are so already.

    The files are collections and environments as Postman exports them, and manifests, which list mocks:
    {"mocks": [{"name": "Shop", "collection": "Shop API", "environment": "Test", "private": true, "delay": 300}]}.

    What is wrong in a file is said, and everything else is applied; with --watch it is tried again, also where the file
    stays as it is. Nothing is ever deleted: what is no longer in the files stays as it is.
    """
    if watch:
        await _watch_until_stopped(session, directories, interval)
        return
    report = await patiently(lambda: apply_directories(session, directories), seconds=wait)
    _show(session, report, with_unchanged=True)
    if report.refused:
        complain(f"Error: {report.complaint()}")
        raise typer.Exit(1)


async def apply_directories(session: Session, directories: Sequence[Path]) -> Report:
    """Apply what is below the directories now. Raises FailedPrecondition, Unavailable and what a bad key raises."""
    _, account = await session.understudy.registry.get_caller()
    contents = await asyncio.to_thread(_read, directories, account.id)
    return await apply_contents(session.understudy, contents, account.id)


def _read(directories: Sequence[Path], account_id: AccountId) -> Contents:
    files: list[ReadFile] = []
    unreadable: list[Refusal] = []
    paths = files_below(directories)
    if not paths:
        raise FailedPrecondition(f"There is no *.json file below {' or '.join(map(str, directories))}.")
    for path in paths:
        try:
            files.append(read_file(path))
        except UnderstudyError as error:
            unreadable += refusals_of(str(path), error)
    contents = contents_of(files, account_id)
    return Contents(
        collections=contents.collections,
        environments=contents.environments,
        mocks=contents.mocks,
        refusals=(*unreadable, *contents.refusals),
    )


async def _watch_until_stopped(session: Session, directories: Sequence[Path], interval: float) -> None:
    """Watch until SIGTERM or SIGINT, which end what is under way at once: the next start does what is left."""
    stopping = asyncio.create_task(stop_signal().wait())
    watching = asyncio.create_task(_Watch(session, directories).run(interval))
    done, unfinished = await asyncio.wait({stopping, watching}, return_when=asyncio.FIRST_COMPLETED)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)
    for task in done:
        task.result()


class _Watch:
    """Applies directories again and again; what cannot be done now is said once, and tried again."""

    def __init__(self, session: Session, directories: Sequence[Path]) -> None:
        self._session = session
        self._directories = directories
        self._applied: Signature | None = None
        self._refused: list[Refusal] = []
        self._looks = 0
        self._trouble = ""

    async def run(self, interval: float) -> None:
        """Look, apply what has changed, and wait, without end."""
        while True:
            try:
                await self._look()
            except Unavailable as error:
                self._complain(await asyncio.to_thread(self._why, error))
            except UnderstudyError as error:
                self._complain(error.message)
            await asyncio.sleep(interval)

    async def _look(self) -> None:
        signature = await asyncio.to_thread(signature_of, self._directories)
        is_changed = signature != self._applied
        if not is_changed and not self._is_to_be_repeated():
            return
        report = await apply_directories(self._session, self._directories)
        if is_changed or report.has_news(self._refused):
            _show(self._session, report, with_unchanged=self._applied is None)
        self._applied, self._refused = signature, report.refused
        self._looks = 0
        self._trouble = ""

    def _why(self, error: Unavailable) -> str:
        return why_unavailable(self._session.connection, error, services=ASKED)

    def _is_to_be_repeated(self) -> bool:
        """Tell, once for each look, whether it is time to try again what was refused."""
        self._looks += 1
        return bool(self._refused) and self._looks >= LOOKS_UNTIL_REPEATED

    def _complain(self, trouble: str) -> None:
        if trouble != self._trouble:
            complain(f"Error: {trouble} Trying again.")
        self._trouble = trouble


def _show(session: Session, report: Report, *, with_unchanged: bool) -> None:
    """Print what became of everything: a line for each thing, or one line of JSON; what is wrong on standard error."""
    for refusal in report.refused:
        complain(f"Error: {refusal}")
    if session.output.as_json:
        print(json.dumps(report.json(), ensure_ascii=False), flush=True)  # noqa: T201 -- one line for each round
        return
    for line in report.lines(with_unchanged=with_unchanged):
        session.output.say(line)
    session.output.say(report.summary())
