"""HTTP/1.1 over connections that are kept, as a proxy keeps those to what is behind it.

The connection used last is used first again, and one that the server was seen to close is not used any more; so does
nginx. Libraries' clients do all that too, but at hundreds of calls a second they would take a whole core.
"""

import asyncio
from collections.abc import Iterable, Mapping

LONGEST_HEAD_BYTES = 65_536

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Broken(Exception):
    """The connection ended before the reply did."""


class Connections:
    """The connections to one address."""

    def __init__(self, host: str, port: int) -> None:
        """Take the address."""
        self._host = host
        self._port = port
        self._idle: list[Stream] = []

    async def exchange(
        self, method: str, target: str, headers: Iterable[tuple[str, str]], content: bytes, *, is_kept: bool
    ) -> tuple[int, bytes]:
        """Make one call and return the reply's status and body; a connection is kept unless either side says otherwise.

        Raises Broken or OSError where no whole reply came.
        """
        reader, writer = await self._connected(is_kept=is_kept)
        try:
            writer.write(_head(method, target, headers, len(content), is_kept=is_kept) + content)
            status, answered = await _read_head(reader)
            body = await reader.readexactly(int(answered.get("content-length", "0")))
        except asyncio.IncompleteReadError as error:
            writer.close()
            raise Broken(f"after {error.partial[:80]!r}") from error
        except BaseException:
            writer.close()
            raise
        if is_kept and answered.get("connection", "").lower() != "close":
            self._idle.append((reader, writer))
        else:
            writer.close()
        return status, body

    def close(self) -> None:
        """Close the idle connections."""
        for _, writer in self._idle:
            writer.close()

    async def _connected(self, *, is_kept: bool) -> Stream:
        while is_kept and self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port, limit=LONGEST_HEAD_BYTES)


def _head(method: str, target: str, headers: Iterable[tuple[str, str]], length: int, *, is_kept: bool) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "host: mocks.test", *(f"{name}: {value}" for name, value in headers)]
    if length:
        lines += ["content-type: application/json", f"content-length: {length}"]
    if not is_kept:
        lines.append("connection: close")
    return "\r\n".join((*lines, "", "")).encode()


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, Mapping[str, str]]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split(" ", 2)[1]), {name.lower(): value for name, value in headers.items()}
