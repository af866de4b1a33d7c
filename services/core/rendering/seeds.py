"""Seeded replies: chance that is the same for the same seed and call, and a clock that stands still.

The seed is that of the header `x-mock-seed`, else the mock's. An empty header turns the mock's seed off for one call.
What makes a call the same are method, path, query and body; its headers differ from client to client and day to day
(`date`, `user-agent`, trace ids). HEAD counts as GET, so that its headers are those of the body it leaves out.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain, count, islice
from typing import Final

from services.core.matching.call import Call
from services.core.matching.selectors import as_utf8
from services.core.rendering.sources import Sources

SEED_HEADER: Final = "x-mock-seed"

SEEDED_TIME: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""What seeded replies take for the present: some time that is easily known again."""


def settled(sources: Sources, call: Call) -> Sources:
    """Return the sources of the reply to a call: those given, unless there is a seed."""
    header = call.header(SEED_HEADER)
    seed = sources.seed if header is None else as_utf8(header)
    return replace(sources, now=_standing_clock, entropy=SeededEntropy(seed, call)) if seed else sources


def _standing_clock() -> datetime:
    return SEEDED_TIME


class SeededEntropy:
    """Chance that follows from a seed and a call, on every machine and with every version of Python."""

    __slots__ = ("_octets",)

    def __init__(self, seed: str, call: Call) -> None:
        """Take the seed and the call; neither is looked at before there is something to choose."""
        self._octets = chain.from_iterable(_blocks(seed, call))

    def random(self) -> float:
        """Return a number from 0 up to, not including, 1."""
        return self.getrandbits(53) / 2**53

    def getrandbits(self, bits: int, /) -> int:
        """Return an integer of so many random bits."""
        size = -(-bits // 8)
        return int.from_bytes(bytes(islice(self._octets, size))) >> (size * 8 - bits)


def _blocks(seed: str, call: Call) -> Iterator[bytes]:
    """Yield random bytes without end, 64 at a time."""
    key = _key(seed, call)
    for number in count():
        yield blake2b(number.to_bytes(8), key=key).digest()


def _key(seed: str, call: Call) -> bytes:
    method = "GET" if call.method == "HEAD" else call.method
    texts = [text.encode(errors="surrogatepass") for text in (seed, method, call.path, call.query)]
    digest = blake2b()
    for part in (*texts, call.body):
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()
