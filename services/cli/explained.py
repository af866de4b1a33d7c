"""The explanation of a call: read from the headers of its reply, and shown to a person.

The edge puts it there for calls that send `x-mock-explain: true` (`services/core/serving/explanation.py` lists the
headers).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from services.cli.output import Column, Output
from services.core.serving.explanation import ID, NAME, NAMES, NEAR_MISS, NOTE, RUNNER_UP, SCORE, STEP
from services.core.serving.mock_headers import EXPLAIN

ASK: Final = (EXPLAIN, "true")

EXPOSE: Final = "access-control-expose-headers"

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedStep:
    """One step of the chosen example's score."""

    step: str
    points: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The example that answered; `score` is None where the call named it."""

    name: str
    id: str
    score: float | None
    steps: tuple[ExplainedStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerUp:
    """An example that came next, and why it was not chosen."""

    name: str
    id: str
    request: str
    score: float | None
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """An example that came close, and what differed."""

    name: str
    id: str
    request: str
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """How a call came by its reply; `summary` is the short form that the call log has."""

    summary: str
    chosen: Chosen | None
    runners_up: tuple[RunnerUp, ...]
    near_misses: tuple[NearMiss, ...]
    notes: tuple[str, ...]


def read_explanation(headers: Headers) -> Explained | None:
    """Return the explanation in the headers of a reply, None where they have none."""
    texts = {name: value for name, value in headers if name in NAMES}
    if EXPLAIN not in texts:
        return None
    return Explained(
        summary=unquote(texts[EXPLAIN]),
        chosen=_chosen(texts, headers) if NAME in texts else None,
        runners_up=tuple(RunnerUp(**each) for each in _documents(headers, RUNNER_UP)),
        near_misses=tuple(
            NearMiss(**each | {"differences": tuple(each["differences"])}) for each in _documents(headers, NEAR_MISS)
        ),
        notes=tuple(_documents(headers, NOTE)),
    )


def _chosen(texts: dict[str, str], headers: Headers) -> Chosen:
    return Chosen(
        name=unquote(texts[NAME]),
        id=unquote(texts.get(ID, "")),
        score=float(texts[SCORE]) if SCORE in texts else None,
        steps=tuple(ExplainedStep(**each) for each in _documents(headers, STEP)),
    )


def _documents(headers: Headers, name: str) -> Iterator[Any]:
    """Yield what the headers of a name say. A proxy may have joined them with commas."""
    joined = ",".join(value for each, value in headers if each == name)
    yield from json.loads(f"[{joined}]")


def without_explanation(headers: Headers) -> list[tuple[str, str]]:
    """Return the headers of a reply as they would have been unasked."""
    exposed = ", ".join(NAMES)
    return [(name, value) for name, value in headers if name not in NAMES and (name, value) != (EXPOSE, exposed)]


def show_explanation(output: Output, explained: Explained | None) -> None:
    """Print an explanation: the chosen example and the runners-up, or what comes closest."""
    output.say("")
    if explained is None:
        output.say("The reply brought no explanation: it does not come from an example.")
        return
    output.say(f"Explanation: {explained.summary}")
    if explained.chosen:
        _show_chosen(output, explained.chosen)
        output.say("")
        output.things(explained.runners_up, RUNNER_UP_COLUMNS, none="No other example fits.")
    elif explained.near_misses:
        output.say("")
        output.things(list(_rows(explained.near_misses)), NEAR_MISS_COLUMNS, none="")
    if explained.notes:
        output.say("")
    for note in explained.notes:
        output.say(f"Note: {note}.")


def _show_chosen(output: Output, chosen: Chosen) -> None:
    output.say(f"Chosen: {chosen.name} ({chosen.id})")
    output.say("")
    output.things(chosen.steps, STEP_COLUMNS, none="Its path does not fit; the call names it.")


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the near misses; name and request are told once for each."""

    name: str
    request: str
    difference: str


def _rows(near_misses: Iterable[NearMiss]) -> Iterator[_Row]:
    for each in near_misses:
        first, *others = each.differences or ("",)
        yield _Row(each.name, each.request, first)
        yield from (_Row("", "", other) for other in others)


STEP_COLUMNS: Final = (
    Column[ExplainedStep]("STEP", lambda step: step.step),
    Column[ExplainedStep]("POINTS", lambda step: f"{step.points:+g}"),
    Column[ExplainedStep]("WHY", lambda step: step.why, is_whole=True),
)

RUNNER_UP_COLUMNS: Final = (
    Column[RunnerUp]("RUNNER-UP", lambda other: other.name),
    Column[RunnerUp]("REQUEST", lambda other: other.request),
    Column[RunnerUp]("SCORE", lambda other: "" if other.score is None else f"{other.score:g}"),
    Column[RunnerUp]("WHY NOT", lambda other: other.why_not, is_whole=True),
)

NEAR_MISS_COLUMNS: Final = (
    Column[_Row]("NEAR MISS", lambda row: row.name),
    Column[_Row]("REQUEST", lambda row: row.request),
    Column[_Row]("DIFFERENCE", lambda row: row.difference, is_whole=True),
)
