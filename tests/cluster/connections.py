"""Which connections the pods really opened, read from the kernel's tables of sockets.

The tables of a pod's network lie under `/proc/<pid>/net` of any of its processes. A connection that was closed stays
in the table of the end that closed it first, as TIME_WAIT, for a minute: looking often enough, we miss none.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from types import TracebackType
from typing import Final, Self

LOOK_SECONDS: Final = 0.5

_LISTENING: Final = "0A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """A line of the table: addresses without IPv6's disguise for IPv4."""

    local_address: str
    local_port: int
    remote_address: str
    remote_port: int
    is_listening: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Who opened a connection to which port."""

    source: str
    target: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A pod's network: a process in it, and the ports that are known to be served there."""

    process: int
    ports: frozenset[int]


class Observer:
    """Looks at the pods' tables until left, and keeps what it saw."""

    def __init__(self, places: Callable[[], list[Place]]) -> None:
        self.seen: set[Connection] = set()
        self._places = places
        self._listening: dict[int, frozenset[int]] = {}
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="observer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._left.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._left.wait(LOOK_SECONDS):
            for place in self._places():
                self._look(place)

    def _look(self, place: Place) -> None:
        sockets = list(sockets_of(place.process))
        listening = frozenset(each.local_port for each in sockets if each.is_listening)
        served = self._listening.get(place.process, frozenset()) | listening | place.ports
        self._listening[place.process] = served
        self.seen.update(connections_in(sockets, served))


def sockets_of(process: int) -> Iterator[Socket]:
    """Yield the TCP sockets of a process's network; none where it has just ended."""
    for name in ("tcp", "tcp6"):
        try:
            table = Path(f"/proc/{process}/net/{name}").read_text("ascii")
        except (FileNotFoundError, ProcessLookupError):
            return
        yield from sockets_in(table)


def sockets_in(table: str) -> Iterator[Socket]:
    """Yield the sockets of a table as the kernel writes it."""
    for line in table.splitlines()[1:]:
        _, local, remote, state, *_ = line.split()
        (local_address, local_port), (remote_address, remote_port) = _end(local), _end(remote)
        yield Socket(
            local_address=local_address,
            local_port=local_port,
            remote_address=remote_address,
            remote_port=remote_port,
            is_listening=state == _LISTENING,
        )


def connections_in(sockets: list[Socket], served: frozenset[int]) -> Iterator[Connection]:
    """Yield what came in at the served ports, and what went out from the others; not what stayed inside."""
    for each in sockets:
        if each.is_listening or ip_address(each.remote_address).is_loopback:
            continue
        if each.local_port in served:
            yield Connection(source=each.remote_address, target=each.local_address, port=each.local_port)
        else:
            yield Connection(source=each.local_address, target=each.remote_address, port=each.remote_port)


def by_name(connections: set[Connection], names: Mapping[str, str]) -> set[tuple[str, str, int]]:
    """Return connections with names in the place of addresses, where they have one."""
    return {
        (names.get(each.source, each.source), names.get(each.target, each.target), each.port) for each in connections
    }


def _end(text: str) -> tuple[str, int]:
    """Read an end such as `0100007F:1F90`: the address in words of four bytes, each in the machine's order."""
    address, port = text.split(":")
    words = bytes.fromhex(address)
    straight = b"".join(words[start : start + 4][::-1] for start in range(0, len(words), 4))
    where = IPv4Address(straight) if len(straight) == 4 else IPv6Address(straight)
    plain = getattr(where, "ipv4_mapped", None) or where
    return str(plain), int(port, 16)
