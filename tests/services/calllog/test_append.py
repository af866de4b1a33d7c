"""Appending: what edges ship is stored once, whole or not at all."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from services.core.call_log import CallLogFilter, Outcome
from services.core.errors import InvalidInput, PermissionDenied, Unauthenticated
from services.wire.calllog_client import refused_entries
from services.wire.calllog_codec import encode_entry
from tests.services.calllog.entries import an_entry, an_unmatched_entry
from tests.services.calllog.running import RunningCallLog, running_calllog


async def stored_ids(log: RunningCallLog, mock_id: str = "shop") -> list[str]:
    return [entry.id async for entry in log.viewer.list_entries(mock_id, oldest_first=True)]


async def test_an_entry_comes_back_as_it_was_sent(log: RunningCallLog) -> None:
    entry = an_entry(request_body=b"\0\xff not text", match_summary="100: path, method")

    await log.edge.append([entry])

    assert entry == await log.viewer.get_entry("shop", entry.id)


async def test_a_batch_answers_how_many_entries_were_new(log: RunningCallLog) -> None:
    one, two, three = an_entry(), an_entry(), an_entry()

    assert await log.edge.append([one, two]) == 2
    assert await log.edge.append([two, three, three]) == 1
    assert await log.edge.append([one, two, three]) == 0
    assert [one.id, two.id, three.id] == await stored_ids(log)


async def test_an_empty_batch_stores_nothing(log: RunningCallLog) -> None:
    assert await log.edge.append([]) == 0


async def test_the_same_entries_from_many_at_once_are_stored_once(log: RunningCallLog) -> None:
    entries = [an_entry() for _ in range(200)]

    counts = await asyncio.gather(*(log.edge.append(entries[::step]) for step in (1, -1) * 5))

    assert sum(counts) == 200
    assert len(await stored_ids(log)) == 200


async def test_a_batch_of_five_thousand_is_stored(log: RunningCallLog) -> None:
    assert await log.edge.append([an_entry() for _ in range(5_000)]) == 5_000


async def test_a_larger_batch_is_refused_with_the_limit(log: RunningCallLog) -> None:
    with pytest.raises(InvalidInput, match="5001 entries, and 5000 is the most") as refused:
        await log.edge.append([an_entry()] * 5_001)

    assert frozenset() == refused_entries(refused.value)


@pytest.mark.parametrize(
    ("field", "broken"),
    [
        ("id", {"id": ""}),
        ("id", {"id": "a\0b"}),
        ("account_id", {"account_id": 0}),
        ("account_id", {"account_id": -1}),
        ("mock_id", {"mock_id": ""}),
        ("mock_id", {"mock_id": "a\0b"}),
    ],
)
async def test_an_entry_that_could_not_be_found_again_is_refused_by_its_place_and_field(
    log: RunningCallLog, field: str, broken: dict[str, Any]
) -> None:
    good = an_entry()

    with pytest.raises(InvalidInput) as refused:
        await log.edge.append([good, an_entry(**broken)])

    assert [f"entries[1].{field}"] == [violation.field for violation in refused.value.violations]
    assert {1} == refused_entries(refused.value)
    assert [] == await stored_ids(log)


async def test_bytes_that_hold_nothing_are_refused_by_their_place(log: RunningCallLog) -> None:
    with pytest.raises(InvalidInput) as refused:
        await log.edge.append_encoded([encode_entry(an_entry()), b"", encode_entry(an_entry())])

    assert {1} == refused_entries(refused.value)
    assert ["id", "account_id", "mock_id", "serve_time", "outcome"] == [
        violation.field.removeprefix("entries[1].") for violation in refused.value.violations
    ]


async def test_who_drops_the_refused_entries_gets_the_others_stored(log: RunningCallLog) -> None:
    entries = [an_entry(id="" if number % 3 == 0 else f"entry-{number:03}") for number in range(90)]
    left, rounds = list(entries), 0

    while True:
        try:
            stored = await log.edge.append(left)
            break
        except InvalidInput as error:
            refused = refused_entries(error)
            left = [entry for place, entry in enumerate(left) if place not in refused]
            rounds += 1

    assert stored == 60
    assert rounds == 2  # An error names twenty at most.


@pytest.mark.parametrize("year", [1, 9999])
async def test_a_call_may_come_from_any_year_there_is(log: RunningCallLog, year: int) -> None:
    entry = an_entry(serve_time=datetime(year, 1, 1, tzinfo=UTC))

    await log.edge.append([entry])

    assert entry == await log.viewer.get_entry("shop", entry.id)


async def test_text_with_nul_is_kept_in_the_entry_and_replaced_where_it_is_searched(log: RunningCallLog) -> None:
    entry = an_entry(response_name="nul \0 name", method="G\0T", path="/a\0b")

    await log.edge.append([entry])

    assert entry == await log.viewer.get_entry("shop", entry.id)
    for wanted in (CallLogFilter(search="nul \0"), CallLogFilter(method="g\0t"), CallLogFilter(path="/A\0b")):
        assert [entry] == [found async for found in log.viewer.list_entries("shop", filter=wanted)]


async def test_a_path_of_100_kb_is_kept_and_found(log: RunningCallLog) -> None:
    entry = an_entry(path="/" + "long/" * 20_000)

    await log.edge.append([entry])

    wanted = CallLogFilter(path=entry.request.path.upper())
    assert [entry] == [found async for found in log.viewer.list_entries("shop", filter=wanted)]


async def test_users_may_not_append_whatever_they_send(log: RunningCallLog) -> None:
    for batch in ([an_entry()], [an_entry(id="")], [an_entry()] * 5_001):
        with pytest.raises(PermissionDenied):
            await log.user_of(1).append(batch)


async def test_nobody_may_append_without_credentials(log: RunningCallLog) -> None:
    with pytest.raises(Unauthenticated):
        await log.edge.acting_as(()).append([an_entry()])


async def test_new_entries_are_counted_by_mock_outcome_and_code_and_repeated_ones_apart(log: RunningCallLog) -> None:
    entries = [
        an_entry(),
        an_entry(),
        an_unmatched_entry(),
        an_entry(mock_id="other", outcome=Outcome.ABORTED, status_code=0),
    ]

    await log.edge.append(entries)
    await log.edge.append([*entries, an_entry(mock_id="other", status_code=503)])

    calls = {
        (sample.labels["mock_id"], sample.labels["outcome"], sample.labels["code_class"]): sample.value
        for metric in log.metrics.collect()
        for sample in metric.samples
        if sample.name == "understudy_mock_calls_total"
    }
    assert {
        ("shop", "matched", "2xx"): 2,
        ("shop", "unmatched", "4xx"): 1,
        ("other", "aborted", "none"): 1,
        ("other", "matched", "5xx"): 1,
    } == calls
    assert log.count("understudy_call_log_entries_stored_total") == 5
    assert log.count("understudy_call_log_entries_duplicate_total") == 4
    assert log.count("understudy_call_log_append_seconds_count") == 2
    assert log.count("understudy_call_log_lag_seconds_count") == 2


async def test_mocks_beyond_the_limit_are_counted_together(database_url: str) -> None:
    async with running_calllog(database_url, metric_mocks=2) as log:
        await log.edge.append([an_entry(mock_id=f"mock-{number % 5}") for number in range(50)])

        named = {
            sample.labels["mock_id"]
            for metric in log.metrics.collect()
            for sample in metric.samples
            if sample.name == "understudy_mock_calls_total"
        }

    assert len(named) == 3
    assert "__other__" in named
