"""The headers by which a call says how it is to be matched.

They are those of Postman's "Create and use a mock server using the Postman API". Three choose an answer outright:

    x-mock-response-code   keeps the examples with that status code; the ladder goes on among them
    x-mock-response-id     the example with that id, or uid; whatever its path
    x-mock-response-name   the example with that name; whatever its path

They work on the examples of the call's method, in this order. What finds nothing ends in no match: a test that asks for
an answer must not get another. A code that is no number is a code that no example has. Of several examples with the
name, those whose path fits the call come first.

Two more go before what the mock is set to:

    x-mock-match-request-headers   names of headers that must be equal, with commas between them; none at all for none
    x-mock-match-request-body      `true` or `false`: whether bodies must be equal

A header is bytes, read as Latin-1. Clients that know names in other letters send them as UTF-8, so what finds nothing
as it was read is tried as UTF-8 as well.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from services.core.matching.call import Call
from services.core.matching.settings import MatchSettings

CODE: Final = "x-mock-response-code"
ID: Final = "x-mock-response-id"
NAME: Final = "x-mock-response-name"
MATCH_HEADERS: Final = "x-mock-match-request-headers"
MATCH_BODY: Final = "x-mock-match-request-body"

MATCHING_HEADERS: Final = frozenset({CODE, ID, NAME, MATCH_HEADERS, MATCH_BODY})
"""All by which a call speaks to matching."""

NO_CODE: Final = -1
"""The code that no example has."""


class Selectors(NamedTuple):
    """What a call selects; None where it does not."""

    code: int | None = None
    id: str | None = None
    name: str | None = None


NOTHING_SELECTED: Final = Selectors()


def read_selectors(call: Call) -> Selectors:
    """Return the selectors of a call; of a header that occurs twice, the first."""
    return selectors_of(matching_headers(call))


def matching_headers(call: Call) -> dict[str, str]:
    """Return what a call says to matching itself: the headers of these names, the first of each."""
    return {name: value.strip(" \t") for name, value in reversed(call.headers) if name in MATCHING_HEADERS}


def selectors_of(sent: Mapping[str, str]) -> Selectors:
    """Return the selectors among the headers of a call."""
    if not sent:
        return NOTHING_SELECTED
    return Selectors(code=_code(sent.get(CODE)), id=sent.get(ID), name=sent.get(NAME))


def headers_to_match(sent: Mapping[str, str], settings: MatchSettings) -> tuple[str, ...]:
    """Return the names of the headers that must be equal, as the call lists them, or else the mock."""
    listed = sent.get(MATCH_HEADERS)
    return settings.match_headers if listed is None else tuple(listed.split(","))


def must_match_body(sent: Mapping[str, str], settings: MatchSettings) -> bool:
    """Tell whether bodies must be equal, as the call says, or else the mock; no other word than those two counts."""
    said = switched(sent.get(MATCH_BODY))
    return settings.match_body if said is None else said


def switched(value: str | None) -> bool | None:
    """Return what a header that switches something says; None where it was not sent or says neither."""
    return _SWITCH.get(value.strip(" \t").lower()) if value is not None else None


_SWITCH: Final[Mapping[str, bool]] = {"true": True, "false": False}
"""What a header that switches something may say, in any case."""


def _code(text: str | None) -> int | None:
    if text is None:
        return None
    return int(text) if _CODE.fullmatch(text) else NO_CODE


_CODE: Final = re.compile(r"[0-9]{1,9}")


def readings(value: str) -> Iterator[str]:
    """Yield what the value of a header may say: as it was read, and as UTF-8."""
    yield value
    if (text := as_utf8(value)) != value:
        yield text


def as_utf8(value: str) -> str:
    """Return a header's value, whose bytes were read as Latin-1, as UTF-8 where it is that: few send anything else."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def without_owner(uid: str) -> str:
    """Return the id in a uid, which is the owner's number, a dash and the id; anything else comes back unchanged."""
    return _OWNER.sub("", uid, count=1)


_OWNER: Final = re.compile(r"^[0-9]+-")
