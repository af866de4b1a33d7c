"""One example looked at closely beside a call: its score, what keeps it from answering, and how far that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from services.core.matching.bodies import BODY_BONUS
from services.core.matching.explanation import Contender, Difference, ScoreStep, Step
from services.core.matching.index import MockIndex
from services.core.matching.match import Match
from services.core.matching.obstacles import Look, Obstacle, obstacles_of, standing_of
from services.core.matching.prepared import OK, PreparedExample
from services.core.matching.query_comparison import QueryComparison, compare_queries
from services.core.matching.scoring import Score
from services.core.matching.sent_call import SentCall
from services.core.matching.wording import all_quoted, points_of


def assess(prepared: PreparedExample, sent: SentCall, index: MockIndex) -> "Assessment":
    """Return an example looked at closely."""
    look = Look(prepared, standing_of(prepared, sent, index.settings), sent, index)
    return Assessment(look=look, score=_score(look), obstacles=obstacles_of(look))


def _score(look: Look) -> Score | None:
    prepared, standing, sent = look.prepared, look.standing, look.sent
    if standing.rung is None:
        return None
    is_equal = not sent.is_body_required and sent.body.equals(prepared.body)
    return Score(
        rung=standing.rung,
        query=prepared.query.score(sent.scored_query) if sent.scored_query is not None else None,
        headers=sent.headers.names if sent.headers else None,
        body_points=BODY_BONUS if is_equal else 0,
        is_body_required=sent.is_body_required,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One example looked at closely; `score` is None where its path does not fit."""

    look: Look
    score: Score | None
    obstacles: tuple[Obstacle, ...]

    def order(self) -> tuple[bool, int, Fraction, int]:
        """Return where it stands among those whose path fits: whoever may answer first, then by score and rank."""
        return bool(self.obstacles), self.look.standing.variant, -self.points, self.look.prepared.rank

    def distance(self) -> tuple[float, Fraction, int]:
        """Return how far it is from answering the call."""
        return sum(obstacle.distance for obstacle in self.obstacles), -self.points, self.look.prepared.rank

    @property
    def points(self) -> Fraction:
        """The score as a fraction, as matching compares it: with floats, 70 + 20/3 and 75 + 5/3 are not equal."""
        score = self.score
        if score is None:
            return Fraction(0)
        return score.path_points + (Fraction(*score.query.fraction) if score.query else Fraction(0)) + score.body_points

    def chosen(self, found: Match) -> Contender:
        """Return it as the chosen example."""
        selector = found.score.selector
        if not selector:
            return self._contender(steps=tuple(self._steps()), total=found.score.total)
        return self._contender(steps=(ScoreStep(name="selector", points=0, why=f"{selector} names it"),), total=None)

    def contender(self, gap: str = "") -> Contender:
        """Return it as one that was not chosen."""
        total = self.score.total if self.score else None
        return self._contender(steps=tuple(self._steps()), total=total, gap=gap)

    def gap_to(self, chosen: "Assessment", found: Match) -> str:
        """Return why the chosen example answers instead of this one."""
        if self.obstacles:
            return next(iter(self.obstacles[0].texts()))
        if found.score.selector:
            return "has the same name; of those, one whose path fits is first, then one with code 200, then by id"
        if self.look.standing.variant > chosen.look.standing.variant:
            return "fits only without its base path"
        return self._fewer_points(chosen) if self.points < chosen.points else self._lost_tie(chosen)

    def _fewer_points(self, chosen: "Assessment") -> str:
        """Return how many points are missing, and why the steps that gave fewer did."""
        missing = points_of(float(chosen.points - self.points))
        pairs = zip(self._steps(), chosen._steps(), strict=True)  # noqa: SLF001 -- its own class
        reasons = "; ".join(mine.why for mine, theirs in pairs if mine.points < theirs.points)
        return f"{missing} {'point' if missing == 1 else 'points'} less: {reasons}"

    def _lost_tie(self, chosen: "Assessment") -> str:
        if chosen.look.prepared.example.code == OK != self.look.prepared.example.code:
            return f"as many points; of equals one with code {OK} answers"
        return "as many points; of equals the first by id answers"

    def _contender(self, *, steps: tuple[ScoreStep, ...], total: float | None, gap: str = "") -> Contender:
        return Contender(
            example=self.look.prepared.example,
            request=self._request(),
            steps=steps,
            total=total,
            gap=gap,
            differences=(*self._differences(), *self._parameters()),
        )

    def _request(self) -> str:
        path = self.look.prepared.paths[self.look.standing.variant]
        return f"{self.look.prepared.example.request.method} /{'/'.join(path.literal)}"

    def _steps(self) -> Iterator[ScoreStep]:
        """Yield the steps of the score, the same ones for every example."""
        score = self.score
        if score is None or score.rung is None:
            return
        yield ScoreStep(name="path", points=score.rung.points, why=f"rung {score.rung.number}, {score.rung.name}")
        if score.query is not None:
            yield ScoreStep(name="query", points=points_of(score.query_points), why=self._compared_queries().in_words())
        if score.headers is not None:
            is_equal = not any(obstacle.step is Step.HEADER for obstacle in self.obstacles)
            why = f"{all_quoted(score.headers)} {'as saved' if is_equal else 'not as saved'}"
            yield ScoreStep(name="headers", points=0, why=why)
        yield ScoreStep(name="body", points=score.body_points, why=self._body_in_words())

    def _body_in_words(self) -> str:
        sent, saved = self.look.sent, self.look.prepared.body
        if not sent.body.equals(saved):
            return self.look.body_differences[0]
        return "as saved" if not saved.is_empty else "no body on either side"

    def _compared_queries(self) -> QueryComparison:
        return compare_queries(self.look.prepared.query, self.look.sent.query)

    def _differences(self) -> Iterator[Difference]:
        return (Difference(obstacle.step, text) for obstacle in self.obstacles for text in obstacle.texts())

    def _parameters(self) -> Iterator[Difference]:
        """Yield the parameters that differ: they cost points, and never an answer."""
        texts = self._compared_queries().differences() if self.look.sent.scored_query is not None else ()
        return (Difference(Step.PARAMETER, text) for text in texts)
