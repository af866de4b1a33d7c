"""Whatever a client sends, it gets an answer that says what is wrong, and the edge goes on."""

import asyncio

import pytest

from tests.builders import an_example, an_item
from tests.services.edge.suite import Edge, Suite

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOUND = an_item(an_example(url="https://api.example/a", body="found"))


@pytest.mark.parametrize(
    "path",
    ["/a?" + "&".join(f"k{number}=v" for number in range(10_000)), "/" + "x" * 100_000, "/" + "x/" * 10_000, "/%zz%"],
    ids=["10,000 parameters", "a long segment", "10,000 segments", "broken escapes"],
)
async def test_extreme_paths_are_answered_and_logged_whole(suite: Suite, edge: Edge, path: str) -> None:
    mock = await suite.mock(FOUND)

    head = f"GET /mocks/{mock.id}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    reply = await raw_reply(edge, head.encode())

    assert (b"200" if path.startswith("/a") else b"404") == reply.split(b" ")[1]
    (entry,) = await suite.logged(mock.id)
    assert path == entry.request.path


async def test_long_headers_and_many_headers_are_taken(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(FOUND)

    long = await edge.call(mock, "/a", headers={"x-long": "y" * 100_000})
    many = await edge.call(mock, "/a", headers={f"x-{number}": "y" for number in range(1_000)})

    assert [200, 200] == [long.status_code, many.status_code]


async def test_headers_beyond_ascii_are_read_as_latin_1(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(FOUND)

    reply = await edge.call(mock, "/a", headers=[(b"x-name", b"J\xf6rg")])

    assert 200 == reply.status_code
    (entry,) = await suite.logged(mock.id)
    assert ("x-name", "J\xf6rg") in entry.request.headers


@pytest.mark.parametrize(
    "request_bytes",
    [b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\0\0\r\n\r\n"],
)
async def test_what_is_no_http_is_refused_by_the_parser(edge: Edge, request_bytes: bytes) -> None:
    status = (await raw_reply(edge, request_bytes)).split(b" ")[1]

    assert b"400" == status


async def test_header_lines_without_end_are_refused(edge: Edge) -> None:
    reply = await raw_reply(edge, b"GET / HTTP/1.1\r\nHost: x\r\nx: " + b"y" * 700_000)

    assert reply.split(b" ")[1] in {b"400", b"431"}


async def test_an_absolute_target_and_http_1_0_reach_the_mock(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(FOUND)
    target = f"http://whatever.example/mocks/{mock.id}/a".encode()

    absolute = await raw_reply(edge, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    old = await raw_reply(edge, f"GET /mocks/{mock.id}/a HTTP/1.0\r\n\r\n".encode())

    assert absolute.startswith(b"HTTP/1.1 200")
    assert old.startswith(b"HTTP/1.1 200")
    assert old.endswith(b"found")


async def test_a_chunked_body_is_read(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(an_item(an_example(method="POST", url="https://api.example/a", body="found")))
    head = f"POST /mocks/{mock.id}/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"

    reply = await raw_reply(edge, head.encode() + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    assert reply.endswith(b"found")
    (entry,) = await suite.logged(mock.id)
    assert b"abcde" == entry.request.body.data


async def test_a_refused_body_for_an_unknown_mock_does_not_break_the_connection(edge: Edge) -> None:
    url = f"http://127.0.0.1:{edge.running.port}/mocks/c0ffee00-0000-4000-8000-00000000beef/a"

    reply = await edge.http.post(url, content=b"x" * (8 * 1024 * 1024))

    assert 404 == reply.status_code


async def test_calls_one_after_another_on_one_connection_are_answered(suite: Suite, edge: Edge) -> None:
    mock = await suite.mock(FOUND)
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.running.port)
    for _ in range(3):
        writer.write(f"GET /mocks/{mock.id}/a HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)

        assert head.startswith(b"HTTP/1.1 200")
        assert b"found" == await reader.readexactly(5)
    writer.close()


async def raw_reply(edge: Edge, request_bytes: bytes) -> bytes:
    """Send bytes and return everything that comes back until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.running.port)
    try:
        writer.write(request_bytes)
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()
