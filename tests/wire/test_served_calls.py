"""Calls as the edge writes them down: whatever is kept from earlier calls, each entry is whole and its own."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from services.core.call_log import CallLogEntry, LoggedBody, LoggedReply, LoggedRequest, Outcome
from services.core.ids import AccountId, CallLogEntryId, ExampleId, MockId
from services.core.rendering.reply import Reply
from services.core.serving.answer import Answer, aborted
from services.core.serving.served_call import ServedCall
from services.wire.calllog_codec import decode_entry
from services.wire.served_calls import KEPT, ServedCallEncoder

ANSWER = Answer(
    Reply(status=200, headers=((b"content-type", b"text/plain"), (b"x-name", b"J\xf6rg")), body=b"found"),
    Outcome.MATCHED,
    "Found \ud800",
    ExampleId("found"),
    "rung 1 exact 100",
)
HEADERS = (("host", "localhost"), ("x-name", "J\xf6rg"))


def a_served_call(
    number: int = 1, *, answer: Answer = ANSWER, body: bytes = b"", body_size: int | None = None
) -> ServedCall:
    return ServedCall(
        id=CallLogEntryId(f"entry-{number}"),
        account_id=AccountId(7),
        mock_id=MockId("mock"),
        serve_time_ns=1_767_312_000_000_001_000,
        method="GET",
        path=f"/users/{number}?a=b",
        headers=HEADERS,
        body=body,
        body_size=len(body) if body_size is None else body_size,
        body_mode="raw",
        answer=answer,
        overhead_ns=1_500_001_000,
        delay_ns=2_000,
    )


def the_entry(number: int = 1) -> CallLogEntry:
    return CallLogEntry(
        id=CallLogEntryId(f"entry-{number}"),
        account_id=AccountId(7),
        mock_id=MockId("mock"),
        serve_time=datetime(2026, 1, 2, 0, 0, 0, 1, tzinfo=UTC),
        outcome=Outcome.MATCHED,
        request=LoggedRequest(method="GET", path=f"/users/{number}?a=b", headers=HEADERS, body=LoggedBody(mode="raw")),
        reply=LoggedReply(
            status_code=200,
            headers=(("content-type", "text/plain"), ("x-name", "J\xf6rg")),
            body=LoggedBody(data=b"found", size_bytes=5),
        ),
        response_name="Found \N{REPLACEMENT CHARACTER}",
        example_id=ExampleId("found"),
        overhead=timedelta(seconds=1, microseconds=500_001),
        delay=timedelta(microseconds=2),
        match_summary="rung 1 exact 100",
    )


def test_every_entry_is_whole_however_often_its_parts_came_before() -> None:
    encoder = ServedCallEncoder(body_limit=100)

    entries = [decode_entry(encoder.encode(a_served_call(number))) for number in range(4)]

    assert [the_entry(number) for number in range(4)] == entries


def test_parts_that_are_equal_but_not_the_same_are_told_apart() -> None:
    encoder = ServedCallEncoder(body_limit=100)
    others = [ANSWER._replace(response_name=f"number {number}") for number in range(2 * KEPT)]

    names = [decode_entry(encoder.encode(a_served_call(answer=answer))).response_name for answer in others * 2]

    assert [answer.response_name for answer in others] * 2 == names


def test_an_aborted_call_has_no_reply() -> None:
    entry = decode_entry(ServedCallEncoder(body_limit=100).encode(a_served_call(answer=aborted(ANSWER))))

    assert (Outcome.ABORTED, LoggedReply(status_code=499)) == (entry.outcome, entry.reply)
    assert "found" == entry.example_id


@pytest.mark.parametrize(
    ("body", "size", "expected"),
    [
        (b"x" * 10, 10, LoggedBody(data=b"x" * 10, size_bytes=10, mode="raw")),
        (
            b"x" * 11,
            11,
            LoggedBody(data=b"x" * 10, size_bytes=11, sha256=hashlib.sha256(b"x" * 11).digest(), mode="raw"),
        ),
        (b"x" * 11, 5_000, LoggedBody(data=b"x" * 10, size_bytes=5_000, mode="raw")),
    ],
    ids=["of the limit", "longer", "longer, and not read to its end"],
)
def test_a_body_is_cut_at_the_limit_with_its_digest_where_all_of_it_was_read(
    body: bytes, size: int, expected: LoggedBody
) -> None:
    encoder = ServedCallEncoder(body_limit=10)

    entry = decode_entry(encoder.encode(a_served_call(body=body, body_size=size)))

    assert expected == entry.request.body
