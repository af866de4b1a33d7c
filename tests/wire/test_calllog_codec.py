"""Call log entries and filters keep everything on their way through protobuf."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st
from understudy.calllog.v1 import call_log_entry_pb2 as pb
from understudy.calllog.v1 import call_log_service_pb2 as service_pb

from services.core.call_log import CallLogEntry, CallLogFilter, LoggedBody, LoggedReply, LoggedRequest, Outcome
from services.core.errors import InvalidInput
from services.core.ids import AccountId, CallLogEntryId, ExampleId, MockId
from services.wire.calllog_codec import (
    WIRE_OUTCOMES,
    decode_entry,
    encode_entry,
    entry_message,
    filter_message,
    filter_of,
    records_of,
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ids = text.filter(bool)
times = st.datetimes(timezones=st.just(UTC))
durations = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1))
headers = st.lists(st.tuples(text, text), max_size=4).map(tuple)
bodies = st.builds(
    LoggedBody, data=st.binary(max_size=20), size_bytes=st.integers(0, 2**62), sha256=st.binary(max_size=32), mode=text
)
entries = st.builds(
    CallLogEntry,
    id=ids.map(CallLogEntryId),
    account_id=st.integers(1, 2**62).map(AccountId),
    mock_id=ids.map(MockId),
    serve_time=times,
    outcome=st.sampled_from(Outcome),
    request=st.builds(LoggedRequest, method=text, path=text, headers=headers, body=bodies),
    reply=st.builds(LoggedReply, status_code=st.integers(0, 999), headers=headers, body=bodies),
    response_name=text,
    example_id=st.none() | ids.map(ExampleId),
    overhead=durations,
    delay=durations,
    match_summary=text,
)
filters = st.builds(
    CallLogFilter,
    since=st.none() | times,
    until=st.none() | times,
    status_code=st.none() | st.integers(1, 999),
    is_success=st.none() | st.booleans(),
    method=st.none() | ids,
    path=st.none() | ids,
    search=text,
)

AN_ENTRY = CallLogEntry(
    id=CallLogEntryId("entry"),
    account_id=AccountId(1),
    mock_id=MockId("shop"),
    serve_time=datetime(2024, 5, 3, tzinfo=UTC),
    outcome=Outcome.MATCHED,
    request=LoggedRequest(method="GET", path="/"),
    reply=LoggedReply(status_code=200),
)


@given(entries)
def test_an_entry_survives_being_encoded_and_decoded(entry: CallLogEntry) -> None:
    assert entry == decode_entry(encode_entry(entry))


@given(filters)
def test_a_filter_survives_its_message(wanted: CallLogFilter) -> None:
    encoded = filter_message(wanted).SerializeToString()

    assert wanted == filter_of(service_pb.CallLogFilter.FromString(encoded))


def test_every_outcome_of_the_contract_is_one_of_ours() -> None:
    assert set(pb.Outcome.values()) - {pb.OUTCOME_UNSPECIFIED} == set(WIRE_OUTCOMES.values())


def test_lone_surrogates_of_broken_json_become_replacement_characters() -> None:
    entry = replace(AN_ENTRY, response_name="half \udc00 pair", match_summary="\ud800")

    decoded = decode_entry(encode_entry(entry))

    assert decoded.response_name == "half \ufffd pair"
    assert decoded.match_summary == "\ufffd"


@pytest.mark.parametrize("encoded", [b"\xff", b"\x0a\x05ab", b"\x0a\x02\xff\xfe"])
def test_bytes_that_hold_no_entry_raise_value_error(encoded: bytes) -> None:
    with pytest.raises(ValueError, match="no call log entry"):
        decode_entry(encoded)


def test_an_outcome_that_only_a_newer_edge_knows_counts_as_an_error() -> None:
    message = entry_message(AN_ENTRY)
    message.outcome = 99  # type: ignore[assignment] # the number that a newer contract would give it

    (record,) = records_of([message])

    assert record.outcome is Outcome.ERROR


def test_a_record_keeps_fields_that_only_a_newer_edge_knows() -> None:
    encoded = encode_entry(AN_ENTRY) + b"\xfa\x3f\x03new"  # field 1023

    (record,) = records_of([pb.CallLogEntry.FromString(encoded)])

    assert encoded == record.payload


@pytest.mark.parametrize("stamp", [Timestamp(seconds=2**62), Timestamp(seconds=-(2**62)), Timestamp(nanos=-5)])
def test_a_time_that_is_none_is_refused_by_its_field(stamp: Timestamp) -> None:
    message = entry_message(AN_ENTRY)
    message.serve_time.CopyFrom(stamp)

    with pytest.raises(InvalidInput) as refused:
        records_of([message])
    assert ["entries[0].serve_time"] == [violation.field for violation in refused.value.violations]

    with pytest.raises(InvalidInput) as refused:
        filter_of(service_pb.CallLogFilter(until=stamp))
    assert ["filter.until"] == [violation.field for violation in refused.value.violations]
