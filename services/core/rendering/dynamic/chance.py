"""Choices, made by the sources of a reply."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from services.core.rendering.sources import Entropy, Sources

Generator = Callable[[Sources], str]
"""Makes one value."""

Generators = Mapping[str, Generator]
"""Generators by the name of their variable, its `$` included."""

DIGITS: Final = "0123456789"
LOWER_HEX: Final = "0123456789abcdef"
LOWER: Final = "abcdefghijklmnopqrstuvwxyz"
UPPER: Final = LOWER.upper()

Choice = TypeVar("Choice")


def pick(entropy: Entropy, choices: Sequence[Choice]) -> Choice:
    """Return one of the choices, each as likely as the others."""
    return choices[int(entropy.random() * len(choices))]


def integer(entropy: Entropy, low: int, high: int) -> int:
    """Return an integer between the two, both included."""
    return low + int(entropy.random() * (high - low + 1))


def characters(entropy: Entropy, alphabet: str, count: int) -> str:
    """Return so many characters of an alphabet."""
    return "".join([pick(entropy, alphabet) for _ in range(count)])


def decimal(entropy: Entropy, low: int, high: int, *, places: int) -> str:
    """Return a number between the two, both included, with so many decimal places."""
    scale: int = 10**places
    return f"{integer(entropy, low * scale, high * scale) / scale:.{places}f}"


def some(choices: Sequence[str]) -> Generator:
    """Return what picks one of the choices."""
    return lambda sources: pick(sources.entropy, choices)


def numbers(low: int, high: int) -> Generator:
    """Return what picks an integer between the two, both included."""
    return lambda sources: str(integer(sources.entropy, low, high))


def strings(alphabet: str, count: int) -> Generator:
    """Return what makes texts of so many characters of an alphabet."""
    return lambda sources: characters(sources.entropy, alphabet, count)
