"""An explanation as response headers, for who sends `x-mock-explain: true`.

    x-mock-explain                 how the result came about, as in the call log
    x-mock-matched-response-name   the chosen example's name,
    x-mock-matched-response-id     id
    x-mock-matched-score           and sum, where the sum decided
    x-mock-explain-step            one for each step of the sum
    x-mock-explain-runner-up       one for each of the examples that come next
    x-mock-explain-near-miss       one for each of those that come closest, where none answers
    x-mock-explain-note            one for each thing worth knowing, like a header that could not be read

Status and body stay what they are. Names and ids are percent-encoded where they are not printable ASCII; steps,
examples and notes are JSON, which is ASCII by its escapes. Where a client joins headers of one name with commas, they
are still the elements of a JSON array. Everything is cut to fit: proxies refuse replies whose headers they find long.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final
from urllib.parse import quote

from services.core.matching.call import Call
from services.core.matching.explain import Explainer, diagnostics
from services.core.matching.explanation import Contender, Explanation
from services.core.matching.selectors import switched
from services.core.matching.wording import cut, points_of, quoted
from services.core.rendering.drafts import Reply
from services.core.serving.mock_headers import EXPLAIN, complaints_about

NAME: Final = "x-mock-matched-response-name"
ID: Final = "x-mock-matched-response-id"
SCORE: Final = "x-mock-matched-score"
STEP: Final = "x-mock-explain-step"
RUNNER_UP: Final = "x-mock-explain-runner-up"
NEAR_MISS: Final = "x-mock-explain-near-miss"
NOTE: Final = "x-mock-explain-note"

NAMES: Final = (EXPLAIN, NAME, ID, SCORE, STEP, RUNNER_UP, NEAR_MISS, NOTE)

EXPOSED: Final = (b"access-control-expose-headers", ", ".join(NAMES).encode())
"""Lets web pages read the explanation; of several such headers, browsers take all names together."""

LIMIT_BYTES: Final = 3 * 1024
"""All headers of an explanation together. nginx refuses replies with more than 4 KiB of headers."""

TEXT_BYTES: Final = 160
"""A text in JSON: a name, a reason, a difference."""

DIFFERENCES: Final = 4
"""Differences that are named of one example."""

Headers = tuple[tuple[bytes, bytes], ...]


def wants_explanation(value: str | None) -> bool:
    """Tell whether a call asks for an explanation; `value` is that of its `x-mock-explain`."""
    return switched(value) is True


def explain_match(call: Call, explainer: Explainer) -> Headers:
    """Return the headers that explain how a call comes by an example, or by none."""
    explanation = explainer.explain(call)
    return _headers(_pairs(explanation, (*complaints_about(call), *explanation.notes)))


def explain_server_response(call: Call, name: str) -> Headers:
    """Return the headers that explain why no example was looked for: a server response, of that name, is active."""
    said = f"the server response {quoted(name)} is active and answers every call"
    return _headers([(EXPLAIN, _ascii(said)), *_notes(complaints_about(call))])


def with_explanation(reply: Reply, headers: Headers) -> Reply:
    """Return a reply with an explanation; an example's own headers of the same names give way."""
    own = tuple(header for header in reply.headers if header[0].decode("latin-1") not in NAMES)
    return Reply(status=reply.status, headers=(*own, *headers, EXPOSED), body=reply.body)


Pair = tuple[str, str]


def _pairs(explanation: Explanation, notes: Sequence[str]) -> Iterator[Pair]:
    yield EXPLAIN, _ascii(diagnostics(explanation.result))
    if explanation.chosen:
        yield from _chosen(explanation.chosen)
    yield from ((RUNNER_UP, _json(_runner_up(each))) for each in explanation.runners_up)
    yield from ((NEAR_MISS, _json(_near_miss(each))) for each in explanation.near_misses)
    yield from _notes(notes)


def _chosen(chosen: Contender) -> Iterator[Pair]:
    yield NAME, _ascii(chosen.example.name)
    yield ID, _ascii(chosen.example.id)
    if chosen.total is not None:
        yield SCORE, str(points_of(chosen.total))
    for step in chosen.steps:
        yield STEP, _json({"step": step.name, "points": step.points, "why": _fitted(step.why)})


def _runner_up(contender: Contender) -> dict[str, object]:
    total = None if contender.total is None else points_of(contender.total)
    return {**_example(contender), "score": total, "why_not": _fitted(contender.gap)}


def _near_miss(contender: Contender) -> dict[str, object]:
    differences = contender.differences[:DIFFERENCES]
    return {**_example(contender), "differences": [_fitted(difference.text) for difference in differences]}


def _example(contender: Contender) -> dict[str, object]:
    example = contender.example
    return {"name": _fitted(example.name), "id": _fitted(example.id), "request": _fitted(contender.request)}


def _notes(notes: Iterable[str]) -> Iterator[Pair]:
    return ((NOTE, _json(_fitted(note))) for note in notes)


def _headers(pairs: Iterable[Pair]) -> Headers:
    return tuple((name.encode(), value.encode()) for name, value in _within(pairs, LIMIT_BYTES))


def _within(pairs: Iterable[Pair], limit: int) -> Iterator[Pair]:
    """Yield the headers up to the first for which there is no room."""
    for name, value in pairs:
        limit -= len(name) + len(value) + len(": \r\n")
        if limit < 0:
            return
        yield name, value


def _fitted(text: str) -> str:
    """Return a text cut so that it fits as JSON, whatever letters it has."""
    while len(_json(text)) > TEXT_BYTES:
        text = cut(text, len(text) * 3 // 4)
    return text


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _ascii(text: str) -> str:
    """Return a text with all but printable ASCII percent-encoded, blanks around it too."""
    encoded = quote(cut(text, TEXT_BYTES), safe=_PRINTABLE, errors="replace")
    blanks = len(encoded) - len(encoded.lstrip(" ")), len(encoded) - len(encoded.rstrip(" "))
    return "%20" * blanks[0] + encoded.strip(" ") + "%20" * blanks[1]


_PRINTABLE: Final = "".join(map(chr, chain(range(0x20, 0x25), range(0x26, 0x7F))))
"""Printable ASCII but for the percent sign."""
