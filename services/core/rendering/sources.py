"""What a reply may be made of beside the example and the call: the time, and chance."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

IMAGES: Final = "http://placeimg.com/640/480"
"""Where the pictures of `$randomImageUrl` and its like lie: Postman's own address for them, whose host is no more."""


class Entropy(Protocol):
    """Chance. Python's `random.Random` is one."""

    def random(self) -> float:
        """Return a number from 0 up to, not including, 1."""

    def getrandbits(self, bits: int, /) -> int:
        """Return an integer of so many random bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where dynamic variables come from.

    now: tells the time, with its time zone.
    seed: the mock's, by which replies to the same call are the same; empty where each reply may differ.
    images: the URL that those of pictures begin with.
    """

    now: Callable[[], datetime]
    entropy: Entropy
    seed: str = ""
    images: str = IMAGES
