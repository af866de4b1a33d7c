"""`understudy check`: whether an installation works, shown by using it as its users do."""

import asyncio
import signal
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import httpx
import typer

from services.cli.commands import Session, client_command
from services.cli.connection import running_at
from services.cli.data_directory import DataDirectory
from services.cli.output import Output, complain
from services.client import Understudy
from services.core.errors import FailedPrecondition, InvalidInput, NotFound, Unavailable, UnderstudyError
from services.core.ids import CollectionId
from services.core.mocks import Mock, MockDraft
from services.core.postman.document import JsonObject, write_json

app = typer.Typer()

PAUSE_SECONDS = 0.1
"""Between two looks for what takes a moment: a call on its way to the call log, an edge that learns of a mock."""

CALL_SECONDS = 10.0
"""One call is answered in milliseconds; one that hangs is tried again."""

CLEANING_SECONDS = 15.0
"""Cleaning up has its own time, so that a check which ran out of it leaves nothing behind all the same."""

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

Result = TypeVar("Result")


class _NotYet(Exception):
    """What is looked for is not there yet; says what is there instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step that was taken, and how long it took."""

    name: str
    seconds: float


@dataclass(slots=True)
class Steps:
    """The steps so far, each printed as it ends; and until when all of them must have ended."""

    output: Output
    deadline: float
    taken: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Take a step. Raises FailedPrecondition, naming it, where it fails."""
        start = time.monotonic()
        try:
            yield
        except (UnderstudyError, TimeoutError, _NotYet) as error:
            why = str(error) or "it took longer than --deadline allows."
            raise FailedPrecondition(f"The check failed at the step {name!r}: {why}") from error
        self.taken.append(Step(name=name, seconds=time.monotonic() - start))
        if not self.output.as_json:
            self.output.say(f"ok  {self.taken[-1].seconds * 1000:>8,.0f} ms  {name}")

    async def run(self, name: str, doing: Awaitable[Result]) -> Result:
        """Take a step that is done once."""
        with self.step(name):
            async with asyncio.timeout_at(self.deadline):
                return await doing

    async def until(self, name: str, look: Callable[[], Awaitable[Result]]) -> Result:
        """Take a step that ends when `look` raises neither _NotYet nor Unavailable; at the deadline, these say why."""
        with self.step(name):
            while True:
                try:
                    return await look()
                except (_NotYet, Unavailable):
                    if asyncio.get_running_loop().time() > self.deadline:
                        raise
                await asyncio.sleep(PAUSE_SECONDS)


@client_command(app, "check")
async def check(
    session: Session,
    *,
    edge_url: Annotated[
        str,
        typer.Option(
            envvar="UNDERSTUDY_EDGE_URL",
            metavar="URL",
            help="Where an edge answers mocks. Left out: the edge of the `up` that runs on this machine.",
            show_default=False,
        ),
    ] = "",
    path_prefix: Annotated[
        str, typer.Option(envvar="EDGE_PATH_PREFIX", metavar="PATH", help="Below which path the edge answers mocks.")
    ] = "/mocks",
    deadline: Annotated[
        float, typer.Option(min=1, max=3600, metavar="SECONDS", help="How long all steps together may take.")
    ] = 60,
) -> None:
    """Show that an installation works: import a collection, mock it, call it, find the call in the log, delete all.

    What it makes has names of its own and is deleted again, also after a failure.
    """
    url = _checked(edge_url or _edge_of_this_machine(session))
    steps = Steps(session.output, deadline=asyncio.get_running_loop().time() + deadline)
    with _stoppable():
        await steps.until("know the key", session.understudy.registry.get_caller)
        async with _cleaning_up(session.understudy, steps) as made:
            await _take_steps(session.understudy, steps, made, f"{url}/{path_prefix.strip('/')}", url)
    _conclude(session.output, steps)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM end a check as Ctrl-C does: it cleans up, and says that it did not come to its end."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        yield
    except asyncio.CancelledError as error:
        raise FailedPrecondition("The check was stopped before it came to its end.") from error
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


@dataclass(slots=True)
class _Made:
    """What must be deleted again: the collection's id is chosen beforehand, the mock's is registry's."""

    token: str
    collection_id: str
    mocks: list[Mock] = field(default_factory=list)


