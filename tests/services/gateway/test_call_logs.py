"""The call log over the REST API, over entries as an edge ships them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.core.call_log import CallLogEntry, LoggedBody, LoggedReply, LoggedRequest, Outcome
from services.core.ids import CallLogEntryId, MockId
from tests.builders import a_collection
from tests.services.gateway.conftest import Caller, House

pytestmark = pytest.mark.asyncio(loop_scope="package")

NOW = datetime.now(UTC).replace(microsecond=123_000)

PARTS = "request.headers,request.body,response.headers,response.body"


@pytest_asyncio.fixture(loop_scope="package")
async def path(house: House, caller: Caller) -> str:
    """Return the path of the call log of a mock that was called five times, a minute apart, the last time just now."""
    await caller.api.post("/collections", json={"collection": a_collection(id="c-1")})
    mock = (await caller.api.post("/mocks", json={"mock": {"collection": "c-1"}})).json()["mock"]
    entries = [entry(caller, mock["id"], number) for number in range(4)]
    entries.append(entry(caller, mock["id"], 4, outcome=Outcome.UNMATCHED, method="POST", code=404, name="No match"))
    await house.as_service().calllog.append(entries)
    return f"/mocks/{mock['id']}/call-logs"


def entry(
    caller: Caller,
    mock_id: str,
    number: int,
    *,
    outcome: Outcome = Outcome.MATCHED,
    method: str = "GET",
    code: int = 200,
    name: str = "Found",
) -> CallLogEntry:
    return CallLogEntry(
        id=CallLogEntryId(f"{mock_id}-{number:04}"),
        account_id=caller.account.id,
        mock_id=MockId(mock_id),
        serve_time=NOW - timedelta(minutes=4 - number),
        outcome=outcome,
        response_name=name,
        request=LoggedRequest(method=method, path=f"/items/{number}?full=1", headers=(("accept", "*/*"),)),
        reply=LoggedReply(
            status_code=code,
            headers=(("content-type", "application/json"),),
            body=LoggedBody(data=b'{"id": 7}', size_bytes=9),
        ),
    )


def numbers(reply: httpx.Response) -> Sequence[int]:
    assert 200 == reply.status_code, reply.text
    return [int(each["id"][-4:]) for each in reply.json()["call-logs"]]


async def test_the_newest_call_comes_first_and_parts_are_left_out(api: httpx.AsyncClient, path: str) -> None:
    reply = await api.get(path)

    newest = reply.json()["call-logs"][0]
    assert [4, 3, 2, 1, 0] == numbers(reply)
    assert ["call-logs", "meta"] == list(reply.json())
    assert {"nextCursor": None} == reply.json()["meta"]
    assert ["id", "responseName", "servedAt", "request", "response"] == list(newest)
    assert {"method": "POST", "path": "/items/4?full=1"} == newest["request"]
    assert {"type": "error", "statusCode": 404} == newest["response"]
    assert NOW.strftime("%Y-%m-%dT%H:%M:%S.123Z") == newest["servedAt"]


async def test_parts_are_there_for_who_asks(api: httpx.AsyncClient, path: str) -> None:
    entries = (await api.get(path, params={"include": PARTS})).json()["call-logs"]

    request, response = entries[1]["request"], entries[1]["response"]
    assert ["method", "path", "headers", "body"] == list(request)
    assert ([{"key": "accept", "value": "*/*"}], {"mode": "raw", "data": ""}) == (request["headers"], request["body"])
    assert ["type", "statusCode", "headers", "body"] == list(response)
    assert {"data": '{"id": 7}'} == response["body"]
    assert {"content": "", "type": "text/plain"} == response["headers"][0]["description"]


async def test_cursors_lead_through_all_pages(api: httpx.AsyncClient, path: str) -> None:
    seen: list[int] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        reply = await api.get(path, params=query)
        seen += numbers(reply)
        if (cursor := reply.json()["meta"]["nextCursor"]) is None:
            break
        query["cursor"] = cursor

    assert [4, 3, 2, 1, 0] == seen


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sort": "servedAt", "direction": "ASC"}, [0, 1, 2, 3, 4]),
        ({"responseStatusCode": "404"}, [4]),
        ({"responseType": "Success"}, [3, 2, 1, 0]),
        ({"responseType": "error"}, [4]),
        ({"requestMethod": "post"}, [4]),
        ({"requestPath": "/ITEMS/2?full=1"}, [2]),
        ({"requestPath": "/items/2"}, []),
        ({"since": (NOW - timedelta(minutes=1)).isoformat()}, [4, 3]),
        ({"until": (NOW - timedelta(minutes=3)).isoformat()}, [1, 0]),
        ({"since": (NOW - timedelta(minutes=2)).isoformat(), "responseType": "success"}, [3, 2]),
    ],
)
async def test_filters_keep_what_fits(
    api: httpx.AsyncClient, path: str, query: dict[str, str], expected: list[int]
) -> None:
    assert expected == numbers(await api.get(path, params=query))


async def test_a_cursor_of_other_filters_or_of_nobody_is_invalid(api: httpx.AsyncClient, path: str) -> None:
    cursor = (await api.get(path, params={"limit": 1})).json()["meta"]["nextCursor"]

    for query in ({"cursor": cursor, "requestMethod": "GET"}, {"cursor": "bm9wZQ"}, {"cursor": "%%%é"}):
        reply = await api.get(path, params={"limit": 1, **query})

        assert 400 == reply.status_code
        assert {
            "type": "https://api.postman.com/problems/bad-request",
            "title": "Malformed request",
            "detail": "Invalid cursor",
            "status": 400,
        } == reply.json()
        assert reply.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "invalidParamsError"),
        ("limit=101", "invalidParamsError"),
        ("since=soon", "invalidParamsError"),
        ("since=2026-02-01&until=2026-01-01", "invalidParamsError"),
        ("responseType=maybe", "invalidParamsError"),
        ("responseStatusCode=ok", "invalidParamsError"),
        ("include=cookies", "invalidParamsError"),
        ("sort=servedAt", "paramMissingError"),
        ("direction=asc", "paramMissingError"),
        ("sort=name&direction=asc", "invalidParamsError"),
        ("requestPath=%00", "invalidParamsError"),
    ],
)
async def test_a_parameter_that_makes_no_sense_is_refused(
    api: httpx.AsyncClient, path: str, query: str, name: str
) -> None:
    reply = await api.get(f"{path}?{query}")

    assert (400, name) == (reply.status_code, reply.json()["error"]["name"])


async def test_nobody_looks_beyond_the_retention(api: httpx.AsyncClient, path: str) -> None:
    reply = await api.get(path, params={"since": (NOW - timedelta(days=31)).isoformat()})

    assert 400 == reply.status_code
    assert {
        "error": {
            "name": "invalidParamsError",
            "message": "Invalid value for parameter: since. Cannot view logs beyond the call log retention period "
            "based on your plan i.e. 30 days.",
        }
    } == reply.json()
