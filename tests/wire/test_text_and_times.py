"""Text, times and durations cross the wire unharmed, or harmlessly."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from services.wire.text import wire_bytes, wire_text
from services.wire.times import duration_of, time_of, timedelta_of, timestamp_of


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_comes_back_as_it_was_and_in_utc(time: datetime) -> None:
    assert time == time_of(timestamp_of(time))
    assert time_of(timestamp_of(time)).tzinfo is UTC


def test_a_time_of_another_zone_comes_back_as_the_same_moment() -> None:
    noon_in_delhi = datetime(2024, 5, 3, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    assert datetime(2024, 5, 3, 6, 30, tzinfo=UTC) == time_of(timestamp_of(noon_in_delhi))


@given(st.timedeltas(min_value=timedelta(days=-3_650), max_value=timedelta(days=3_650)))
def test_a_duration_comes_back_as_it_was(delta: timedelta) -> None:
    assert delta == timedelta_of(duration_of(delta))


@given(st.text(st.characters()))
def test_any_text_can_be_sent_and_changes_only_in_its_lone_surrogates(text: str) -> None:
    sent = wire_text(text)

    assert len(text) == len(sent)
    assert sent == wire_bytes(text).decode()
    assert all(ours == theirs or "\ud800" <= theirs <= "\udfff" for ours, theirs in zip(sent, text, strict=True))
