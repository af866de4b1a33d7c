"""Examples with the same request: which one answers, and which only a selector header reaches."""

from typing import Any

import pytest

from services.core.ids import AccountId
from services.core.postman.reader import CollectionReading, read_collection
from services.core.postman.report import Finding, FindingKind
from tests.builders import (
    a_collection,
    a_folder,
    a_raw_body,
    a_request,
    a_url,
    an_example,
    an_item,
    document,
)

ACCOUNT = AccountId(7)


def read(*items: Any, **fields: Any) -> CollectionReading:
    return read_collection(document(a_collection(*items, **fields)), account_id=ACCOUNT)


def findings(reading: CollectionReading, kind: FindingKind) -> list[Finding]:
    return [finding for finding in reading.report.findings if finding.kind is kind]


def test_of_examples_with_the_same_request_the_report_names_those_that_only_a_selector_reaches() -> None:
    reading = read(
        a_folder(
            an_item(
                an_example(name="Not found", id="a", code=404),
                an_example(name="Late", id="c", code=200),
                an_example(name="Early", id="B", code=200),
                an_example(name="Other", id="d", url="/other"),
                name="Get user",
            ),
            name="Users",
        )
    )

    place = ("Users", "Get user")
    assert [
        ((*place, "Not found"), "/item/0/item/0/response/0", "a"),
        ((*place, "Late"), "/item/0/item/0/response/1", "c"),
    ] == [
        (finding.place, finding.pointer, finding.example_id) for finding in findings(reading, FindingKind.SELECTOR_ONLY)
    ]
    assert "same request as 'Users > Get user > Early' (id B)" in reading.report.findings[0].reason


def test_without_a_200_the_first_id_answers() -> None:
    reading = read(an_item(an_example(id="b", code=404), an_example(id="a", code=500)))

    assert ["b"] == [finding.example_id for finding in findings(reading, FindingKind.SELECTOR_ONLY)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (a_request(url="https://x.y/a"), a_request(url="http://z:80/a")),
        (a_request(url="/a?x=1&y=2"), a_request(url="/a?y=2&x=1")),
        (a_request(url="/a?x"), a_request(url="/a?x=")),
        (a_request(url="https://x.y"), a_request(url="https://x.y/")),
        (a_request(url="/a#top"), a_request(url="/a")),
        (a_request(url="/a?"), a_request(url="/a")),
        (a_request("get", "/a"), a_request("GET", a_url("/a", host=[]))),
        (a_request(headers={"A": "1", "B": "2"}), a_request(headers={"b": "2 ", "a": "1"})),
        (a_request(header=[{"key": "A", "value": "1", "disabled": True}]), a_request()),
    ],
)
def test_requests_that_no_call_can_tell_apart_are_the_same(one: Any, other: Any) -> None:
    reading = read(an_item(an_example(request=one, id="a"), an_example(request=other, id="b")))

    assert ["b"] == [finding.example_id for finding in findings(reading, FindingKind.SELECTOR_ONLY)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (a_request("GET"), a_request("POST")),
        (a_request(url="/a"), a_request(url="/A")),
        (a_request(url="/a"), a_request(url="/a/")),
        (a_request(url="/a?x=1"), a_request(url="/a?x=2")),
        (a_request(url="/a?x=1"), a_request(url="/a?x=1&x=1")),
        (a_request(url="{{one}}/a"), a_request(url="{{other}}/a")),
        (a_request(url=a_url("/:id", variables={"id": "1"})), a_request(url=a_url("/:id", variables={"id": "2"}))),
        (a_request(headers={"A": "1"}), a_request(headers={"A": "2"})),
        (a_request(body=a_raw_body("1")), a_request(body=a_raw_body("2"))),
    ],
)
def test_requests_that_a_call_can_tell_apart_are_not_the_same(one: Any, other: Any) -> None:
    reading = read(an_item(an_example(request=one, id="a"), an_example(request=other, id="b")))

    assert () == reading.report.findings
