"""The shapes of error replies that Postman's API has, each for the resources of one generation.

A and B are those of the classic resources: `{"error": {"name", "message"}}`, B with `details`. C and D are problem
details (RFC 9457), D with the `instance`, which newer parts of the API answer with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.core.postman.document import JsonObject, JsonValue

JSON = "application/json; charset=utf-8"
PROBLEM_JSON = "application/problem+json; charset=utf-8"

PROBLEMS = "https://api.postman.com/problems"
"""Clients tell problems by these names, so they stay Postman's."""

LOCATED = frozenset({403, 404, 413})
"""The statuses whose problems say where they happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReply:
    """An error as it is sent."""

    status: int
    body: JsonObject
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def named(status: int, name: str, message: str, *, details: JsonValue = None) -> ErrorReply:
    """Return an error of form A, or of form B where there are details."""
    error: JsonObject = {"name": name, "message": message}
    if details is not None:
        error["details"] = details
    return ErrorReply(status=status, body={"error": error})


def problem(status: int, kind: str, title: str, detail: str) -> ErrorReply:
    """Return an error of form C."""
    body: JsonObject = {"type": f"{PROBLEMS}/{kind}", "title": title, "detail": detail, "status": status}
    return ErrorReply(status=status, body=body, media_type=PROBLEM_JSON)


def located(reply: ErrorReply, path: str) -> ErrorReply:
    """Return a problem of a located status in form D, with the path that was asked for; all else as it is."""
    if reply.media_type != PROBLEM_JSON or reply.status not in LOCATED:
        return reply
    return replace(reply, body=reply.body | {"instance": path})
