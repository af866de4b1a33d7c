"""The query step: what a saved query asks for, what a sent one gives, and what their likeness is worth.

Parameters are compared key by key, after form-decoding: `+` and `%20` are a blank. (Postman's documentation, "How a
Postman mock server matches requests to saved examples", step 5; the terms are its own.)

    match     the key is on both sides, with the same values in any order
    partial   the key is on both sides, with different values
    missing   the key is on one side only

    all match            +10
    at least one does    +10 * matches / (matches + partials + missing)
    none does            -1 for each that is missing, -10 at most

No parameters on either side is "all match". So a call without parameters prefers the example without any, and an
unknown parameter costs the example that would fit without it something, but does not rule it out.

Points are fractions, and scores are compared as fractions: 70 + 20/3 and 75 + 5/3 are equal, their floats are not.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from services.core.matching.segments import percent_decoded
from services.core.postman.collection import QueryParameter
from services.core.rendering.template import TOKEN

TERMS: Final = (
    ("all parameters match, or there are none on either side", "+10"),
    ("at least one matches", "+10 * matches / (matches + partials + missing)"),
    ("none matches", "-1 for each that is missing, -10 at most"),
)
"""What queries are worth, in the words of the page for users (`algorithm.py`)."""

BONUS: Final = 10
MAX_MALUS: Final = 10


class QueryScore(NamedTuple):
    """How alike two queries are, in numbers of keys."""

    matches: int
    partials: int
    missing: int

    @property
    def fraction(self) -> tuple[int, int]:
        """Return the points as numerator and denominator."""
        matches, partials, missing = self
        if not (partials or missing):
            return BONUS, 1
        if matches:
            return BONUS * matches, matches + partials + missing
        return -min(missing, MAX_MALUS), 1


class Expected(NamedTuple):
    """What a saved query asks of one key: the values that are given, sorted, and how many may be anything."""

    values: tuple[str, ...]
    wildcards: int

    def fits(self, sent: tuple[str, ...]) -> bool:
        """Tell whether the sent values of the key, sorted, are a match."""
        if not self.wildcards:
            return self.values == sent
        return len(sent) == len(self.values) + self.wildcards and not Counter(self.values) - Counter(sent)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleQuery:
    """A saved query: what it asks of each key, and the names of the variables that may be anything."""

    expected: Mapping[str, Expected]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def score(self, call: "CallQuery") -> QueryScore:
        """Return how alike this query and the sent one are."""
        matches = partials = 0
        for key, expected in self.expected.items():
            sent = call.values.get(key)
            if sent is not None:
                if expected.fits(sent):
                    matches += 1
                else:
                    partials += 1
        shared = matches + partials
        return QueryScore(matches, partials, len(self.expected) + len(call.values) - 2 * shared)

    def captures(self, call: "CallQuery") -> dict[str, str]:
        """Return what the variables take from the keys that match; of a name that occurs twice, the first taken."""
        captures: dict[str, str] = {}
        for key, names in self.names.items():
            expected = self.expected[key]
            if key in call.values and expected.fits(call.values[key]):
                for name, value in zip(names, _rest(call.received[key], expected.values), strict=True):
                    captures.setdefault(name, value)
        return captures


def _rest(received: Iterable[str], given: Iterable[str]) -> list[str]:
    """Return the received values without the given ones, in the order received."""
    left, rest = Counter(given), list[str]()
    for value in received:
        if left[value]:
            left[value] -= 1
        else:
            rest.append(value)
    return rest


NO_QUERY: Final = ExampleQuery(expected={})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuery:
    """A sent query: the decoded values of each key, sorted, and in the order received."""

    values: Mapping[str, tuple[str, ...]]
    received: Mapping[str, tuple[str, ...]]


NOTHING_SENT: Final = CallQuery(values={}, received={})


def read_call_query(query: str) -> CallQuery:
    """Return the parameters of a raw query; those with an empty key do not count."""
    if not query:
        return NOTHING_SENT
    received: dict[str, list[str]] = {}
    for parameter in query.split("&"):
        key, _, value = parameter.partition("=")
        if key:
            received.setdefault(form_decoded(key), []).append(form_decoded(value))
    return CallQuery(
        values={key: tuple(sorted(values)) for key, values in received.items()},
        received={key: tuple(values) for key, values in received.items()},
    )


def prepare_query(parameters: Iterable[QueryParameter], *, has_wildcards: bool = True) -> ExampleQuery:
    """Return what saved parameters, variables in them replaced, ask for.

    Left out are disabled ones, those with an empty key and those whose key is an unresolved variable. A value that is
    one unresolved variable may be anything, unless the mock takes wildcards literally.
    """
    values: dict[str, list[str]] = {}
    names: dict[str, list[str]] = {}
    for parameter in parameters:
        if parameter.is_disabled or not parameter.key or TOKEN.fullmatch(parameter.key):
            continue
        key, value = form_decoded(parameter.key), parameter.value or ""
        given = values.setdefault(key, [])
        wildcard = TOKEN.fullmatch(value) if has_wildcards else None
        if wildcard:
            names.setdefault(key, []).append(wildcard[1])
        else:
            given.append(form_decoded(value))
    if not values:
        return NO_QUERY
    return ExampleQuery(
        expected={key: Expected(tuple(sorted(given)), len(names.get(key, ()))) for key, given in values.items()},
        names={key: tuple(listed) for key, listed in names.items()},
    )


def form_decoded(text: str) -> str:
    """Return the text with `+` and percent escapes decoded once."""
    return percent_decoded(text.replace("+", " "))
