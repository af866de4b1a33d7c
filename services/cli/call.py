"""`understudy call`: one call to a mock over HTTP, as any client makes it, with the reply shown."""

from pathlib import Path
from typing import Annotated

import httpx
import typer

from services.cli.commands import Session, client_command
from services.cli.connection import key_of
from services.cli.data_directory import DataDirectory
from services.cli.explained import ASK, read_explanation, show_explanation, without_explanation
from services.cli.lookup import find_mock
from services.cli.output import Json, Output, json_of, safe_text
from services.core.access.visibility import Visibility
from services.core.errors import FailedPrecondition, InvalidInput, Unavailable
from services.core.mocks import MAXIMUM_DELAY, Mock

app = typer.Typer()

PATIENCE_SECONDS = MAXIMUM_DELAY.total_seconds() + 10
"""Longer than any mock can be told to wait."""


@client_command(app, "call")
async def call_mock(  # noqa: PLR0913 -- each is an option of the command
    session: Session,
    mock: Annotated[str, typer.Argument(metavar="MOCK", help="Id, uid or name of a mock.")],
    method: Annotated[str, typer.Argument(metavar="METHOD", help="GET, POST …")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Path inside the mock, with its query.")],
    *,
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", metavar="NAME: VALUE", help="A header; may be repeated.")
    ] = None,
    body: Annotated[
        str | None,
        typer.Option("--body", "-d", metavar="TEXT|@FILE", help="The request's body, or a file that holds it."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show how the reply was chosen, or what comes closest.")
    ] = False,
) -> None:
    """Call a mock and show its reply: status, headers and body. A private mock gets the key that is in use."""
    found = await find_mock(session.understudy, mock)
    asked = [ASK] if explain else []
    headers = [*asked, *map(_header, header or ()), *_key_header(session, found)]
    reply = await _send(method, found.url + "/" + path.removeprefix("/"), headers, _body(body))
    show = show_explained_reply if explain else show_reply
    show(session.output, reply)


async def _send(method: str, url: str, headers: list[tuple[str, str]], body: bytes | None) -> httpx.Response:
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            return await client.request(method.upper(), url, headers=headers, content=body)
    except httpx.InvalidURL as error:
        raise InvalidInput.of("PATH", f"makes no URL: {error}") from error
    except (httpx.TransportError, ValueError) as error:
        raise Unavailable(f"{url} did not answer: {str(error) or type(error).__name__}.") from error


def show_reply(output: Output, reply: httpx.Response) -> None:
    """Print a reply as it came over the wire."""
    headers = reply.headers.multi_items()
    if output.as_json:
        output.json(_json_of_reply(reply, headers))
    else:
        _show_message(output, reply, headers)


def show_explained_reply(output: Output, reply: httpx.Response) -> None:
    """Print a reply as it would have come unasked, and the explanation that came with it."""
    headers = reply.headers.multi_items()
    explained, others = read_explanation(headers), without_explanation(headers)
    if output.as_json:
        output.json(_json_of_reply(reply, others) | {"explanation": json_of(explained)})
    else:
        _show_message(output, reply, others)
        show_explanation(output, explained)


def _json_of_reply(reply: httpx.Response, headers: list[tuple[str, str]]) -> dict[str, Json]:
    return {"status_code": reply.status_code, "headers": json_of(headers), "body": json_of(reply.content)}


def _show_message(output: Output, reply: httpx.Response, headers: list[tuple[str, str]]) -> None:
    output.say(f"{reply.http_version} {reply.status_code} {reply.reason_phrase}".rstrip())
    for name, value in headers:
        output.say(f"{name}: {value}")
    output.say("")
    for line in reply.text.splitlines():
        output.say(safe_text(line.replace("\t", "    ")))


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise InvalidInput.of("--header", f"{text!r} is no header.", 'Write "NAME: VALUE".')
    return name.strip(), value.strip()


def _key_header(session: Session, mock: Mock) -> list[tuple[str, str]]:
    if mock.visibility is Visibility.PUBLIC:
        return []
    return [("x-api-key", key_of(session.connection, DataDirectory(session.connection.data)))]


def _body(text: str | None) -> bytes | None:
    if text is None or not text.startswith("@"):
        return text.encode() if text is not None else None
    try:
        return Path(text[1:]).read_bytes()
    except OSError as error:
        raise FailedPrecondition(f"{text[1:]} cannot be read: {error.strerror}.") from error
