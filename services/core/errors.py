"""Every error that the rules can raise: one tree, whose docstrings are the default messages.

    UnderstudyError
    ├── InvalidInput            the caller sent something wrong; names each field and the remedy
    ├── NotFound                no such thing, or none that the caller may see
    ├── AlreadyExists           a thing of that identity is there already
    ├── StaleEtag               the thing changed since the caller read it
    ├── FailedPrecondition      the thing is in a state that does not allow this
    ├── Unauthenticated         no valid API key or service token came with the call
    ├── PermissionDenied        the caller's role does not allow this
    ├── TooLarge                over a size limit
    ├── RevisionExpired         a watch cannot resume that far back; list again
    └── Unavailable             something this needs is not reachable just now

The wire's error table (`services/wire/errors.py`) gives each its gRPC code and reason, the gateway its HTTP status.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldViolation:
    """One field of the input that is wrong: `field` is a path (`item[3].response[0].code`), `remedy` what to do."""

    field: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        """Render the violation as one line for a person; the document as a whole has no field to name."""
        return f"{self.field}: {self.explanation}" if self.field else self.explanation

    @property
    def explanation(self) -> str:
        """Return problem and remedy, each a sentence."""
        problem = self.problem if self.problem.endswith(".") or not self.remedy else f"{self.problem}."
        return f"{problem} {self.remedy}".rstrip()


class UnderstudyError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "") -> None:
        """Take `message`, or the class's docstring where there is none."""
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class InvalidInput(UnderstudyError):
    """The input is not valid."""

    def __init__(self, violations: Sequence[FieldViolation], message: str = "") -> None:
        """Take the violations; the message defaults to all of them in one line."""
        self.violations = tuple(violations)
        super().__init__(message or "; ".join(str(violation) for violation in self.violations))

    @classmethod
    def of(cls, field: str, problem: str, remedy: str = "") -> "InvalidInput":
        """Build the error for a single field."""
        return cls([FieldViolation(field=field, problem=problem, remedy=remedy)])


class NotFound(UnderstudyError):
    """There is no such thing, or none that you may see."""

    def __init__(self, kind: str, identity: str) -> None:
        """Take the kind in the house's words ("collection", "mock") and the id that was asked for."""
        self.kind = kind
        self.identity = identity
        super().__init__(f"There is no {kind} {identity!r} that you may see.")


class AlreadyExists(UnderstudyError):
    """It exists already."""

    def __init__(self, kind: str, identity: str) -> None:
        """Take the kind and the id that is taken."""
        self.kind = kind
        self.identity = identity
        super().__init__(f"The {kind} {identity!r} exists already.")


class StaleEtag(UnderstudyError):
    """It was changed since you read it: read it again, then repeat your change."""


class FailedPrecondition(UnderstudyError):
    """Its present state does not allow this."""


class Unauthenticated(UnderstudyError):
    """Every call needs a valid API key: send it as x-api-key, or as authorization: Bearer."""


class PermissionDenied(UnderstudyError):
    """Your role does not allow this."""


class TooLarge(UnderstudyError):
    """It is larger than this server accepts."""


class RevisionExpired(UnderstudyError):
    """Events that far back are no longer kept: list everything again, then watch from the newest revision."""


class Unavailable(UnderstudyError):
    """Something this needs is not reachable just now; try again shortly."""
