"""The reading of the kernel's tables of sockets."""

import os
import socket

from tests.cluster.connections import Connection, connections_in, sockets_in, sockets_of

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

TABLE = HEAD + (
    "   0: 00000000:1B58 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1\n"
    "   1: 020013AC:1B58 030013AC:9C40 01 00000000:00000000 00:00000000 00000000 0 0 2\n"
    "   2: 020013AC:C350 040013AC:1538 06 00000000:00000000 00:00000000 00000000 0 0 0\n"
    "   3: 0100007F:C351 0100007F:1B58 01 00000000:00000000 00:00000000 00000000 0 0 3\n"
)

TABLE_OF_SIX = HEAD + (
    "   0: 0000000000000000FFFF0000020013AC:1B58 0000000000000000FFFF0000050013AC:9C41 01 0:0 00:0 0 0 0 4\n"
)


def test_what_came_in_and_what_went_out_are_told_apart_by_the_served_port() -> None:
    served = frozenset({7000})

    assert [
        Connection(source="172.19.0.3", target="172.19.0.2", port=7000),
        Connection(source="172.19.0.2", target="172.19.0.4", port=5432),
    ] == [*connections_in([*sockets_in(TABLE)], served)]


def test_addresses_of_ipv4_are_seen_through_their_disguise() -> None:
    assert [Connection(source="172.19.0.5", target="172.19.0.2", port=7000)] == [
        *connections_in([*sockets_in(TABLE_OF_SIX)], frozenset({7000}))
    ]


def test_the_sockets_of_a_running_process_are_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert [port] == [each.local_port for each in sockets_of(os.getpid()) if each.local_port == port]


def test_a_process_that_is_gone_has_no_sockets() -> None:
    assert [] == [*sockets_of(0)]
