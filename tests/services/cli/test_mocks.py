"""`understudy mocks`, `call` and `logs`: making mocks, changing them, calling them and looking at the calls."""

import re
import uuid
from typing import Any

import httpx
import pytest

from tests.e2e.suite import Suite, eventually
from tests.services.cli.command import Understudy

SHOP_ID = "5ca1ab1e-0000-4000-8000-0000005e11e5"


@pytest.fixture
def mock(understudy: Understudy) -> str:
    """Return the name of a new mock of the demo collection."""
    name = f"mock {uuid.uuid4()}"
    understudy.json("mocks", "create", SHOP_ID, "--name", name)
    return name


def test_a_mock_is_made_of_a_collection_that_is_named(understudy: Understudy) -> None:
    made = understudy.json(
        "mocks", "create", "Small shop", "--name", "Named", "--delay", "3g", "--match-header", "X-Tenant"
    )

    assert SHOP_ID == made["collection_id"]
    assert {"duration_seconds": 0.1, "preset": "2"} == made["config"]["delay"]
    assert ["X-Tenant"] == made["config"]["match_settings"]["match_headers"]
    assert httpx.get(made["url"] + "/status").json() == {"status": "open"}


def test_a_mock_is_listed_in_a_table_with_whole_ids_and_urls(understudy: Understudy, mock: str) -> None:
    shown = understudy.json("mocks", "get", mock)

    lines = understudy("mocks", "list").output.splitlines()

    assert ["NAME", "ID", "STATE", "URL"] == lines[0].split()
    assert [mock, shown["id"], "public", shown["url"]] == re.split(r" {2,}", next(row for row in lines if mock in row))


def test_what_is_not_named_in_an_update_stays_as_it_is_and_an_empty_value_takes_away(
    understudy: Understudy, mock: str
) -> None:
    understudy.json(
        "mocks", "update", mock, "--delay", "250", "--match-header", "Accept", "--match-body", "--seed", "7"
    )

    renamed = understudy.json("mocks", "update", mock, "--delay", "")

    assert renamed["config"]["delay"] is None
    assert ["Accept"] == renamed["config"]["match_settings"]["match_headers"]
    assert renamed["config"]["match_settings"]["match_body"] is True
    assert renamed["config"]["seed"] == "7"
    assert mock == renamed["name"]


def test_a_mock_is_made_with_a_seed_which_an_empty_one_takes_away(understudy: Understudy) -> None:
    made = understudy.json("mocks", "create", SHOP_ID, "--name", "Seeded", "--seed", "release 12")
    shown = understudy("mocks", "get", "Seeded").output
    changed = understudy.json("mocks", "update", "Seeded", "--seed", "")

    assert "release 12" == made["config"]["seed"]
    assert "release 12" in shown
    assert "" == changed["config"]["seed"]


def test_a_mock_pinned_to_a_tag_goes_on_answering_the_old_example(understudy: Understudy) -> None:
    understudy.json("collections", "tag", SHOP_ID, "v1")

    pinned = understudy.json("mocks", "create", SHOP_ID, "--name", "Pinned", "--tag", "v1")

    assert pinned["release_tag"] == "v1"
    assert ["v1"] == [tag["name"] for tag in understudy.json("collections", "tags", SHOP_ID)]
    assert httpx.get(pinned["url"] + "/status").is_success


def test_an_unpublished_mock_needs_a_key_which_call_sends(understudy: Understudy, mock: str) -> None:
    private = understudy.json("mocks", "unpublish", mock)

    refused = eventually(lambda: status_is(401, private["url"] + "/status"))
    called = understudy.json("call", mock, "GET", "/status")

    assert refused == 401
    assert (200, '{\n  "status": "open"\n}') == (called["status_code"], called["body"])
    assert understudy.json("mocks", "publish", mock)["visibility"] == "public"
    assert eventually(lambda: status_is(200, private["url"] + "/status")) == 200


def test_call_sends_what_it_is_told_and_shows_status_headers_and_body(understudy: Understudy, mock: str) -> None:
    shown = understudy("call", mock, "get", "products/abc?x=1", "-H", "x-mock-response-code: 200").output
    closed = understudy.json("call", mock, "GET", "/status", "-H", "x-mock-response-code: 503")
    ordered = understudy.json("call", mock, "POST", "/orders", "-d", '{"productId": "sencha", "quantity": 2}')

    assert shown.startswith("HTTP/1.1 200")
    assert "\ncache-control: max-age=60\n" in shown.lower()
    assert '\n  "id": "abc",\n' in shown
    assert closed["status_code"] == 503
    assert ordered["status_code"] == 201


