"""What a client must get for an example, written from the rules alone and sharing nothing with the renderer.

The rules are Postman's ("Make calls to mock servers", "Generate mock responses using variables and templates"), and
ours where it is silent; only the replacement of variables is the engine's own, which has an oracle in the core's tests.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.core.postman.collection import Example
from services.core.rendering.template import substitute

TOKEN_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
MEDIA_TYPE = re.compile(r"[!#$%&'+\-.^_`|~0-9A-Za-z]+/[!#$%&'+\-.^_`|~0-9A-Za-z]+[ \t]*(;|$)")
TRAVEL_HEADERS = {"content-encoding", "transfer-encoding", "content-length", "connection", "date"}
TYPES = {
    "json": "application/json; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "javascript": "text/javascript; charset=utf-8",
    **dict.fromkeys(("text", "plain", "raw", "auto"), "text/plain; charset=utf-8"),
}


@dataclass(frozen=True, kw_only=True)
class ExpectedReply:
    """A reply, without the headers that say how it travelled."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def expected_reply(
    example: Example, variables: Mapping[str, str], captures: Mapping[str, str], *, method: str
) -> ExpectedReply:
    """Return what a client must get when this example answers."""
    status = example.code if 200 <= example.code <= 599 else 200
    has_body = method != "HEAD" and status not in (204, 304)
    body = example.body if isinstance(example.body, bytes) else encoded(filled(example.body, variables, captures))
    headers = [
        (header.key.strip().lower(), latin(filled(header.value, variables, captures)))
        for header in example.headers
        if not header.is_disabled and TOKEN_NAME.fullmatch(header.key.strip())
    ]
    return ExpectedReply(
        status=status,
        headers=completed([pair for pair in headers if pair[0] not in TRAVEL_HEADERS], example, status),
        body=body if has_body else b"",
    )


def completed(headers: list[tuple[str, str]], example: Example, status: int) -> list[tuple[str, str]]:
    """Return the headers with a Content-Type that is one, and an allowed origin."""
    kept = [(name, value) for name, value in headers if name != "content-type" or MEDIA_TYPE.match(value)]
    names = [name for name, _ in kept]
    if "content-type" not in names and status not in (204, 304):
        unknown = "application/octet-stream" if isinstance(example.body, bytes) else "text/html; charset=utf-8"
        kept.append(("content-type", TYPES.get(example.preview_language.strip().lower(), unknown)))
    if "access-control-allow-origin" not in names:
        kept.append(("access-control-allow-origin", "*"))
    return kept


def filled(text: str, variables: Mapping[str, str], captures: Mapping[str, str]) -> str:
    """Return the text with variables replaced, a captured name by what was captured, which is not looked at again."""
    known = {name: value for name, value in variables.items() if name not in captures}
    return re.sub(r"\{\{([^{}]*)\}\}", lambda token: captures.get(token[1], token[0]), substitute(text, known))


def latin(value: str) -> str:
    """Return a header's value as a client reads it, whose bytes become Latin-1."""
    clean = re.sub(r"[\x00-\x08\x0a-\x1f\x7f]", "", value).strip(" \t")
    try:
        clean.encode("latin-1")
    except UnicodeEncodeError:
        return encoded(clean).decode("latin-1")
    return clean


def encoded(text: str) -> bytes:
    """Return UTF-8, with a question mark for half a surrogate pair."""
    return text.encode("utf-8", "replace")
