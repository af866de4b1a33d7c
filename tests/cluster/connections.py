"""Which connections the pods really opened: each begins with a packet that the network's bridge carries.

The bridge of a Docker network is an interface of this machine. Who listens there hears every packet that goes from one
container to another, and the first of each TCP connection, SYN without ACK, says who opened it to whom. None is missed,
however short the connection was.
"""

import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from types import TracebackType
from typing import Final, Self

WAKE_SECONDS: Final = 0.2
"""How long leaving may take where there is no traffic."""

BUFFER_BYTES: Final = 64 * 1024 * 1024
"""What may wait while this process is busy; the kernel counts what found no room."""

_IPV4: Final = 0x0800
_TCP: Final = 6
_SYN, _ACK = 0x02, 0x10

# asm/socket.h and linux/if_packet.h; Python has no names for them.
_SO_RCVBUFFORCE: Final = 33
_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, _PACKET_STATISTICS, _PACKET_MR_PROMISC = 263, 1, 6, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Who opened a connection to which port."""

    source: str
    target: str
    port: int


class Observer:
    """Listens to a bridge until left, and keeps what it heard. It needs root."""

    def __init__(self, bridge: str) -> None:
        self.seen: set[Connection] = set()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_IPV4))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER_BYTES)
        self._socket.bind((bridge, 0))
        everything = struct.pack("iHH8s", socket.if_nametoindex(bridge), _PACKET_MR_PROMISC, 0, b"")
        self._socket.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, everything)
        self._socket.settimeout(WAKE_SECONDS)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="observer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._left.set()
        self._thread.join()
        self._socket.close()

    def missed(self) -> int:
        """Return how many packets found no room since this was last asked."""
        _, dropped = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        return int(dropped)

    def _listen(self) -> None:
        while not self._left.is_set():
            try:
                frame = self._socket.recv(128)
            except TimeoutError:
                continue
            if (opened := connection_opened_by(frame)) is not None:
                self.seen.add(opened)


def connection_opened_by(frame: bytes) -> Connection | None:
    """Return the connection that an Ethernet frame opens; None where it is another's, or no TCP over IPv4."""
    packet = frame[14:]
    if len(packet) < 20 or int.from_bytes(frame[12:14]) != _IPV4 or packet[9] != _TCP:
        return None
    segment = packet[(packet[0] & 0x0F) * 4 :]
    if len(segment) < 14 or segment[13] & (_SYN | _ACK) != _SYN:
        return None
    return Connection(
        source=str(IPv4Address(packet[12:16])),
        target=str(IPv4Address(packet[16:20])),
        port=int.from_bytes(segment[2:4]),
    )


def by_name(connections: set[Connection], names: Mapping[str, str]) -> set[tuple[str, str, int]]:
    """Return connections with names in the place of addresses, where they have one."""
    return {
        (names.get(each.source, each.source), names.get(each.target, each.target), each.port) for each in connections
    }
