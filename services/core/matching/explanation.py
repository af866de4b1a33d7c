"""The nouns of an explanation."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from services.core.matching.match import Match, NoMatch
from services.core.postman.collection import Example


class Step(StrEnum):
    """Where an example and a call may differ."""

    METHOD = "method"
    CODE = "code"
    ID = "id"
    NAME = "name"
    PATH = "path"
    PARAMETER = "parameter"
    HEADER = "header"
    BODY = "body"


class Difference(NamedTuple):
    """One difference in words."""

    step: Step
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreStep:
    """One step of a score: its name, its points, and why so many."""

    name: str
    points: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """An example as a call sees it.

    request: the method and path that it was saved for, variables replaced.
    steps: its score, step by step; empty where its path does not fit.
    total: the sum; None where there is none.
    gap: why another example was chosen; empty for the chosen one.
    differences: all that is different; where there was no match, that is why this one is none.
    """

    example: Example
    request: str
    steps: tuple[ScoreStep, ...] = ()
    total: float | None = None
    gap: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How a call came by its answer, or by none.

    result: what matching says.
    chosen: the example that answers; runners_up: those that come next, the best first.
    near_misses: where none answers, the examples that come closest, the closest first.
    notes: what else is good to know: what the examples have to offer that was asked for in vain, and whether only part
        of the examples were looked at.
    """

    result: Match | NoMatch
    chosen: Contender | None = None
    runners_up: tuple[Contender, ...] = ()
    near_misses: tuple[Contender, ...] = ()
    notes: tuple[str, ...] = ()
