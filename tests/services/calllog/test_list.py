"""Listing: a mock's entries by every filter, in both orders, in pages."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.core.call_log import CallLogEntry, CallLogFilter, Outcome
from services.core.errors import InvalidInput, NotFound, Unauthenticated
from tests.services.calllog.entries import an_entry, an_unmatched_entry
from tests.services.calllog.running import RunningCallLog, running_calllog

NOON = datetime(2024, 5, 3, 12, tzinfo=UTC)


async def found(log: RunningCallLog, mock_id: str = "shop", **filter_fields: Any) -> list[CallLogEntry]:
    wanted = CallLogFilter(**filter_fields)
    return [entry async for entry in log.viewer.list_entries(mock_id, filter=wanted, oldest_first=True)]


async def test_entries_come_newest_first(log: RunningCallLog) -> None:
    entries = [an_entry() for _ in range(3)]
    await log.edge.append(entries)

    page = await log.viewer.list_entries_page("shop")

    assert tuple(reversed(entries)) == page.rows
    assert page.next_page_token == ""


async def test_entries_come_oldest_first_where_asked(log: RunningCallLog) -> None:
    entries = [an_entry() for _ in range(3)]
    await log.edge.append(entries)

    assert tuple(entries) == (await log.viewer.list_entries_page("shop", oldest_first=True)).rows


async def test_a_page_tells_how_long_entries_are_kept(database_url: str) -> None:
    async with running_calllog(database_url, retention_days=7) as log:
        assert (await log.viewer.list_entries_page("shop")).retention_days == 7


@pytest.mark.parametrize("oldest_first", [True, False])
@pytest.mark.parametrize("page_size", [1, 2, 3, 7])
async def test_pages_join_without_gap_or_overlap_also_within_one_moment(
    log: RunningCallLog,
    oldest_first: bool,  # noqa: FBT001 -- a parameter of the test
    page_size: int,
) -> None:
    entries = [an_entry(serve_time=NOON + timedelta(microseconds=number // 3)) for number in range(7)]
    await log.edge.append(entries)

    pages = []
    token = ""
    while True:
        page = await log.viewer.list_entries_page(
            "shop", oldest_first=oldest_first, page_size=page_size, page_token=token
        )
        pages.append(page.rows)
        if not (token := page.next_page_token):
            break

    in_order = entries if oldest_first else entries[::-1]
    assert in_order == [entry for rows in pages for entry in rows]
    assert [page_size] * (7 // page_size) + [7 % page_size] * (7 % page_size > 0) == [len(rows) for rows in pages]


async def test_a_page_ends_before_it_exceeds_6500000_bytes(log: RunningCallLog) -> None:
    entries = [an_entry(reply_body=b"x" * 2_000_000) for _ in range(5)]
    await log.edge.append(entries)

    page = await log.viewer.list_entries_page("shop", oldest_first=True)

    assert tuple(entries[:3]) == page.rows
    assert entries == await found(log)


async def test_an_entry_larger_than_a_page_has_one_of_its_own(log: RunningCallLog) -> None:
    entries = [an_entry(), an_entry(reply_body=b"x" * 7_000_000), an_entry()]
    await log.edge.append(entries)

    first = await log.viewer.list_entries_page("shop", oldest_first=True)
    second = await log.viewer.list_entries_page("shop", oldest_first=True, page_token=first.next_page_token)

    assert tuple(entries[:1]) == first.rows
    assert tuple(entries[1:2]) == second.rows
    assert entries == await found(log)


async def test_a_page_holds_100_entries_unless_asked_and_1000_at_most(log: RunningCallLog) -> None:
    await log.edge.append([an_entry() for _ in range(1_001)])

    assert len((await log.viewer.list_entries_page("shop")).rows) == 100
    assert len((await log.viewer.list_entries_page("shop", page_size=5_000)).rows) == 1_000


async def test_entries_that_arrive_between_pages_move_none_of_the_others(log: RunningCallLog) -> None:
    entries = [an_entry() for _ in range(4)]
    await log.edge.append(entries)
    first = await log.viewer.list_entries_page("shop", page_size=2)
    await log.edge.append([an_entry()])

    second = await log.viewer.list_entries_page("shop", page_size=2, page_token=first.next_page_token)

    assert (entries[1], entries[0]) == second.rows


async def test_since_and_until_are_inclusive(log: RunningCallLog) -> None:
    entries = [an_entry(serve_time=NOON + timedelta(microseconds=number)) for number in range(5)]
    await log.edge.append(entries)

    since, until = entries[1].serve_time, entries[3].serve_time
    assert entries[1:4] == await found(log, since=since, until=until)
    assert entries[1:] == await found(log, since=since)
    assert entries[:4] == await found(log, until=until)
    assert entries[1:2] == await found(log, since=since, until=since)


@pytest.mark.parametrize(
    ("filter_fields", "fits"),
    [
        ({"status_code": 404}, lambda entry: entry.reply.status_code == 404),
        ({"status_code": 299}, lambda _entry: False),
        ({"is_success": True}, lambda entry: entry.outcome in (Outcome.MATCHED, Outcome.SERVER_RESPONSE)),
        ({"is_success": False}, lambda entry: entry.outcome in (Outcome.UNMATCHED, Outcome.ABORTED)),
        ({"method": "post"}, lambda entry: entry.request.method == "POST"),
        ({"path": "/ANIMALS?type=dog"}, lambda entry: entry.request.path == "/animals?type=Dog"),
        ({"path": "/animals"}, lambda _entry: False),
        ({"search": "DOG"}, lambda entry: entry.request.path == "/animals?type=Dog"),
        ({"search": "get /ani"}, lambda entry: entry.request.path == "/animals?type=Dog"),
        ({"search": "post"}, lambda entry: entry.request.method == "POST"),
        ({"search": " 503 "}, lambda entry: entry.reply.status_code == 503),
        ({"search": "no such"}, lambda entry: entry.response_name == "No such user"),
        ({"search": "100%"}, lambda entry: "100%" in entry.request.path),
        ({"search": "100_"}, lambda _entry: False),
        ({"search": "%"}, lambda entry: "%" in entry.request.path),
        ({"search": "\\"}, lambda entry: "\\" in entry.request.path),
        ({"search": "ÄPFEL"}, lambda entry: "äpfel" in entry.response_name),
        ({"status_code": 404, "is_success": True}, lambda entry: entry.response_name == "No such user"),
        ({"status_code": 404, "method": "POST"}, lambda _entry: False),
    ],
)
async def test_entries_are_found_by(
    log: RunningCallLog, filter_fields: dict[str, Any], fits: Callable[[CallLogEntry], bool]
) -> None:
    entries = [
        an_entry(path="/animals?type=Dog"),
        an_entry(method="POST", status_code=201, response_name="Neue äpfel"),
        an_entry(status_code=404, response_name="No such user"),
        an_unmatched_entry(path="/discount/100%/x"),
        an_entry(path="/back\\slash", outcome=Outcome.SERVER_RESPONSE, status_code=503),
        an_entry(path="/gone", outcome=Outcome.ABORTED, status_code=0),
    ]
    await log.edge.append(entries)

    assert [entry for entry in entries if fits(entry)] == await found(log, **filter_fields)


async def test_a_period_that_ends_before_it_begins_is_refused(log: RunningCallLog) -> None:
    with pytest.raises(InvalidInput) as refused:
        await found(log, since=NOON, until=NOON - timedelta(microseconds=1))

    assert ["filter.since"] == [violation.field for violation in refused.value.violations]


async def test_a_negative_page_size_is_refused(log: RunningCallLog) -> None:
    with pytest.raises(InvalidInput, match="page_size"):
        await log.viewer.list_entries_page("shop", page_size=-1)


async def test_a_token_is_refused_with_another_filter_order_mock_or_account(log: RunningCallLog) -> None:
    await log.edge.append([an_entry() for _ in range(2)])
    token = (await log.viewer.list_entries_page("shop", page_size=1)).next_page_token

    for other in (
        log.viewer.list_entries_page("shop", page_token=token, filter=CallLogFilter(search="x")),
        log.viewer.list_entries_page("shop", page_token=token, oldest_first=True),
        log.viewer.list_entries_page("toys", page_token=token),
        log.user_of(2).list_entries_page("shop", page_token=token),
    ):
        with pytest.raises(InvalidInput, match="page_token"):
            await other


@pytest.mark.parametrize(
    "last", [[2**62, "id"], [-(2**62), "id"], [1, "a\0b"], [1, "\ud800"], ["1", "id"], [1.5, "id"]]
)
async def test_a_forged_token_is_refused(log: RunningCallLog, last: list[Any]) -> None:
    await log.edge.append([an_entry() for _ in range(2)])
    token = (await log.viewer.list_entries_page("shop", page_size=1)).next_page_token
    digest = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))[0]
    forged = base64.urlsafe_b64encode(json.dumps([digest, *last]).encode()).decode()

    with pytest.raises(InvalidInput, match="page_token"):
        await log.viewer.list_entries_page("shop", page_token=forged)


async def test_a_mock_may_be_named_by_its_uid(log: RunningCallLog) -> None:
    entry = an_entry()
    await log.edge.append([entry])

    assert [entry] == await found(log, "1-shop")
    assert entry == await log.viewer.get_entry("1-shop", entry.id)


async def test_users_see_nothing_of_another_account(log: RunningCallLog) -> None:
    entry = an_entry(account_id=2)
    await log.edge.append([entry])

    assert [] == await found(log)
    assert [] == await found(log, "2-shop")
    assert [entry] == [seen async for seen in log.user_of(2).list_entries("shop")]
    with pytest.raises(NotFound):
        await log.viewer.get_entry("shop", entry.id)


async def test_a_service_sees_the_entries_of_every_account(log: RunningCallLog) -> None:
    entries = [an_entry(account_id=1), an_entry(account_id=2)]
    await log.edge.append(entries)

    assert entries == [entry async for entry in log.edge.list_entries("shop", oldest_first=True)]


@pytest.mark.parametrize("mock_id", ["", "nothing", "a\0b", "x" * 10_000])
async def test_a_mock_without_calls_has_no_entries(log: RunningCallLog, mock_id: str) -> None:
    await log.edge.append([an_entry()])

    assert [] == await found(log, mock_id)


@pytest.mark.parametrize("entry_id", ["", "nothing", "a\0b", "x" * 10_000])
async def test_an_entry_that_is_not_there_is_not_found(log: RunningCallLog, entry_id: str) -> None:
    with pytest.raises(NotFound) as missing:
        await log.viewer.get_entry("shop", entry_id)

    assert missing.value.kind == "call log entry"


async def test_an_entry_of_another_mock_is_not_found(log: RunningCallLog) -> None:
    entry = an_entry(mock_id="toys")
    await log.edge.append([entry])

    with pytest.raises(NotFound):
        await log.viewer.get_entry("shop", entry.id)


async def test_nobody_may_read_with_a_key_that_was_revoked(log: RunningCallLog) -> None:
    credentials = log.keys.issue()
    user = log.edge.acting_as(credentials)
    await user.list_entries_page("shop")
    log.keys.revoke(credentials)

    with pytest.raises(Unauthenticated):
        await user.list_entries_page("shop")
