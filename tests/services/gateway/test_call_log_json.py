"""An entry is shown as Postman shows it, with the parts that were asked for."""

from dataclasses import replace
from datetime import UTC, datetime

from services.core.call_log import CallLogEntry, LoggedBody, LoggedReply, LoggedRequest, Outcome
from services.core.ids import AccountId, CallLogEntryId, MockId
from services.gateway.postman_api.call_log_json import PARTS, entry_json, text_of_body

ENTRY = CallLogEntry(
    id=CallLogEntryId("c0ffee00-0000-4000-8000-000000000001-0931"),
    account_id=AccountId(1),
    mock_id=MockId("m"),
    serve_time=datetime(2024, 5, 3, 9, 30, 0, 7_999, tzinfo=UTC),
    outcome=Outcome.MATCHED,
    response_name="Found",
    request=LoggedRequest(method="GET", path="/items/7?full=1", headers=(("accept", "*/*"),)),
    reply=LoggedReply(
        status_code=404,
        headers=(("Content-Type", "application/json"),),
        body=LoggedBody(data=b'{"id": 7}', size_bytes=9),
    ),
)


def test_an_entry_has_neither_headers_nor_bodies_unless_asked_for() -> None:
    assert {
        "id": "c0ffee00-0000-4000-8000-000000000001-0931",
        "responseName": "Found",
        "servedAt": "2024-05-03T09:30:00.007Z",
        "request": {"method": "GET", "path": "/items/7?full=1"},
        "response": {"type": "success", "statusCode": 404},
    } == entry_json(ENTRY, frozenset())


def test_an_entry_has_the_parts_that_were_asked_for() -> None:
    shown = entry_json(ENTRY, frozenset(PARTS))

    assert {
        "method": "GET",
        "path": "/items/7?full=1",
        "headers": [{"key": "accept", "value": "*/*"}],
        "body": {"mode": "raw", "data": ""},
    } == shown["request"]
    assert {
        "type": "success",
        "statusCode": 404,
        "headers": [
            {
                "key": "Content-Type",
                "value": "application/json",
                "description": {"content": "", "type": "text/plain"},
            }
        ],
        "body": {"data": '{"id": 7}'},
    } == shown["response"]


def test_an_error_of_the_edge_is_an_error() -> None:
    shown = entry_json(replace(ENTRY, outcome=Outcome.UNMATCHED), frozenset())

    assert {"type": "error", "statusCode": 404} == shown["response"]


def test_a_body_that_was_cut_says_so() -> None:
    body = LoggedBody(data="añ".encode()[:2], size_bytes=3, sha256=b"\x01\x02", mode="raw")
    shown = entry_json(replace(ENTRY, request=replace(ENTRY.request, body=body)), frozenset(["request.body"]))

    assert {
        "method": "GET",
        "path": "/items/7?full=1",
        "body": {"mode": "raw", "data": "a", "truncated": True, "size": 3, "sha256": "0102"},
    } == shown["request"]


def test_a_body_that_is_no_text_is_shown_in_base64() -> None:
    assert "//4=" == text_of_body(b"\xff\xfe", is_cut=False)
    assert "w6k" not in text_of_body("é".encode(), is_cut=False)
