"""The report of an import: what was kept, and what a person must know about the rest."""

from dataclasses import dataclass
from enum import StrEnum

from services.core.ids import ExampleId


class FindingKind(StrEnum):
    """What a finding is about."""

    CANNOT_BE_MOCKED = "cannot_be_mocked"
    """The example is kept in the document, but no mock will answer with it."""
    SELECTOR_ONLY = "selector_only"
    """An earlier example has the same request: only its name, id or code reaches this one."""
    WARNING = "warning"
    """Something was read leniently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: where (`place` names folders, item and example; `pointer` is the JSON path), what and why."""

    kind: FindingKind
    place: tuple[str, ...]
    pointer: str
    reason: str
    example_id: ExampleId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import found: counts of items and of the examples a mock can answer with, then the findings."""

    item_count: int
    example_count: int
    findings: tuple[Finding, ...] = ()