async def _take_steps(understudy: Understudy, steps: Steps, made: _Made, mocks_url: str, edge_url: str) -> None:
    await steps.run("import a collection", understudy.catalog.import_collection(write_json(_document(made))))
    made.mocks.append(await steps.run("mock it", understudy.registry.create_mock(_draft(made), request_id=made.token)))
    mock = made.mocks[0]
    async with httpx.AsyncClient(timeout=CALL_SECONDS) as client:
        by_path = httpx.Request("GET", f"{mocks_url}/{mock.id}/{made.token}")
        await steps.until("call it by path", lambda: _call(client, by_path, made.token))
        if host := _host_of(mock):
            by_host = httpx.Request("GET", f"{edge_url}/{made.token}", headers={"host": host})
            await steps.until("call it by host", lambda: _call(client, by_host, made.token))
    await steps.until("find the call in the log", lambda: _find_in_log(understudy, mock, made.token))


async def _call(client: httpx.AsyncClient, request: httpx.Request, token: str) -> None:
    """Make a call. Raises _NotYet where another answer comes than the example, or none."""
    try:
        reply = await client.send(request)
    except httpx.HTTPError as error:
        raise _NotYet(f"{request.url} did not answer: {_why(error)}.") from error
    if reply.status_code != httpx.codes.OK or reply.text != token:
        raise _NotYet(f"{request.url} answered {reply.status_code} with {reply.text[:200]!r} instead of the example.")


def _why(error: httpx.HTTPError) -> str:
    return str(error).rstrip(".") or type(error).__name__


async def _find_in_log(understudy: Understudy, mock: Mock, token: str) -> None:
    async for entry in understudy.calllog.list_entries(mock.id):
        if entry.request.path.endswith(token):
            return
    raise _NotYet("the call did not arrive in the call log.")


def _host_of(mock: Mock) -> str:
    """Return the host under which a mock answers, where its URL has one of its own; empty where it has a path."""
    host = urlsplit(mock.url).netloc
    return host if mock.id in host else ""


@asynccontextmanager
async def _cleaning_up(understudy: Understudy, steps: Steps) -> AsyncIterator[_Made]:
    """Yield what will be made, and delete it however the check ends; that it cannot be deleted is said too."""
    made = _Made(token=f"check-{uuid.uuid4()}", collection_id=str(uuid.uuid4()))
    try:
        yield made
    except BaseException:
        try:
            await _delete(understudy, made)
        except (UnderstudyError, TimeoutError) as error:
            complain(f"Left behind: the collection {made.collection_id}; it could not be deleted: {error}")
        raise
    with steps.step("delete all of it"):
        await _delete(understudy, made)


async def _delete(understudy: Understudy, made: _Made) -> None:
    async with asyncio.timeout(CLEANING_SECONDS):
        for mock in [mock async for mock in understudy.registry.list_mocks(collection_id=made.collection_id)]:
            await understudy.registry.delete_mock(mock.id)
        try:
            await understudy.catalog.delete_collection(made.collection_id)
        except NotFound:
            return


def _draft(made: _Made) -> MockDraft:
    return MockDraft(name=f"understudy {made.token}", collection_id=CollectionId(made.collection_id))


def _document(made: _Made) -> JsonObject:
    """Return a collection with one example, whose path and body no other mock has."""
    request: JsonObject = {"method": "GET", "url": f"https://api.example.com/{made.token}"}
    example: JsonObject = {"name": "OK", "originalRequest": request, "code": 200, "status": "OK", "body": made.token}
    return {
        "info": {"_postman_id": made.collection_id, "name": f"understudy {made.token}", "schema": SCHEMA},
        "item": [{"name": "Check", "request": request, "response": [example]}],
    }


def _checked(edge_url: str) -> str:
    """Return the URL without a slash at its end. Raises InvalidInput, before anything is made, where it is none."""
    try:
        url = httpx.URL(edge_url)
        is_right = url.scheme in ("http", "https") and bool(url.host)
    except httpx.InvalidURL:
        is_right = False
    if not is_right:
        raise InvalidInput.of(
            "--edge-url", f"{edge_url!r} is no URL of an edge.", "Write http://host:port or https://host."
        )
    return edge_url.rstrip("/")


def _edge_of_this_machine(session: Session) -> str:
    if not session.connection.is_local:
        raise FailedPrecondition(
            "This needs to know where an edge answers: set UNDERSTUDY_EDGE_URL, or give --edge-url."
        )
    return running_at(DataDirectory(session.connection.data)).edge_url


def _conclude(output: Output, steps: Steps) -> None:
    total = sum(step.seconds for step in steps.taken)
    if output.as_json:
        output.json({"seconds": total, "steps": [{"name": step.name, "seconds": step.seconds} for step in steps.taken]})
    else:
        output.say(f"Understudy works: {len(steps.taken)} steps in {total:.1f} s.")
