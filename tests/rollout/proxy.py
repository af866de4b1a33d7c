"""A virtual address in front of replicas, as kube-proxy makes one for a Service.

It works on connections: a new one goes to one of the replicas that are ready, and stays with it until either side
closes. It knows nothing of what is said on it, and tries nothing twice: a replica that refuses a connection is what the
client sees.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

Address = tuple[str, int]

CHUNK_BYTES = 65_536


@asynccontextmanager
async def virtual_address(ready: Callable[[], Sequence[Address]]) -> AsyncIterator[int]:
    """Pass connections on to the addresses that are ready, in turn, until left; yield the port."""
    turns = itertools.count()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        addresses = ready()
        try:
            host, port = addresses[next(turns) % len(addresses)]
            far_reader, far_writer = await asyncio.open_connection(host, port)
        except (OSError, ZeroDivisionError):
            writer.transport.abort()
            return
        await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()
