"""The golden corpus as data: each folder of `tests/corpus` is a case, told by its README.md.

`tests/corpus/README.md` says how a case is written. What is read here is what a machine needs of it: headings, blocks
fenced as `mock`, `server-response`, `call` and `refused`, and the lines `Shows P1, P2.` that cite rules of RULES.md.

    Case
    └── calls: GoldenCall           in order
        ├── world: World            the files and the mock that answer it
        ├── call: Call              what is sent
        └── expected: Expected      what must come back, and how it must have come about
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from services.core.matching.call import Call
from tests.golden_messages import (
    ABSENT,
    HEXADECIMAL,
    PATTERN,
    PLAIN,
    REPEATED,
    Line,
    as_received,
    as_sent,
    header,
    message,
    pattern,
)
from tests.golden_worlds import World, first_world, milliseconds, with_mock, with_server_response

CORPUS: Final = Path(__file__).parent / "corpus"

API_KEY: Final = "USK-the-key-of-the-end-to-end-tests-0001"
"""The key that the cases call private mocks with; it is the one that the end-to-end tests start their suite with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must come back; None where the case does not say.

    headers: the values of each header that the case names, in order; none at all for one that must not be there.
    example, facts: who answers, and what its score must be made of.
    reason: why no example does.
    wait: how long the mock must wait first.
    times: how often the call is made, always with this outcome.
    is_exact: whether the reply is the same each time.
    """

    status: int
    headers: Mapping[str, tuple[re.Pattern[str], ...]]
    body: re.Pattern[bytes] | None = None
    example: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    wait: timedelta | None = None
    times: int = 1
    is_exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenCall:
    """One call of a case; `title` is its heading, and its number under it."""

    title: str
    world: World
    call: Call
    expected: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A folder of the corpus; `refused` are files of it that cannot be imported."""

    name: str
    rules: frozenset[str]
    calls: tuple[GoldenCall, ...]
    refused: tuple[Path, ...] = ()


def read_cases(corpus: Path = CORPUS) -> list[Case]:
    """Return the cases, by name. Raises ValueError, with the place, where one is not written as it must be."""
    return [read_case(page.parent) for page in sorted(corpus.glob("*/README.md"))]


def read_rules(corpus: Path = CORPUS) -> list[str]:
    """Return the ids of the rules, in the order of their list."""
    return re.findall(r"^\| ([A-Z]\d+) \|", (corpus / "RULES.md").read_text("utf-8"), re.MULTILINE)


def read_case(folder: Path) -> Case:
    """Return the case of a folder."""
    reader = _PageReader(folder)
    page = (folder / "README.md").read_text("utf-8")
    for part in _PART.finditer(page):
        try:
            reader.read(part["kind"] or "heading", part["heading"] or part["block"])
        except (ValueError, KeyError, TypeError) as error:
            line = page.count("\n", 0, part.start()) + 1
            raise ValueError(f"{folder.name}/README.md, what begins in line {line}: {error!r}") from error
    cited = re.findall(r"^Shows (.+)\.$", page, re.MULTILINE)
    return Case(
        name=folder.name,
        rules=frozenset(rule for line in cited for rule in re.split(r",\s*|\s+and\s+", line)),
        calls=tuple(reader.calls),
        refused=tuple(reader.refused),
    )


_PART: Final = re.compile(r"^##? (?P<heading>.+)$|^```(?P<kind>[a-z-]+)\n(?P<block>(?:(?!```).*\n)*)```$", re.MULTILINE)


class _PageReader:
    """Reads a page part by part."""

    def __init__(self, folder: Path) -> None:
        self.calls: list[GoldenCall] = []
        self.refused: list[Path] = []
        self._folder = folder
        self._first = self._world = first_world(folder)
        self._heading, self._number = "", 0

    def read(self, kind: str, text: str) -> None:
        """Read a heading or a block. Raises ValueError, KeyError or TypeError where it makes no sense."""
        match kind:
            case "heading":
                self._heading, self._number = text, 0
            case "mock":
                self._world = with_mock(self._first, text)
            case "server-response":
                self._world = with_server_response(self._world, text)
            case "call":
                self.calls.append(self._call(text.splitlines()))
            case "refused":
                self.refused += [self._folder / name for name in text.split()]
            case other:
                raise ValueError(f"there is no block {other}")

    def _call(self, lines: list[str]) -> GoldenCall:
        odd = next((line for line in lines if line[:1] not in {">", "<", "="}), None)
        if odd is not None:
            raise ValueError(f"{odd!r} begins with none of > < =")
        self._number += 1
        title = f"{self._heading} #{self._number}"
        return GoldenCall(title=title, world=self._world, call=_read_call(lines), expected=_read_expected(lines))


def _read_call(lines: list[str]) -> Call:
    head, body = message(lines, ">")
    method, _, target = head[0].text.partition(" ")
    path, _, query = target.partition("?")
    named = [header(line.text) for line in head[1:]]
    headers = tuple((name.lower(), as_sent(value)) for name, value in named)
    return Call(method=method, path=path, query=query, headers=headers, body=_body(body or [], dict(headers)))


def _body(lines: list[Line], headers: Mapping[str, str]) -> bytes:
    """Return the bytes that are sent; a multipart body has the line ends that its format asks for."""
    end = b"\r\n" if headers.get("content-type", "").startswith("multipart/") else b"\n"
    return end.join(_SENT[line.mark](line.text) for line in lines)


_SENT: Final[Mapping[str, Callable[[str], bytes]]] = {
    PLAIN: str.encode,
    HEXADECIMAL: bytes.fromhex,
    REPEATED: lambda number: b"x" * int(number),
}


def _read_expected(lines: list[str]) -> Expected:
    head, body = message(lines, "<")
    expected = Expected(
        status=int(head[0].text),
        headers=_expected_headers(head[1:]),
        body=None if body is None else re.compile(b"\n".join(pattern(line).encode("latin-1") for line in body)),
        is_exact=all(line.mark != PATTERN for line in (*head, *(body or ()))),
    )
    for line in lines:
        if line.startswith("="):
            expected = _with_fact(expected, line[1:].strip())
    return expected


def _expected_headers(lines: list[Line]) -> dict[str, tuple[re.Pattern[str], ...]]:
    headers: dict[str, tuple[re.Pattern[str], ...]] = {}
    for line in lines:
        name, value = (line.text, None) if line.mark == ABSENT else header(line.text)
        given = headers.setdefault(name.lower(), ())
        if value is not None:
            headers[name.lower()] = (*given, re.compile(pattern(Line(line.mark, value), as_received)))
    return headers


def _with_fact(expected: Expected, text: str) -> Expected:
    """Return what is expected, with what a line behind `=` says."""
    for form, change in _FACTS.items():
        if found := re.fullmatch(form, text):
            return change(expected, found)
    raise AssertionError("the last form fits everything")


def _facts(listed: str) -> dict[str, str]:
    return dict(fact.split(" ", 1) for fact in listed.split(", ")) if listed else {}


_FACTS: Final[Mapping[str, Callable[[Expected, re.Match[str]], Expected]]] = {
    r"waits (\d+ ms)": lambda expected, found: replace(expected, wait=milliseconds(found[1])),
    r"(\d+) times": lambda expected, found: replace(expected, times=int(found[1])),
    r"no match: (\w+)": lambda expected, found: replace(expected, reason=found[1]),
    r"(.*?)(?:: ((?:(?:rung|path|query|body|total|by) \S+(?:, )?)+))?": lambda expected, found: replace(
        expected, example=found[1], facts=_facts(found[2])
    ),
}
"""The forms of a line behind `=`; whatever has none of the others is the name of an example."""
