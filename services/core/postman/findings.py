"""Collecting findings while a document is read: a spot says where, notes keep what."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.core.ids import ExampleId
from services.core.postman.report import Finding, FindingKind

MAX_FINDINGS_OF_A_KIND: Final = 1_000
"""More than anyone reads, and few enough for one message; what is beyond them is counted."""

Path = tuple[str | int, ...]
"""A way down a tree of JSON: the keys and indices to follow."""

Locate = Callable[[Path], Path]
"""Turns a path in the tree that is read into the path in the document that the customer sent."""

Warn = Callable[[str, str], None]
"""Takes note of a lenient reading: the field below the node that is read (`header/3`), and a sentence's rest."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A spot in a document: the names on the way for people, the keys on the way for programs."""

    place: tuple[str, ...]
    path: Path

    @property
    def pointer(self) -> str:
        """Return the JSON pointer (RFC 6901)."""
        return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in self.path)

    def below(self, *keys: str | int, name: str | None = None) -> "Spot":
        """Return the spot `keys` further down; `name` where something with a name begins there."""
        return Spot(self.place if name is None else (*self.place, name), (*self.path, *keys))


class Notes:
    """The findings of one reading, in the order in which they were made, and the number of those beyond the limit.

    locate: where the document has what is found; it differs from the spot where the tree is a conversion.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.locate: Locate = lambda path: path
        self.omitted_count = 0
        self._counts: Counter[FindingKind] = Counter()

    def cannot_be_mocked(self, spot: Spot, reason: str, example_id: ExampleId | None = None) -> None:
        """Note that something is kept in the document, but no mock answers with it."""
        self._add(FindingKind.CANNOT_BE_MOCKED, spot, reason, example_id)

    def selector_only(self, spot: Spot, reason: str, example_id: ExampleId) -> None:
        """Note that only a selector header reaches an example."""
        self._add(FindingKind.SELECTOR_ONLY, spot, reason, example_id)

    def warn(self, spot: Spot, reason: str, example_id: ExampleId | None = None) -> None:
        """Note that something was read leniently."""
        self._add(FindingKind.WARNING, spot, reason, example_id)

    def warner(self, spot: Spot, example_id: ExampleId | None = None) -> Warn:
        """Return a function that warns of fields at and below `spot`."""
        return lambda field, reason: self.warn(spot.below(*field.split("/")), reason, example_id)

    def _add(self, kind: FindingKind, spot: Spot, reason: str, example_id: ExampleId | None) -> None:
        self._counts[kind] += 1
        if self._counts[kind] > MAX_FINDINGS_OF_A_KIND:
            self.omitted_count += 1
            return
        pointer = Spot(spot.place, self.locate(spot.path)).pointer
        self.findings.append(
            Finding(kind=kind, place=spot.place, pointer=pointer, reason=reason, example_id=example_id)
        )
