"""Builders of call log entries: valid by default, of mock "shop" of account 1, each a second younger than the last."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from services.core.call_log import CallLogEntry, LoggedBody, LoggedReply, LoggedRequest, Outcome
from services.core.ids import AccountId, CallLogEntryId, MockId

_numbers = itertools.count()

BEGINNING = datetime.now(UTC) - timedelta(hours=2)


def an_entry(
    *,
    method: str = "GET",
    path: str = "/users/1",
    status_code: int = 200,
    mock_id: str = "shop",
    account_id: int = 1,
    request_body: bytes = b"",
    reply_body: bytes = b'{"name": "Ada"}',
    **fields: Any,
) -> CallLogEntry:
    """Return an entry of a call that an example answered."""
    number = next(_numbers)
    return CallLogEntry(
        **{
            "id": CallLogEntryId(f"{uuid.UUID(int=number)}-{number % 10_000:04}"),
            "account_id": AccountId(account_id),
            "mock_id": MockId(mock_id),
            "serve_time": BEGINNING + timedelta(seconds=number),
            "outcome": Outcome.MATCHED,
            "response_name": "OK",
            "request": LoggedRequest(
                method=method,
                path=path,
                headers=(("accept", "*/*"), ("accept", "text/html")),
                body=a_body(request_body),
            ),
            "reply": LoggedReply(
                status_code=status_code, headers=(("content-type", "application/json"),), body=a_body(reply_body)
            ),
            **fields,
        }
    )


def a_body(data: bytes) -> LoggedBody:
    """Return a whole body."""
    return LoggedBody(data=data, size_bytes=len(data), mode="raw" if data else "")


def an_unmatched_entry(**fields: Any) -> CallLogEntry:
    """Return an entry of a call that no example fits."""
    message = "Double check your method and the request path and try again."
    return an_entry(**{"outcome": Outcome.UNMATCHED, "status_code": 404, "response_name": message, **fields})
