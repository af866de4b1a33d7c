"""What became of each thing that files want, as lines for people and as one document for programs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from services.cli.apply.contents import Refusal
from services.cli.output import Json, count_text, json_of


class Outcome(StrEnum):
    """What was done to a thing."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A thing that is now as its file says.

    changes: the fields that were not; empty for one that is new, or whose whole document was replaced.
    """

    file: str
    kind: str
    name: str
    id: str
    outcome: Outcome
    changes: tuple[str, ...] = ()
    url: str = ""

    def __str__(self) -> str:
        """Render the thing as one line."""
        changes = f": {', '.join(self.changes)}" if self.changes else ""
        url = f" answers at {self.url}" if self.url else ""
        return f"{self.outcome:<9}  {self.kind} {self.name!r} ({self.id}){url}{changes}"


@dataclass(slots=True)
class Report:
    """What became of everything so far."""

    applied: list[Applied] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def has_news(self, refused_before: list[Refusal]) -> bool:
        """Tell whether anything was done, or is refused in other words than before."""
        is_done = any(thing.outcome is not Outcome.UNCHANGED for thing in self.applied)
        return is_done or self.refused != refused_before

    def lines(self, *, with_unchanged: bool) -> Iterator[str]:
        """Yield a line for each thing that was applied, and for each that is as it was where those are wanted too."""
        for thing in self.applied:
            if with_unchanged or thing.outcome is not Outcome.UNCHANGED:
                yield str(thing)

    def summary(self) -> str:
        """Return how many things came out how."""
        counts = [f"{sum(thing.outcome is outcome for thing in self.applied):,} {outcome}" for outcome in Outcome]
        return ", ".join([*counts, f"{len(self.refused):,} refused"])

    def complaint(self) -> str:
        """Return the sentence that ends a command whose files are not all right."""
        return (
            f"{count_text(len(self.refused), 'thing is', 'things are')} wrong in the files; everything else is applied."
        )

    def json(self) -> Json:
        """Return the report for programs."""
        refused: list[Json] = [
            {
                "file": refusal.file,
                "field": refusal.violation.field,
                "problem": refusal.violation.problem,
                "remedy": refusal.violation.remedy,
            }
            for refusal in self.refused
        ]
        return {"applied": [json_of(thing) for thing in self.applied], "refused": refused}
