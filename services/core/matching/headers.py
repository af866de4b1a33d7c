"""The header step: which headers must be equal, and when they are.

That headers count is Postman's ("How a Postman mock server matches requests to saved examples", step 6); what is equal
is taken from what users observed. A call lists the names in `x-mock-match-request-headers`, separated by commas; what
the mock lists counts where the call does not carry that header. An empty list switches the step off. Of each listed
name, in any case,

    neither side has it       equal
    one side has it           not equal, so there is no default
    both have it              equal where the values are, case included; several values are joined by ", "
    a variable was saved      takes any value that is not empty

Headers that are addressed to the mock, `x-mock-…` and `x-api-key`, never take part.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from services.core.matching.call import Call
from services.core.matching.selectors import readings
from services.core.postman.collection import Header
from services.core.rendering.template import TOKEN

RULES: Final = (
    ("neither side has it", "equal"),
    ("one side has it", "not equal"),
    ("both have it", "equal where the values are, case included; several values are joined by a comma and a blank"),
    ("the saved value is a variable without a value", "equal to any value that is not empty, and captures it"),
)
"""When a listed header is equal, in the words of the page for users (`algorithm.py`)."""

NEVER: Final = "x-api-key"
NEVER_PREFIX: Final = "x-mock-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleHeaders:
    """Saved headers by name in lower case: the value, or the name of the variable that takes any."""

    values: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """All names."""
        return *self.values, *self.variables

    @property
    def identity(self) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
        """What equal headers have in common."""
        return frozenset(self.values.items()), frozenset(self.variables.items())


NO_HEADERS: Final = ExampleHeaders()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentHeaders:
    """What a call says of the listed headers: of each the values it may mean, none where it does not have it."""

    values: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """The listed names, in lower case."""
        return tuple(self.values)

    def equal(self, saved: ExampleHeaders) -> bool:
        """Tell whether all listed headers are equal."""
        return all(self.is_equal(name, saved) for name in self.values)

    def is_equal(self, name: str, saved: ExampleHeaders) -> bool:
        """Tell whether one listed header is equal."""
        sent = self.values[name]
        if name in saved.variables:
            return any(sent)
        return saved.values[name] in sent if name in saved.values else not sent

    def captures(self, saved: ExampleHeaders) -> dict[str, str]:
        """Return what the variables of the listed headers take; of a name that occurs twice, the first taken."""
        captures: dict[str, str] = {}
        for name, sent in self.values.items():
            if name in saved.variables and any(sent):
                captures.setdefault(saved.variables[name], sent[-1])
        return captures


def listed_names(listed: Iterable[str]) -> tuple[str, ...]:
    """Return the names that take part, in lower case, each once."""
    names = (name.strip().lower() for name in listed)
    return tuple(dict.fromkeys(name for name in names if name and name != NEVER and not name.startswith(NEVER_PREFIX)))


def sent_headers(call: Call, names: Iterable[str]) -> SentHeaders | None:
    """Return what a call says of the listed headers; None where none is listed, so that the step is off."""
    sent: dict[str, list[str]] = {name: [] for name in names}
    if not sent:
        return None
    for name, value in call.headers:
        if name in sent:
            sent[name].append(value.strip())
    return SentHeaders(values={name: tuple(_meant(values)) for name, values in sent.items()})


def _meant(values: list[str]) -> Iterator[str]:
    return readings(", ".join(values)) if values else iter(())


class HeaderPreparation:
    """Prepares the headers of one collection; examples with the same headers share what is made of them."""

    def __init__(self, resolved: Callable[[str], str], *, has_wildcards: bool) -> None:
        """Take what replaces variables, and whether the others may be anything."""
        self._resolved = resolved
        self._has_wildcards = has_wildcards
        self._headers: dict[tuple[Header, ...], ExampleHeaders] = {(): NO_HEADERS}
        self._same: dict[object, ExampleHeaders] = {NO_HEADERS.identity: NO_HEADERS}

    def prepare(self, headers: tuple[Header, ...]) -> ExampleHeaders:
        """Return headers as they are compared."""
        if headers not in self._headers:
            read = self._read(headers)
            self._headers[headers] = self._same.setdefault(read.identity, read)
        return self._headers[headers]

    def _read(self, headers: tuple[Header, ...]) -> ExampleHeaders:
        listed: dict[str, list[str]] = {}
        for header in headers:
            if not header.is_disabled:
                listed.setdefault(header.key.strip().lower(), []).append(self._resolved(header.value).strip())
        values = {name: ", ".join(those) for name, those in listed.items()}
        tokens = {name: TOKEN.fullmatch(value) for name, value in values.items()} if self._has_wildcards else {}
        variables = {name: token[1] for name, token in tokens.items() if token}
        return ExampleHeaders(
            values={name: value for name, value in values.items() if name not in variables}, variables=variables
        )
