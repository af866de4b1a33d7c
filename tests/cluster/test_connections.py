"""The reading of packets."""

from ipaddress import IPv4Address

import pytest

from tests.cluster.connections import Connection, by_name, connection_opened_by

SYN, SYN_ACK, ACK, FIN_ACK, SYN_WITH_ECN = 0x02, 0x12, 0x10, 0x11, 0xC2

TCP, UDP = 6, 17


def a_frame(*, flags: int = SYN, protocol: int = TCP, options: bytes = b"", kind: int = 0x0800) -> bytes:
    """Return a frame from 172.19.0.3 to port 7000 of 172.19.0.2; `options` are those of its IP header."""
    ethernet = bytes(12) + kind.to_bytes(2)
    header = bytearray(20)
    header[0] = 0x40 | (5 + len(options) // 4)
    header[9] = protocol
    header[12:20] = IPv4Address("172.19.0.3").packed + IPv4Address("172.19.0.2").packed
    segment = (40_000).to_bytes(2) + (7_000).to_bytes(2) + bytes(9) + bytes([flags]) + bytes(6)
    return ethernet + bytes(header) + options + segment


@pytest.mark.parametrize("options", [b"", bytes(8)], ids=["plain", "with options in its IP header"])
@pytest.mark.parametrize("flags", [SYN, SYN_WITH_ECN])
def test_the_first_packet_of_a_connection_tells_who_opened_it(flags: int, options: bytes) -> None:
    opened = connection_opened_by(a_frame(flags=flags, options=options))

    assert Connection(source="172.19.0.3", target="172.19.0.2", port=7_000) == opened


@pytest.mark.parametrize(
    "frame",
    [
        a_frame(flags=SYN_ACK),
        a_frame(flags=ACK),
        a_frame(flags=FIN_ACK),
        a_frame(protocol=UDP),
        a_frame(kind=0x0806),
        a_frame()[:40],
        b"",
    ],
    ids=["answer", "in between", "last", "UDP", "ARP", "cut off", "empty"],
)
def test_every_other_packet_opens_nothing(frame: bytes) -> None:
    assert connection_opened_by(frame) is None


def test_addresses_without_a_name_keep_their_numbers() -> None:
    seen = {Connection(source="172.19.0.3", target="172.19.0.2", port=7_000)}

    assert {("edge", "172.19.0.2", 7_000)} == by_name(seen, {"172.19.0.3": "edge"})
