"""`understudy logs`: the calls a mock has answered, and those it answers now."""

import itertools
import json
from typing import Annotated

import typer

from services.cli.commands import Session, client_command
from services.cli.lookup import find_mock
from services.cli.output import Column, json_of, safe_text, time_text
from services.core.call_log import CallLogEntry, CallLogFilter
from services.core.ids import MockId

app = typer.Typer()

LINES = 50
"""What fits on a tall screen; `--limit` asks for more."""

COLUMNS = (
    Column[CallLogEntry]("TIME", lambda entry: time_text(entry.serve_time)),
    Column[CallLogEntry]("CODE", lambda entry: str(entry.reply.status_code)),
    Column[CallLogEntry]("METHOD", lambda entry: entry.request.method),
    Column[CallLogEntry]("PATH", lambda entry: entry.request.path),
    Column[CallLogEntry]("OUTCOME", lambda entry: entry.outcome.value),
    Column[CallLogEntry]("ANSWERED WITH", lambda entry: entry.response_name),
)

FOLLOW_WIDTHS = (19, 4, 7, 40, 9)
"""Lines that come one by one cannot be fitted to each other: these are the columns' usual widths."""


@client_command(app, "logs")
async def show_logs(
    session: Session,
    mock: Annotated[str, typer.Argument(metavar="MOCK", help="Id, uid or name of a mock.")],
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with the calls that come in.")] = False,
    search: Annotated[str, typer.Option(metavar="TEXT", help="Only calls whose line holds this text.")] = "",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Show the last N calls.")] = LINES,
) -> None:
    """Show the last calls to a mock, oldest first: what was asked, and which example answered."""
    found = await find_mock(session.understudy, mock)
    wanted = CallLogFilter(search=search)
    if follow:
        await _follow(session, found.id, wanted, limit)
        return
    entries = await _last(session, found.id, wanted, limit)
    none = "No call matches." if search else f"No call has come in yet: try `curl {found.url}`."
    session.output.things(entries, COLUMNS, none=none)


async def _last(session: Session, mock_id: MockId, wanted: CallLogFilter, limit: int) -> list[CallLogEntry]:
    entries: list[CallLogEntry] = []
    async for entry in session.understudy.calllog.list_entries(mock_id, filter=wanted):
        entries.append(entry)
        if len(entries) == limit:
            break
    return entries[::-1]


async def _follow(session: Session, mock_id: MockId, wanted: CallLogFilter, limit: int) -> None:
    """Print what is there, then what comes, also when replicas of the service come and go.

    The first batch is empty: the tail has begun. Only then the list is read, so that no call is missed.
    """
    shown: set[str] | None = None
    async for batch in session.understudy.calllog.follow(mock_id, filter=wanted):
        if shown is None:
            entries = await _last(session, mock_id, wanted, limit)
            shown = {entry.id for entry in entries}
            _print(session, entries)
        else:
            _print(session, [entry for entry in batch if entry.id not in shown])


def _print(session: Session, entries: list[CallLogEntry]) -> None:
    for entry in entries:
        if session.output.as_json:
            print(json.dumps(json_of(entry), ensure_ascii=False), flush=True)  # noqa: T201 -- one document a line
        else:
            print(log_line(entry), flush=True)  # noqa: T201 -- a line as soon as the call is there


def log_line(entry: CallLogEntry) -> str:
    """Return an entry as a line whose columns stand where those of usual other lines do."""
    cells = [safe_text(column.text(entry)) for column in COLUMNS]
    padded = (f"{cell:<{width}}" for cell, width in itertools.zip_longest(cells, FOLLOW_WIDTHS, fillvalue=0))
    return "  ".join(padded).rstrip()
