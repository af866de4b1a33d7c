"""Which drafts of mocks are valid, and what changing some of their fields means."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.core.errors import InvalidInput
from services.core.ids import AccountId, CollectionId, EnvironmentId, Etag, MockId, ServerResponseId
from services.core.labels import name_from
from services.core.matching.settings import MatchSettings
from services.core.mock_rules import (
    MOCK_FIELDS,
    SERVER_RESPONSE_FIELDS,
    changed_mock,
    draft_of_mock,
    mock_violations,
    server_response_violations,
    settled,
    with_draft,
)
from services.core.mocks import MAXIMUM_DELAY, MINIMUM_DELAY, Delay, Mock, MockConfig, MockDraft, ServerResponseDraft

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

DRAFT = MockDraft(name="Shop", collection_id=CollectionId("shop"))

OUTAGE = ServerResponseDraft(
    name="Outage", status_code=503, headers=(("Retry-After", "120"), ("X-Blank", "")), language="json", body=b"{}"
)

MOCK = Mock(
    id=MockId("m"),
    account_id=AccountId(1),
    name="Shop",
    collection_id=CollectionId("shop"),
    etag=Etag("1"),
    create_time=NOON,
    update_time=NOON,
)


def violated_by(delay: Delay) -> list[str]:
    draft = replace(DRAFT, config=MockConfig(delay=delay))
    return [violation.field for violation in mock_violations(draft)]


@pytest.mark.parametrize("duration", [MINIMUM_DELAY, MAXIMUM_DELAY, timedelta(milliseconds=1, microseconds=1)])
def test_a_delay_may_be_one_to_180_000_milliseconds(duration: timedelta) -> None:
    assert [] == violated_by(Delay(duration=duration))


@pytest.mark.parametrize(
    "duration",
    [timedelta(), -MINIMUM_DELAY, MINIMUM_DELAY - timedelta(microseconds=1), MAXIMUM_DELAY + timedelta(microseconds=1)],
)
def test_a_delay_outside_of_that_is_refused(duration: timedelta) -> None:
    assert ["mock.config.delay.duration"] == violated_by(Delay(duration=duration))


@pytest.mark.parametrize(("preset", "milliseconds"), [("1", 300), ("2", 100)])
def test_a_preset_sets_the_duration_whatever_it_said(preset: str, milliseconds: int) -> None:
    draft = replace(DRAFT, config=MockConfig(delay=Delay(duration=timedelta(hours=1), preset=preset)))

    assert Delay(duration=timedelta(milliseconds=milliseconds), preset=preset) == settled(draft).config.delay
    assert [] == list(mock_violations(draft))


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("mock.name", replace(DRAFT, name=" ")),
        ("mock.name", replace(DRAFT, name="n" * 256)),
        ("mock.name", replace(DRAFT, name="a\0b")),
        ("mock.description", replace(DRAFT, description="a\0b")),
        ("mock.description", replace(DRAFT, description="d" * 100_001)),
        ("mock.collection_id", replace(DRAFT, collection_id=CollectionId(""))),
        ("mock.collection_id", replace(DRAFT, collection_id=CollectionId("a\0b"))),
        ("mock.environment_id", replace(DRAFT, environment_id=EnvironmentId("a\0b"))),
        ("mock.release_tag", replace(DRAFT, release_tag="t" * 1_001)),
        (
            "mock.config.server_response_id",
            replace(DRAFT, config=MockConfig(server_response_id=ServerResponseId("a\0b"))),
        ),
        (
            "mock.config.seed",
            replace(DRAFT, config=MockConfig(seed="s" * 256)),
        ),
        (
            "mock.config.seed",
            replace(DRAFT, config=MockConfig(seed="a\0b")),
        ),
        (
            "mock.config.match_headers[1]",
            replace(DRAFT, config=MockConfig(match_settings=MatchSettings(match_headers=("ok", "not ok")))),
        ),
        (
            "mock.config.match_headers",
            replace(DRAFT, config=MockConfig(match_settings=MatchSettings(match_headers=("h",) * 101))),
        ),
    ],
)
def test_a_wrong_field_of_a_mock_is_named(field: str, draft: MockDraft) -> None:
    assert [field] == [violation.field for violation in mock_violations(draft)]


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("server_response.name", replace(OUTAGE, name="")),
        ("server_response.name", replace(OUTAGE, name="a\0b")),
        ("server_response.status_code", replace(OUTAGE, status_code=499)),
        ("server_response.status_code", replace(OUTAGE, status_code=600)),
        ("server_response.status_code", replace(OUTAGE, status_code=0)),
        ("server_response.language", replace(OUTAGE, language="cobol")),
        ("server_response.body", replace(OUTAGE, body=bytes(5 * 1024 * 1024 + 1))),
        ("server_response.headers[0]", replace(OUTAGE, headers=(("no name", "1"),))),
        ("server_response.headers[0]", replace(OUTAGE, headers=(("", "1"),))),
        ("server_response.headers[1].value", replace(OUTAGE, headers=(("A", "1"), ("B", "1\r\nEvil: 1")))),
        ("server_response.headers[0].value", replace(OUTAGE, headers=(("A", "1\0"),))),
        ("server_response.headers[0].value", replace(OUTAGE, headers=(("A", "\N{EURO SIGN}"),))),
        ("server_response.headers[0].value", replace(OUTAGE, headers=(("A", "a" * 8_193),))),
        ("server_response.headers", replace(OUTAGE, headers=(("A", "1"),) * 101)),
    ],
)
def test_a_wrong_field_of_a_server_response_is_named(field: str, draft: ServerResponseDraft) -> None:
    assert [field] == [violation.field for violation in server_response_violations(draft)]


def test_what_postman_allows_is_valid() -> None:
    assert [] == list(mock_violations(DRAFT))
    assert [] == list(server_response_violations(OUTAGE))


def test_all_that_is_wrong_is_said_at_once() -> None:
    draft = MockDraft(name="", description="\0", config=MockConfig(delay=Delay(duration=timedelta(), preset="9")))

    assert ["mock.name", "mock.description", "mock.collection_id", "mock.config.delay.preset"] == [
        violation.field for violation in mock_violations(draft)
    ]


def test_every_field_of_a_draft_can_be_changed_and_no_other() -> None:
    assert set(MockDraft.__slots__) == {field for field in MOCK_FIELDS if "." not in field}
    assert {"name", "status_code", "headers", "language", "body"} == set(SERVER_RESPONSE_FIELDS)


def test_changing_every_field_gives_the_other_draft() -> None:
    other = MockDraft(name="Other", description="New", collection_id=CollectionId("other"), release_tag="v1")

    assert other == changed_mock(MOCK, other, list(MOCK_FIELDS))
    assert other == draft_of_mock(with_draft(MOCK, other))
    assert MOCK == with_draft(MOCK, draft_of_mock(MOCK))


def test_the_order_of_the_named_fields_does_not_matter() -> None:
    other = MockDraft(config=MockConfig(delay=Delay(duration=timedelta(seconds=1))))

    assert changed_mock(MOCK, other, ["config", "config.delay"]) == changed_mock(
        MOCK, other, ["config.delay", "config"]
    )


def test_an_unknown_field_is_named_with_those_there_are() -> None:
    with pytest.raises(InvalidInput, match=r"'config\.nothing' is no field to change\. There are: name, "):
        changed_mock(MOCK, DRAFT, ["name", "config.nothing"])


@pytest.mark.parametrize(
    ("text", "name"),
    [("Shop", "Shop"), ("  Shop ", "Shop"), ("a\0b", "a\N{REPLACEMENT CHARACTER}b"), ("", "Unnamed"), (" ", "Unnamed")],
)
def test_a_name_made_of_any_text_is_valid(text: str, name: str) -> None:
    assert name == name_from(text)


def test_a_name_made_of_a_long_text_is_cut() -> None:
    assert "n" * 255 == name_from("n" * 1_000)
