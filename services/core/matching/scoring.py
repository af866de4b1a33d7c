"""The theory of matching: what an example's score is made of.

The rules are Postman's ("How a Postman mock server matches requests to saved examples"), and where Postman is silent,
ours (`services/decisions/0003-matching-where-postman-is-silent.md`). They run in steps:

    1  collect    all examples of the collection, variables replaced                           prepared.py
    2  method     those with another method drop out                                           match.py
    3  selectors  three headers keep a status code, or name the answer outright                selectors.py
    4  path       70 ... 100 points by the ladder below; no rung, no answer                    this module
    5  query      -10 ... +10 points                                                           queries.py
    6  headers    where some are listed, those with others drop out                            headers.py
    7  body       where it must be equal, those with another drop out; else 0 or +5 points     bodies.py
    8  pick       the highest score; of equals the first with code 200, by id, else the first  buckets.py

(Postman's sixth step is two here, its seventh the eighth.) A score is the sum of what its steps give: steps are
independent of each other, and a further one is a further term. It lies between 60 and 115.

The ladder is tried from the top, and the first rung on which the two paths are equal decides:

    rung  the paths are equal ...                                        points
    1     as they are                                                       100
    2     without trailing slashes                                           95
    3     ignoring case                                                      90
    4     ignoring case, without trailing slashes                            85
    5     without wildcards                                                  80
    6     without ids                                                        79
    5     without wildcards, ignoring case, without trailing slashes         75
    7     without ids, ignoring case, without trailing slashes               75
    8     but for typos                                                      70

* On rungs 1 to 4 a wildcard is the text it is written as. From rung 5 on it stands for any segment that is not empty.
* On rung 6 an id is equal to every other id in the same place. On rung 7 ids may also have moved, as Postman takes
  them out before it compares; a path with wildcards is then compared place by place, ids and all.
* On rung 8 each segment must be 75 % similar to the saved one, and there must be as many.

The rungs are no strict hierarchy: a path with a typo and the very query (70 + 10) beats one that differs in ids and has
the wrong query (75 - 1), and an equal body (80 + 5) makes up for a wildcard. So it takes the whole sum to know the
winner, but a rung whose points stay below what has been found already, with the best query and body there could be,
cannot change it and is not looked at.

Every rung but the last is an equality of forms (`paths.py`): of the saved path as text and the sent one, or of the
saved path with wildcards and the sent one with those wildcards put in. That makes the table below both the definition
and the plan of the index: where forms are equal, a dictionary finds them.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from services.core.matching import paths
from services.core.matching.paths import CallPath, Form, PathPattern, Segments
from services.core.matching.queries import QueryScore
from services.core.matching.segments import Segment, SegmentPattern, is_similar

START: Final = 100


class MatchingStep(NamedTuple):
    """A step of matching, in the words of the page for users (`algorithm.py`)."""

    name: str
    rule: str
    gives: str = ""


STEPS: Final = (
    MatchingStep("collect", "All examples of the collection, in folders of any depth, with their variables replaced."),
    MatchingStep("method", "Examples of another method drop out. What no example answers to HEAD, one for GET does."),
    MatchingStep("selectors", "`x-mock-response-code` keeps one status; `…-id` and `…-name` choose outright."),
    MatchingStep(
        "path", "The first rung of the ladder that fits decides. Where none does, the example drops out.", "70 to 100"
    ),
    MatchingStep("query", "The more parameters are the same, the more points.", "-10 to +10"),
    MatchingStep("headers", "Where headers are listed, examples with others drop out."),
    MatchingStep(
        "body", "Where bodies must be equal, examples with another drop out. Else an equal one helps.", "0 or +5"
    ),
    MatchingStep("pick", "The highest score. Of equals, sorted by id, the first with status 200, else the first."),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rung:
    """A rung of the ladder; where a form is None, no path of that kind is equal here.

    says: what is equal, in the words of the page for users.
    literal: the form of saved paths as text.
    wildcard: the form of saved paths with wildcards.
    """

    number: int
    name: str
    says: str
    deduction: int
    literal: Form | None = field(default=None, repr=False)
    wildcard: Form | None = field(default=None, repr=False)

    @property
    def points(self) -> int:
        """What a path on this rung is worth."""
        return START - self.deduction


FUZZY: Final = Rung(number=8, name="similar", says="but for typos, 75 % similar in each segment", deduction=30)

LADDER: Final = (
    Rung(number=1, name="exact", says="exactly", deduction=0, literal=paths.as_it_is),
    Rung(number=2, name="trailing slash", says="without trailing slashes", deduction=5, literal=paths.trimmed),
    Rung(number=3, name="case", says="ignoring case", deduction=10, literal=paths.folded),
    Rung(
        number=4,
        name="case and trailing slash",
        says="ignoring case, without trailing slashes",
        deduction=15,
        literal=paths.folded_trimmed,
    ),
    Rung(
        number=5,
        name="wildcard",
        says="with a wildcard for any segment",
        deduction=20,
        wildcard=paths.as_it_is,
    ),
    Rung(
        number=6,
        name="id",
        says="with any id for an id",
        deduction=21,
        literal=paths.marked,
        wildcard=paths.marked,
    ),
    Rung(
        number=5,
        name="wildcard, case or trailing slash",
        says="with a wildcard for any segment, ignoring case, without trailing slashes",
        deduction=25,
        wildcard=paths.folded_trimmed,
    ),
    Rung(
        number=7,
        name="id and trailing slash",
        says="without ids, ignoring case, without trailing slashes",
        deduction=25,
        literal=paths.without_ids,
        wildcard=paths.marked_folded_trimmed,
    ),
    FUZZY,
)


def rung_of(saved: PathPattern, sent: CallPath, *, is_fuzzy: bool = True) -> Rung | None:
    """Return the first rung on which a saved path equals a sent one; `is_fuzzy` False leaves out the last."""
    masked = sent.masked(saved.segments) if saved.has_wildcards else None
    fitting = (rung for rung in LADDER if _is_on(rung, saved, sent, masked))
    last = FUZZY if is_fuzzy and are_similar(saved.segments, sent) else None
    return next(fitting, last)


def _is_on(rung: Rung, saved: PathPattern, sent: CallPath, masked: CallPath | None) -> bool:
    if rung.literal and rung.literal(saved.literal) == sent.form(rung.literal):
        return True
    return bool(rung.wildcard and masked and rung.wildcard(saved.segments) == masked.form(rung.wildcard))


def are_similar(saved: Segments, sent: CallPath) -> bool:
    """Tell whether the paths, trailing slashes aside, are as long as each other and similar in every segment."""
    ours, theirs = paths.trimmed(saved), paths.trimmed(sent.segments)
    return len(ours) == len(theirs) and all(map(_passes_for, theirs, ours))


def _passes_for(sent: Segment, saved: Segment) -> bool:
    if not isinstance(sent, str):
        return False
    return saved.fits(sent) if isinstance(saved, SegmentPattern) else is_similar(sent, saved)


class Score(NamedTuple):
    """What an example was found for. Named tuples are what is cheapest to make.

    rung: where its path stands; None where a selector chose an example whose path does not fit.
    query: how alike the queries are; None where the step was left out.
    headers: the names of the headers that had to be equal, and are; None where the step was left out.
    body_points: 5 for an equal body, 0 for another, and 0 where it had to be equal.
    is_body_required: whether the body had to be equal, and is.
    selector: the name of the header that chose the example outright; empty where the sum decided.
    """

    rung: Rung | None
    query: QueryScore | None = None
    headers: tuple[str, ...] | None = None
    body_points: int = 0
    is_body_required: bool = False
    selector: str = ""

    @property
    def path_points(self) -> int:
        """The path's part of the sum."""
        return self.rung.points if self.rung else 0

    @property
    def query_points(self) -> float:
        """The query's part of the sum."""
        numerator, denominator = self.query.fraction if self.query else (0, 1)
        return numerator / denominator

    @property
    def total(self) -> float:
        """The sum."""
        return self.path_points + self.query_points + self.body_points
