"""The search for the winner of one call: what was found so far, and what is still worth looking at."""

from typing import NamedTuple

from services.core.matching.buckets import Bucket
from services.core.matching.paths import CallPath
from services.core.matching.prepared import PreparedExample
from services.core.matching.queries import BONUS, CallQuery, QueryScore
from services.core.matching.scoring import Rung


class Candidate(NamedTuple):
    """An example that fits, and its total as a fraction."""

    numerator: int
    denominator: int
    rung: Rung
    query: QueryScore | None
    example: PreparedExample

    def beats(self, other: "Candidate") -> bool:
        """Tell whether this one has the higher total, or an equal one and the lower rank."""
        mine, theirs = self.numerator * other.denominator, other.numerator * self.denominator
        return mine > theirs or (mine == theirs and self.example.rank < other.example.rank)


class Search:
    """The state of one search.

    path: the sent path.
    query: the sent query, None where the mock leaves queries out.
    code: the status code that the call selects, if any.
    best: the winner so far.
    """

    __slots__ = ("best", "code", "path", "query")

    def __init__(self, path: CallPath, query: CallQuery | None, code: int | None) -> None:
        """Take what of the call decides."""
        self.path = path
        self.query = query
        self.code = code
        self.best: Candidate | None = None

    def may_change(self, rung: Rung) -> bool:
        """Tell whether an example on this rung could still win: by its total, or tied, by its rank."""
        best = self.best
        return best is None or best.numerator <= (rung.points + BONUS) * best.denominator

    def offer(self, rung: Rung, bucket: Bucket) -> None:
        """Take the best of a bucket whose examples all stand on this rung, if it beats the best so far."""
        found = bucket.best(self.query, self.code)
        if found is None:
            return
        query, example = found
        numerator, denominator = query.fraction if query else (0, 1)
        candidate = Candidate(rung.points * denominator + numerator, denominator, rung, query, example)
        if self.best is None or candidate.beats(self.best):
            self.best = candidate
