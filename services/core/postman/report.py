"""The report of an import: what was kept, and what a person must know about the rest."""

from dataclasses import dataclass
from enum import StrEnum

from services.core.ids import ExampleId


class FindingKind(StrEnum):
    """What a finding is about."""

    CANNOT_BE_MOCKED = "cannot_be_mocked"
    """The example is kept in the document, but no mock will answer with it."""
    SELECTOR_ONLY = "selector_only"
    """Another example has the same request and answers by default: only its id, name or code reaches this one."""
    WARNING = "warning"
    """Something was read leniently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: where, what and why.

    place: the names of folders, item and example on the way.
    pointer: the JSON pointer (RFC 6901) from the document's root, such as `/item/3/response/0/code`.
    reason: the rest of a sentence about that spot: "is missing: it answers with 200".
    """

    kind: FindingKind
    place: tuple[str, ...]
    pointer: str
    reason: str
    example_id: ExampleId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import found: counts of items and of the examples a mock can answer with, then the findings.

    omitted_count: findings beyond those listed, of which there are at most 1,000 of a kind.
    """

    item_count: int
    example_count: int
    findings: tuple[Finding, ...] = ()
    omitted_count: int = 0
