"""What keeps an example from answering a call, step by step: the steps of matching, asked of one example.

Matching asks whether an example fits and stops at the first "no". Here every step is asked, and says what stands in
the way: the method, the code, id or name that the call selects, the path, a header, the body. An example with nothing
in its way may answer.

Who is near is told by distances, which are found for many examples; words are found for the few that are shown.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from rapidfuzz.distance import Levenshtein

from services.core.matching.alignment import Alignment, align
from services.core.matching.body_differences import body_differences, body_distance
from services.core.matching.explanation import Step
from services.core.matching.headers import ExampleHeaders, SentHeaders
from services.core.matching.index import MockIndex
from services.core.matching.path_differences import path_differences
from services.core.matching.paths import trimmed
from services.core.matching.prepared import MAX_BODY_GROWTH, PreparedExample
from services.core.matching.scoring import Rung, rung_of
from services.core.matching.segments import LONG, fold
from services.core.matching.selectors import CODE, ID, NAME, as_utf8, readings, without_owner
from services.core.matching.sent_call import SentCall
from services.core.matching.settings import MatchSettings
from services.core.matching.wording import quoted, valued
from services.core.rendering.template import substitute

FAR: Final = 3
"""How much further a wholly different path, id or name puts an example than an obstacle of any other kind."""


class Obstacle(NamedTuple):
    """Something that keeps an example from answering: how far that puts it from the call, and what to say of it."""

    step: Step
    distance: float
    texts: Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one of an example's paths stands; `rung` is None where it is on none of the ladder."""

    variant: int
    rung: Rung | None
    alignment: Alignment


def standing_of(prepared: PreparedExample, sent: SentCall, settings: MatchSettings) -> Standing:
    """Return where the first path that fits stands; where none does, the one that is closest."""
    standings = [_standing(prepared, variant, sent, settings) for variant in range(len(prepared.paths))]
    fitting = (standing for standing in standings if standing.rung)
    return next(fitting, None) or min(standings, key=lambda standing: standing.alignment.distance)


def _standing(prepared: PreparedExample, variant: int, sent: SentCall, settings: MatchSettings) -> Standing:
    """Return where a path stands. On every rung both have as many segments, so for most paths that is soon told."""
    path = prepared.paths[variant]
    has_as_many = len(trimmed(path.segments)) == len(trimmed(sent.path.segments))
    rung = rung_of(path, sent.path, is_fuzzy=settings.fuzzy_paths) if has_as_many else None
    return Standing(variant, rung, align(path, sent.path))


@dataclass(frozen=True)
class Look:
    """One example beside one call."""

    prepared: PreparedExample
    standing: Standing
    sent: SentCall
    index: MockIndex

    @cached_property
    def body_differences(self) -> list[str]:
        """Return where the sent body differs from the saved one."""
        settings = self.index.settings
        request = self.prepared.example.request
        return body_differences(request, self.sent.body, self._resolved, has_wildcards=settings.match_wildcards)

    def _resolved(self, text: str) -> str:
        return substitute(text, self.index.variables, max_growth=MAX_BODY_GROWTH)


def obstacles_of(look: Look) -> tuple[Obstacle, ...]:
    """Return all that keeps an example from answering."""
    return tuple(obstacle for step in STEPS for obstacle in step(look))


def _of_method(look: Look) -> Iterator[Obstacle]:
    saved, sent = look.prepared.example.request.method, look.sent
    if saved not in sent.methods:
        yield Obstacle(Step.METHOD, 1, lambda: [f"method: saved {quoted(saved)}, sent {quoted(sent.call.method)}"])


def _of_code(look: Look) -> Iterator[Obstacle]:
    saved, asked = look.prepared.example.code, look.sent.selectors.code
    if asked is not None and asked != saved:
        yield Obstacle(Step.CODE, 1, lambda: [f"{CODE}: saved `{saved}`, asked for {quoted(_asked(look, CODE))}"])


def _of_id(look: Look) -> Iterator[Obstacle]:
    saved, asked = look.prepared.example.id, look.sent.selectors.id
    if asked is not None and saved not in {asked, without_owner(asked)}:
        distance = _text_distance(saved, without_owner(asked))
        yield Obstacle(Step.ID, distance, lambda: [f"{ID}: saved {quoted(saved)}, asked for {quoted(asked)}"])


def _of_name(look: Look) -> Iterator[Obstacle]:
    """Tell another name; beside an id it is not looked at."""
    saved, selectors = look.prepared.example.name, look.sent.selectors
    if selectors.id is None and selectors.name is not None and saved not in readings(selectors.name):
        asked = _asked(look, NAME)
        distance = _text_distance(saved, asked)
        yield Obstacle(Step.NAME, distance, lambda: [f"{NAME}: saved {quoted(saved)}, asked for {quoted(asked)}"])


def _asked(look: Look, header: str) -> str:
    """Return what a selector header says, in the reading that makes most sense."""
    return as_utf8(look.sent.header(header))


def _text_distance(saved: str, asked: str) -> float:
    """Return how far an asked id or name is from a saved one; part of it is close, however short."""
    ours, theirs = fold(saved[:LONG]), fold(asked[:LONG])
    far = 1 if theirs and theirs in ours else FAR
    return far * Levenshtein.normalized_distance(ours, theirs)


def _of_path(look: Look) -> Iterator[Obstacle]:
    standing, is_fuzzy = look.standing, look.index.settings.fuzzy_paths
    if standing.rung is None and not _is_named(look):
        distance = FAR * standing.alignment.distance
        yield Obstacle(Step.PATH, distance, lambda: path_differences(standing.alignment, is_fuzzy=is_fuzzy))


def _of_headers(look: Look) -> Iterator[Obstacle]:
    sent, saved = look.sent.headers, look.prepared.headers
    unequal = [] if sent is None or _is_named(look) else [name for name in sent.names if not sent.is_equal(name, saved)]
    if sent is not None and unequal:
        distance = len(unequal) / len(sent.names)
        yield Obstacle(Step.HEADER, distance, lambda: [_header(name, saved, sent) for name in unequal])


def _header(name: str, saved: ExampleHeaders, sent: SentHeaders) -> str:
    *_, theirs = ("", *sent.values[name])
    ours = f"{{{{{saved.variables[name]}}}}}" if name in saved.variables else saved.values.get(name)
    if ours is None:
        return f"header {quoted(name)}: sent {valued(name, theirs)}, not saved"
    told = f"sent {valued(name, theirs)}" if sent.values[name] else "not sent"
    return f"header {quoted(name)}: saved {valued(name, ours)}, {told}"


def _of_body(look: Look) -> Iterator[Obstacle]:
    sent = look.sent
    if sent.is_body_required and not _is_named(look) and not sent.body.equals(look.prepared.body):
        distance = (1 + body_distance(look.prepared.example.request, sent.body)) / 2
        yield Obstacle(Step.BODY, distance, lambda: look.body_differences)


def _is_named(look: Look) -> bool:
    """Tell whether the call names its example; that one is not asked for anything else."""
    return look.sent.selectors.id is not None or look.sent.selectors.name is not None


STEPS: Final[tuple[Callable[[Look], Iterator[Obstacle]], ...]] = (
    _of_method,
    _of_code,
    _of_id,
    _of_name,
    _of_path,
    _of_headers,
    _of_body,
)
"""The steps in the order in which matching takes them."""
