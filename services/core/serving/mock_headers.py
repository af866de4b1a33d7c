"""The `x-mock-*` headers that a call may carry, and what is wrong with those it carries.

A header that cannot be read is ignored or makes the call a miss, as each header's own module says; either way nobody
would know why. Who asks for an explanation is told.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from rapidfuzz import fuzz, process

from services.core.matching.call import Call
from services.core.matching.headers import listed_names
from services.core.matching.selectors import (
    CODE,
    ID,
    MATCH_BODY,
    MATCH_HEADERS,
    NAME,
    NO_CODE,
    read_selectors,
    switched,
)
from services.core.matching.wording import quoted
from services.core.rendering.seeds import SEED_HEADER
from services.core.serving.delay import delay_of

PREFIX: Final = "x-mock-"

EXPLAIN: Final = "x-mock-explain"
DELAY: Final = "x-mock-response-delay"

CLOSE: Final = 60
"""How alike the end of a header must be to one that mocks know, in percent, to be taken for a mistyped one."""


def complaints_about(call: Call) -> tuple[str, ...]:
    """Return what is wrong with a call's `x-mock-*` headers, in words."""
    sent = Counter(name for name, _ in call.headers if name.startswith(PREFIX))
    return tuple(complaint for name, count in sent.items() for complaint in _about(name, count, call))


def _about(name: str, count: int, call: Call) -> Iterator[str]:
    value = call.header(name) or ""
    if count > 1:
        yield f"{quoted(name)} was sent {count} times, and the first one counts"
    if name not in KNOWN:
        yield f"{quoted(name)} is no header that mocks know{_suggestion(name)}"
        return
    problem = KNOWN[name](value, call)
    if problem:
        yield f"{quoted(f'{name}: {value}', 80)} {problem}"


def _suggestion(name: str) -> str:
    ends = {known: known.removeprefix(PREFIX) for known in KNOWN}
    found = process.extractOne(name.removeprefix(PREFIX), ends, scorer=fuzz.ratio, score_cutoff=CLOSE)
    return f"; perhaps `{found[2]}` is meant" if found else ""


def _code(_: str, call: Call) -> str:
    return "is no status code, so no example has it" if read_selectors(call).code == NO_CODE else ""


def _delay(value: str, _: Call) -> str:
    is_read = delay_of(value, None)
    return "" if is_read else "is no whole number of milliseconds from 1 to 180000, and was ignored"


def _switch(value: str, _: Call) -> str:
    return "" if switched(value) is not None else "is neither `true` nor `false`, and was ignored"


def _names(value: str, _: Call) -> str:
    """Complain of headers that are never compared."""
    idle = [name for name in map(str.strip, value.split(",")) if name and not listed_names([name])]
    return f"names {quoted(idle[0])}, which never takes part in matching" if idle else ""


def _name(_: str, call: Call) -> str:
    return f"was not looked at: `{ID}` goes before it" if call.header(ID) is not None else ""


def _anything(_: str, __: Call) -> str:
    return ""


KNOWN: Final[Mapping[str, Callable[[str, Call], str]]] = {
    CODE: _code,
    ID: _anything,
    NAME: _name,
    DELAY: _delay,
    MATCH_BODY: _switch,
    MATCH_HEADERS: _names,
    SEED_HEADER: _anything,
    EXPLAIN: _switch,
}
"""The headers, and what of their value is wrong; nothing where it can be read."""
