"""Ports for servers that must be told theirs before they start."""

import random
import socket

PORTS = range(20_000, 32_000)
"""Below those that the system hands out by itself: it would give one away between now and its use."""

_chance = random.SystemRandom()  # Workers of one run draw apart, whatever else is seeded.


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on just now."""
    ports: list[int] = []
    while len(ports) < count:
        port = _chance.choice(PORTS)
        if port not in ports and _is_free(port):
            ports.append(port)
    return ports


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