def test_calls_are_listed_oldest_first_and_can_be_searched(understudy: Understudy, mock: str) -> None:
    understudy("call", mock, "GET", "/products/abc")
    understudy("call", mock, "GET", "/nowhere/at/all")

    entries = eventually(lambda: logged(understudy, mock, 2))
    found = understudy("logs", mock, "--search", "NOWHERE").output.splitlines()

    assert ["/products/abc", "/nowhere/at/all"] == [entry["request"]["path"] for entry in entries]
    assert ["matched", "unmatched"] == [entry["outcome"] for entry in entries]
    assert entries[0]["response_name"] == "A product"
    assert ["TIME", "CODE", "METHOD", "PATH", "OUTCOME", "ANSWERED", "WITH"] == found[0].split()
    assert "404" in found[1]
    assert len(found) == 2


def test_a_mock_without_calls_says_how_to_make_one(understudy: Understudy, mock: str) -> None:
    url = understudy.json("mocks", "get", mock)["url"]

    assert f"No call has come in yet: try `curl {url}`.\n" == understudy("logs", mock).output


def test_the_url_is_written_into_an_environment_which_is_made_where_it_is_missing(understudy: Understudy) -> None:
    first = understudy.json("mocks", "create", SHOP_ID, "--name", "First", "--save-url-to", "Local: dev:baseUrl")
    second = understudy.json("mocks", "create", SHOP_ID, "--name", "Second", "--save-url-to", "Local: dev:other")

    variables = understudy.json("environments", "get", "Local: dev")["variables"]

    assert {"baseUrl": first["url"], "other": second["url"]} == {each["key"]: each["value"] for each in variables}


def test_a_name_that_several_have_is_answered_with_their_ids(understudy: Understudy) -> None:
    twins = [understudy.json("mocks", "create", SHOP_ID, "--name", "Twin")["id"] for _ in range(2)]

    ran = understudy("mocks", "get", "Twin")

    assert ran.code == 1
    assert f"Error: mock: 2 have the name 'Twin'. Say which by its id: {twins[0]}, {twins[1]}.\n" == ran.errors


def test_a_deleted_mock_is_gone(understudy: Understudy, mock: str) -> None:
    deleted = understudy("mocks", "delete", mock)

    assert deleted.output.startswith(f"Deleted the mock '{mock}' (")
    assert understudy("mocks", "get", mock).code == 1


def test_a_stale_etag_is_refused(understudy: Understudy, mock: str) -> None:
    etag = understudy.json("mocks", "get", mock)["etag"]
    understudy.json("mocks", "update", mock, "--delay", "10")

    ran = understudy("mocks", "update", mock, "--delay", "20", "--etag", etag)

    assert ran.code == 1
    assert "changed since you read it" in ran.errors


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--delay", "soon"], "--delay: 'soon' is no delay. Write milliseconds (1 to 180000), 2g or 3g."),
        (["--save-url-to", "Local"], "--save-url-to: 'Local' names no variable. Write ENVIRONMENT:VARIABLE."),
        (["--environment", "nowhere"], "There is no environment 'nowhere' that you may see."),
    ],
)
def test_what_is_wrong_with_a_new_mock_is_said(understudy: Understudy, arguments: list[str], error: str) -> None:
    ran = understudy("mocks", "create", SHOP_ID, *arguments)

    assert (1, f"Error: {error}\n") == (ran.code, ran.errors)


def test_a_delay_out_of_range_is_refused_by_the_field(understudy: Understudy) -> None:
    ran = understudy("mocks", "create", SHOP_ID, "--delay", "180001")

    assert ran.code == 1
    assert "delay" in ran.errors
    assert "Traceback" not in ran.errors


def test_a_mock_of_a_collection_that_is_not_there_is_refused(understudy: Understudy, up: Suite) -> None:
    ran = understudy(
        "mocks", "create", "no-such-collection", UNDERSTUDY_SERVER=up.grpc_target, UNDERSTUDY_API_KEY=up.api_key
    )

    assert (1, "Error: There is no collection 'no-such-collection' that you may see.\n") == (ran.code, ran.errors)


def status_is(expected: int, url: str) -> int:
    status = httpx.get(url).status_code
    assert expected == status
    return status


def logged(understudy: Understudy, mock: str, count: int) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = understudy.json("logs", mock)
    assert count == len(entries)
    return entries
