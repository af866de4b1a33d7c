"""JSON as bodies are compared by: a tree that is equal to another where both say the same.

Keys have no order, arrays have one. Numbers are equal by value, however they are spelled: `1`, `1.0` and `10e-1` are
one number, and `12345678901234567890` is not `12345678901234567891`, as it would be with floats. Nothing is taken for
something of another type. Of duplicate keys the last wins, as with JavaScript's `JSON.parse`.

Two trees are compared by their digests: the hash of one spelling that all equal trees share. So a body is read once,
and then found among ten thousand others by one look.
"""

import json
import math
from hashlib import blake2b
from typing import Final, Never

from services.core.errors import InvalidInput
from services.core.postman.document import MAX_DEPTH, BigNumber, JsonValue, check_depth, json_text

Place = tuple[str | int, ...]
"""The way to a value in a tree: keys and numbers."""

PLAIN_DIGITS: Final = 20
"""Up to so many digits a number without fraction is spelled out; longer ones are kept as digits and exponent. Else
`1e999999` would be written as a million digits."""

LONGEST_EXPONENT: Final = 18
"""Digits of an exponent that is calculated with. Numbers beyond are equal only when they are spelled the same."""


LONGEST_FLOAT: Final = 26
"""Characters that a float may have; what is longer is none exactly, and reading it as one takes long."""


def parse_json(text: str) -> tuple[JsonValue] | None:
    """Return the one value of a JSON text; None where it is none, or is nested too deep to be compared.

    Short integers are int, numbers with a fraction that are spelled as Python would are float, all others BigNumber.
    """
    try:
        tree: JsonValue = _DECODER.decode(text)
        if text.count("[") + text.count("{") > MAX_DEPTH:
            check_depth(tree)
    except (ValueError, RecursionError, InvalidInput):
        return None
    return (tree,)


def spelling_of(tree: JsonValue) -> str:
    """Return the one spelling that all equal trees share, and no other."""
    try:
        return _PLAIN.encode(tree)
    except TypeError:
        return _spelled_with_care(tree)


def digest_of(spelling: str) -> bytes:
    """Return the hash of a spelling."""
    return blake2b(spelling.encode(errors="surrogatepass"), digest_size=16).digest()


def captured_text(value: JsonValue) -> str:
    """Return what a variable inserts for a value: text as it is, everything else as compact JSON."""
    return value if isinstance(value, str) else json_text(value)


_PLAIN: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))


def _spelled_with_care(tree: JsonValue) -> str:
    """Return the spelling of a tree with numbers that are neither int nor float.

    It is JSON with `NaN` for each, and the numbers behind it. No tree holds NaN, and no line of JSON breaks.
    """
    numbers: list[str] = []

    def number(value: object) -> int | float:
        plain = _plain(value.text) if isinstance(value, BigNumber) else ""
        if not isinstance(plain, str):
            return plain
        numbers.append(plain)
        return math.nan

    text = json.dumps(
        tree, default=number, ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
    )
    return "\n".join((text, *numbers)) if numbers else text


def _plain(number: str) -> float | str:
    """Return the int or float that is the very value of a number; where there is none, its digits and exponent."""
    reduced = _reduced(number)
    if isinstance(reduced, int) or len(reduced) > LONGEST_FLOAT:
        return reduced
    nearest = float(reduced)
    return nearest if math.isfinite(nearest) and _reduced(repr(nearest)) == reduced else reduced


def _reduced(number: str) -> int | str:
    """Return the value of a number: as an integer where it is a short one, else as digits and exponent."""
    mantissa, _, power = number.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("-0")
    significant = digits.rstrip("0")
    if not significant:
        return 0
    if len(power) > LONGEST_EXPONENT:
        return number
    exponent = int(power or "0") - len(fraction) + len(digits) - len(significant)
    sign = "-" if number.startswith("-") else ""
    if exponent >= 0 and len(significant) + exponent <= PLAIN_DIGITS:
        return int(sign + significant + "0" * exponent)
    return f"{sign}{significant}e{exponent}"


def _read_int(text: str) -> int | BigNumber:
    return int(text) if len(text) <= PLAIN_DIGITS else BigNumber(text)


def _read_float(text: str) -> float | BigNumber:
    value = float(text) if len(text) <= LONGEST_FLOAT else math.inf
    return value if repr(value) == text and not value.is_integer() else BigNumber(text)


def _refuse_constant(_: str) -> Never:
    """Refuse `NaN` and `Infinity`, which are no JSON."""
    raise ValueError


_DECODER: Final = json.JSONDecoder(parse_float=_read_float, parse_int=_read_int, parse_constant=_refuse_constant)
