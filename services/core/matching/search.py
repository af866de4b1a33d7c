"""The search for the winner of one call: what was found so far, and what is still worth looking at."""

from typing import NamedTuple

from services.core.matching.asked import Asked
from services.core.matching.bodies import BODY_BONUS
from services.core.matching.buckets import Bucket
from services.core.matching.example_table import Found
from services.core.matching.paths import CallPath
from services.core.matching.prepared import PreparedExample
from services.core.matching.queries import BONUS
from services.core.matching.scoring import Rung


class Candidate(NamedTuple):
    """An example that fits, and its total as a fraction."""

    numerator: int
    denominator: int
    rung: Rung
    example: PreparedExample
    found: Found

    def beats(self, other: "Candidate") -> bool:
        """Tell whether this one has the higher total, or an equal one and the lower rank."""
        mine, theirs = self.numerator * other.denominator, other.numerator * self.denominator
        return mine > theirs or (mine == theirs and self.example.rank < other.example.rank)


class Search:
    """The state of one search.

    path: the sent path.
    asked: what else of the call decides.
    best: the winner so far.
    """

    __slots__ = ("_bonus", "asked", "best", "path")

    def __init__(self, path: CallPath, asked: Asked) -> None:
        """Take what of the call decides."""
        self.path = path
        self.asked = asked
        self.best: Candidate | None = None
        self._bonus = BONUS if asked.is_body_required else BONUS + BODY_BONUS

    def may_change(self, rung: Rung) -> bool:
        """Tell whether an example on this rung could still win: by its total, or tied, by its rank."""
        best = self.best
        return best is None or best.numerator <= (rung.points + self._bonus) * best.denominator

    def offer(self, rung: Rung, bucket: Bucket) -> None:
        """Take the best of a bucket whose examples all stand on this rung, if it beats the best so far."""
        found = bucket.best(self.asked)
        if found is None:
            return
        numerator, denominator = found.query.fraction if found.query else (0, 1)
        candidate = Candidate(
            (rung.points + found.body_points) * denominator + numerator, denominator, rung, found.example, found
        )
        if self.best is None or candidate.beats(self.best):
            self.best = candidate


class NameSearch(Search):
    """The search for the example that a name means: of those whose path fits, whatever the rung, the lowest rank."""

    __slots__ = ("_code", "_name", "named")

    def __init__(self, path: CallPath, name: str, code: int | None) -> None:
        """Take the name, and the code that the call selects as well."""
        super().__init__(path, Asked(None, code))
        self._name = name
        self._code = code
        self.named: PreparedExample | None = None

    def may_change(self, rung: Rung) -> bool:  # noqa: ARG002 - Every rung is as good.
        """Tell that there may always be one."""
        return True

    def offer(self, rung: Rung, bucket: Bucket) -> None:  # noqa: ARG002 - Every rung is as good.
        """Take the first of a bucket with the name and code."""
        found = bucket.first(self._is_meant)
        if found and (self.named is None or found.rank < self.named.rank):
            self.named = found

    def _is_meant(self, prepared: PreparedExample) -> bool:
        example = prepared.example
        return example.name == self._name and self._code in {None, example.code}
