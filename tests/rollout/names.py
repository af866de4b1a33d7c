"""A name server that answers with the ready replicas of a service, as a cluster's does for a headless Service."""

import asyncio
import ipaddress
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, cast

LIFETIME_SECONDS: Final = 1
"""A cluster's name server says 5 to 30; gRPC looks a name up anew whatever it says."""

ADDRESS: Final = 1
"""The type of a record that holds an IPv4 address (RFC 1035, 3.2.2)."""

INTERNET: Final = 1

ANSWERED: Final = 0x8580
"""The flags of an answer: authoritative, recursion desired and available, no error."""

HEADER: Final = struct.Struct("!HHHHHH")
RECORD: Final = struct.Struct("!HHHIH")

NAME_IN_QUESTION: Final = 0xC000 | HEADER.size
"""Points to the name in the question, which follows the header (4.1.4)."""

AddressesOf = Callable[[str], Sequence[str]]
"""Returns the addresses of a name."""


@asynccontextmanager
async def name_server(addresses_of: AddressesOf) -> AsyncIterator[int]:
    """Answer questions about names on UDP until left, and yield the port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Names(addresses_of), local_addr=("127.0.0.1", 0))
    try:
        yield int(transport.get_extra_info("sockname")[1])
    finally:
        transport.close()


class _Names(asyncio.DatagramProtocol):
    def __init__(self, addresses_of: AddressesOf) -> None:
        self._addresses_of = addresses_of
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._transport is not None
        self._transport.sendto(_answer(data, self._addresses_of), addr)


def _answer(question: bytes, addresses_of: AddressesOf) -> bytes:
    number = HEADER.unpack_from(question)[0]
    name, end = _name_at(question, HEADER.size)
    (kind,) = struct.unpack_from("!H", question, end)
    addresses = addresses_of(name) if kind == ADDRESS else ()
    header = HEADER.pack(number, ANSWERED, 1, len(addresses), 0, 0)
    return header + question[HEADER.size : end + 4] + b"".join(map(_record, addresses))


def _name_at(message: bytes, place: int) -> tuple[str, int]:
    """Return the name that begins there, and where it ends (4.1.2)."""
    labels = []
    while length := message[place]:
        labels.append(message[place + 1 : place + 1 + length].decode())
        place += 1 + length
    return ".".join(labels), place + 1


def _record(address: str) -> bytes:
    packed = ipaddress.IPv4Address(address).packed
    return RECORD.pack(NAME_IN_QUESTION, ADDRESS, INTERNET, LIFETIME_SECONDS, len(packed)) + packed
