"""Query parameters mean what they say, or are named."""

from datetime import UTC, datetime

import pytest

from services.core.errors import InvalidInput
from services.gateway.postman_api.call_logs import check_retention, is_oldest_first, read_filter
from services.gateway.postman_api.faults import BeyondRetention, InvalidParameter, ParameterMissing
from services.gateway.postman_api.queries import Query


def query(**values: str) -> Query:
    return Query(values)


@pytest.mark.parametrize("value", ["0", "101", "-1", "1.5", "ten", "٣", "9" * 5000, "1_0", " 1"])
def test_a_number_out_of_bounds_or_none_is_refused(value: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        query(limit=value).integer("limit", minimum=1, maximum=100)

    assert "limit" == caught.value.violations[0].field


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-03T09:30:00.000Z", datetime(2024, 5, 3, 9, 30, tzinfo=UTC)),
        ("2024-05-03T11:30:00+02:00", datetime(2024, 5, 3, 9, 30, tzinfo=UTC)),
        ("2024-05-03T11:30:00 02:00", datetime(2024, 5, 3, 9, 30, tzinfo=UTC)),
        ("2024-05-03 09:30:00", datetime(2024, 5, 3, 9, 30, tzinfo=UTC)),
        ("2024-05-03", datetime(2024, 5, 3, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_every_usual_form(text: str, expected: datetime) -> None:
    assert expected == query(since=text).time("since")


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "0001-01-01T00:00:00+23:59", "1714728600", "T"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        query(since=text).time("since")


def test_an_empty_parameter_counts_as_none() -> None:
    assert query(limit="").integer("limit", minimum=1, maximum=2) is None


def test_nul_is_refused() -> None:
    with pytest.raises(InvalidParameter):
        query(name="a\0").text("name")


def test_filters_of_the_call_log_are_read() -> None:
    kept = read_filter(
        query(
            since="2024-01-01",
            until="2024-01-02",
            responseStatusCode="404",
            responseType="ERROR",
            requestMethod="get",
            requestPath="/a?b=c",
        )
    )

    assert (404, False, "get", "/a?b=c") == (kept.status_code, kept.is_success, kept.method, kept.path)
    assert datetime(2024, 1, 1, tzinfo=UTC) == kept.since


@pytest.mark.parametrize(
    "values",
    [
        {"since": "2024-01-02", "until": "2024-01-01"},
        {"responseType": "maybe"},
        {"responseStatusCode": "ok"},
    ],
)
def test_filters_that_make_no_sense_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        read_filter(Query(values))


def test_sort_and_direction_need_each_other() -> None:
    with pytest.raises(ParameterMissing):
        is_oldest_first(query(sort="servedAt"))
    with pytest.raises(ParameterMissing):
        is_oldest_first(query(direction="asc"))

    assert is_oldest_first(query(sort="servedAt", direction="ASC"))
    assert not is_oldest_first(query(sort="SERVEDAT", direction="desc"))
    assert not is_oldest_first(query())


def test_only_what_entries_have_can_be_included() -> None:
    parts = ("request.headers", "request.body")

    assert frozenset(parts) == query(include="request.headers, request.body,").choices("include", parts)
    with pytest.raises(InvalidParameter):
        query(include="request.cookies").choices("include", parts)


def test_a_time_before_everything_that_is_kept_is_told_with_the_number_of_days() -> None:
    now = datetime(2024, 5, 31, tzinfo=UTC)

    check_retention(datetime(2024, 5, 1, tzinfo=UTC), now, 30)
    check_retention(datetime(1999, 5, 1, tzinfo=UTC), now, 0)
    with pytest.raises(BeyondRetention) as caught:
        check_retention(datetime(2024, 4, 30, tzinfo=UTC), now, 30)

    assert (
        "Invalid value for parameter: since. Cannot view logs beyond the call log retention period "
        "based on your plan i.e. 30 days."
    ) == caught.value.message
